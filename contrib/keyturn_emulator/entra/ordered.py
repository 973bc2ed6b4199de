"""Refusals that a test orders, by number: all of the table in reference/entra.md section 4.

Those that the emulator's own rules bring about are in it, too: an order puts them before a client that did nothing
wrong. `error` and `suberror` are what a client decides on, so they are those that Entra is known to send.
"""

from __future__ import annotations

from itertools import starmap
from typing import TYPE_CHECKING

from keyturn_emulator.entra.refusals import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

_GRANT, _PERSON, _CLIENT = "invalid_grant", "interaction_required", "invalid_client"
_REQUEST, _RESOURCE, _SCOPE = "invalid_request", "invalid_resource", "invalid_scope"
_APPLICATION, _DENIED, _BUSY = "unauthorized_client", "access_denied", "temporarily_unavailable"
_BASIC, _MORE, _TEXT_ONLY = "basic_action", "additional_action", "message_only"
_CONSENT, _PASSWORD, _DEVICE = "consent_required", "user_password_expired", "device_authentication_failed"
_DEAD, _OLD = "bad_token", "token_expired"
_MULTI_FACTOR = (
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use "
    "multi-factor authentication to access '{resource}'."
)

_KINDS = (
    # The account, in this tenant.
    (
        16000,
        _PERSON,
        "User account does not exist in the tenant and cannot access '{resource}' in it.",
    ),
    (50020, _GRANT, "User account from another identity provider does not exist in the tenant."),
    (50034, _GRANT, "The user account does not exist in the directory."),
    (51004, _GRANT, "The user account does not exist in the directory. To sign in, it must be added to it."),
    (90072, _GRANT, "User account from an external identity provider does not exist in the tenant."),
    (50053, _GRANT, "Your account is locked because you tried to sign in too many times."),
    (50055, _GRANT, "The password is expired.", 400, _PASSWORD),
    (50056, _GRANT, "Invalid or null password: password does not exist in the directory for this user."),
    (50057, _GRANT, "The user account is disabled."),
    (50126, _GRANT, "Error validating credentials due to invalid username or password."),
    (50144, _GRANT, "The user's Active Directory password has expired.", 400, _PASSWORD),
    # What a person can do at a sign-in, or elsewhere.
    (50058, "login_required", "A silent sign-in request was sent but no user is signed in."),
    (50072, _PERSON, "You must enroll in multi-factor authentication to access '{resource}'.", 400, _BASIC),
    (50074, _PERSON, "Strong Authentication is required.", 400, _BASIC),
    (50076, _PERSON, _MULTI_FACTOR, 400, _BASIC),
    (50078, _PERSON, "Presented multi-factor authentication has expired due to policies.", 400, _BASIC),
    (50079, _PERSON, "You must enroll in multi-factor authentication to access '{resource}'.", 400, _BASIC),
    (50158, _PERSON, "External security challenge was not satisfied.", 400, _BASIC),
    (53004, _PERSON, "User needs to complete Multi-factor authentication registration process.", 400, _MORE),
    (700020, _PERSON, "Interaction with the user is required."),
    # The device, the network, and Conditional Access.
    (
        50005,
        _PERSON,
        "User tried to log in to a device from a platform that's not supported.",
        400,
        _DEVICE,
    ),
    (50097, _PERSON, "Device authentication is required.", 400, _DEVICE),
    (50129, _PERSON, "Device is not workplace joined.", 400, _DEVICE),
    (
        53000,
        _GRANT,
        "Device is not in required device state: not compliant.",
        400,
        "protection_policy_required",
    ),
    (53001, _GRANT, "Device is not in required device state: it is not domain joined.", 400, _DEVICE),
    (50131, _GRANT, "Device is not in required device state: access was blocked.", 400, _TEXT_ONLY),
    (53003, _GRANT, "Access to '{resource}' has been blocked by Conditional Access policies.", 400, _TEXT_ONLY),
    (530032, _GRANT, "Blocked by a security policy of the tenant.", 400, _TEXT_ONLY),
    (530035, _GRANT, "Access has been blocked by security defaults.", 400, _TEXT_ONLY),
    (500021, _DENIED, "Access to the tenant is denied."),
    (500022, _DENIED, "Access to the tenant is denied by its restrictions."),
    (500212, _DENIED, "The user's administrator has set an outbound access policy."),
    (500213, _DENIED, "The resource tenant's cross-tenant access policy doesn't allow this user."),
    # Without a suberror, and yet no word about the refresh token: the other resources go on.
    (50105, _GRANT, "The signed in user is not assigned to a role for the application '{resource}'."),
    # Consent.
    (65001, _GRANT, "The user or administrator has not consented to use the application.", 400, _CONSENT),
    (65002, _REQUEST, "Consent between first party application and '{resource}' must be configured in advance."),
    (65004, _DENIED, "User declined to consent to access the app."),
    (90094, _PERSON, "An administrator has to consent for the permissions that are asked for.", 400, _CONSENT),
    (90095, _PERSON, "An administrator has to be asked for consent.", 400, _CONSENT),
    # The refresh token itself, and its session. A real 70000 comes without suberror.
    (50132, _GRANT, "The session is not valid: the password expired or was changed."),
    (50133, _GRANT, "Session is invalid due to expiration or recent password change."),
    (50173, _GRANT, "The provided grant has expired due to it being revoked, a fresh auth token is needed."),
    (70000, _GRANT, "Provided grant is invalid or malformed."),
    (70043, _GRANT, "The refresh token has expired or is invalid due to sign-in frequency checks."),
    (700082, _GRANT, "The refresh token has expired due to inactivity.", 400, _OLD),
    (700084, _GRANT, "The refresh token was issued to a single page app, and has expired.", 400, _DEAD),
    # Codes of a browser and of a device.
    (54005, _GRANT, "OAuth2 Authorization code was already redeemed, please retry with a new valid code."),
    (70008, _GRANT, "The provided authorization code or refresh token has expired."),
    (501481, _GRANT, "The Code_Verifier does not match the code_challenge supplied in the authorization request."),
    (700005, _GRANT, "Provided Authorization Code is intended to use against other tenant or application."),
    (70016, "authorization_pending", "Authorization is pending. Continue polling."),
    (70018, "bad_verification_code", "Invalid verification code due to User typing in wrong user code."),
    (70019, "expired_token", "Verification code expired."),
    (70020, "expired_token", "The provided value for the device code has expired."),
    # The application, the tenant, and where its answers go.
    (50011, _REQUEST, "The redirect URI does not match the redirect URIs configured for the application."),
    (500112, _CLIENT, "The reply address does not match the one provided when requesting Authorization code."),
    (900971, _REQUEST, "No reply address provided."),
    (9002325, _REQUEST, "Proof Key for Code Exchange is required for cross-origin authorization code redemption."),
    (9002327, _REQUEST, "Tokens of a single-page application can only be redeemed via cross-origin requests."),
    (50059, _REQUEST, "No tenant-identifying information found in the request or implied by any credentials."),
    (90002, _REQUEST, "Tenant not found. Check that you are signing into the correct cloud."),
    (90038, _REQUEST, "The tenant is of another national cloud."),
    (900432, _REQUEST, "Confidential Client is not supported in Cross Cloud request."),
    (900439, _REQUEST, "The cloud of the request is not that of the application."),
    (50194, _REQUEST, "The application is not configured as a multi-tenant application."),
    (9001023, _REQUEST, "The grant type is not supported over the /common or /consumers endpoints."),
    (90130, _REQUEST, "The application is not supported over the /common or /consumers endpoints."),
    (70001, _APPLICATION, "The application is disabled."),
    (700011, _APPLICATION, "Application with this identifier was not found in the directory."),
    (700016, _APPLICATION, "Application with this identifier was not found in the directory."),
    (7000112, _APPLICATION, "Application is disabled."),
    (7000229, _APPLICATION, "The client application is missing service principal in the tenant."),
    # How the application proves itself.
    (50012, _CLIENT, "Authentication failed: the certificate's signature is not right.", 401),
    (50027, _CLIENT, "JWT token is invalid or malformed.", 401),
    (700021, _CLIENT, "Client assertion application identifier doesn't match 'client_id' parameter.", 401),
    (700023, _CLIENT, "Client assertion audience claim does not match Realm issuer.", 401),
    (700024, _CLIENT, "Client assertion is not within its valid time range.", 401),
    (700025, _CLIENT, "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.", 401),
    (700026, _CLIENT, "Client assertion contains a 'jti' that was used before.", 401),
    (700027, _CLIENT, "The certificate used to sign the client assertion is not registered on application.", 401),
    (1000502, _CLIENT, "The provided certificate is not within its specified validity window.", 401),
    (7000215, _CLIENT, "Invalid client secret provided.", 401),
    (7000218, _CLIENT, "The request body must contain the parameter 'client_assertion' or 'client_secret'.", 401),
    (7000222, _CLIENT, "The provided client secret keys are expired.", 401),
    (70021, _CLIENT, "No matching federated identity record found for presented assertion.", 401),
    (700211, _CLIENT, "No matching federated identity record found for presented assertion issuer.", 401),
    (700212, _CLIENT, "No matching federated identity record found for presented assertion audience.", 401),
    (700213, _CLIENT, "No matching federated identity record found for presented assertion subject.", 401),
    (50013, _GRANT, "Assertion failed signature validation."),
    (500133, _GRANT, "Assertion is not within its valid time range."),
    (7000114, _GRANT, "Application is not allowed to make application on-behalf-of calls."),
    # What is asked for.
    (28000, _SCOPE, "Provided value for the input parameter scope contains more than one resource."),
    (28002, _SCOPE, "Provided value for the input parameter scope is not valid when requesting an access token."),
    (70011, _SCOPE, "The provided value for the input parameter 'scope' is not valid."),
    (700022, _REQUEST, "Invalid multiple resources scope. The scope cannot be of more than one resource."),
    (1002012, _SCOPE, "The provided value for scope is not valid. Client credential flows must have /.default."),
    (500011, _RESOURCE, "The resource principal named {resource} was not found in the tenant."),
    (650052, _RESOURCE, "The app needs access to a service '{resource}' that your organization has not enabled."),
    (650053, _CLIENT, "The application asked for a scope that doesn't exist on the resource '{resource}'."),
    (650056, _CLIENT, "Misconfigured application: '{resource}' is not among its permissions."),
    (650057, _RESOURCE, "Invalid resource: '{resource}' is not listed in the requested permissions."),
    (90100, _REQUEST, "A parameter is not valid: claims."),
    (9000411, _REQUEST, "The request is not properly formatted. The parameter 'claims' is duplicated."),
    # Too much, or trouble of Microsoft's own.
    (50196, _GRANT, "The server terminated an operation because it encountered a client request loop."),
    (50033, _BUSY, "A transient error has occurred. Please try again."),
    (50087, _BUSY, "A transient error has occurred during sign-out. Please try again."),
    (90006, _BUSY, "External server is retryable."),
    (90012, _BUSY, "Request to the authentication server timed out."),
    (90024, _BUSY, "A transient error has occurred. Please try again."),
    (90033, _BUSY, "A transient error has occurred. Please try again.", 503),
    (90055, _BUSY, "Tenant has exceeded its limit of requests. Try again later.", 429),
)

ORDERED: Mapping[int, Kind] = {kind.number: kind for kind in starmap(Kind, _KINDS)}
OF_CODES = frozenset({54005, 70008, 500112, 501481, 700005, 9002325, 9002327})
"""What is wrong with the code that a browser brought: no page of a sign-in says so, the token endpoint does."""
