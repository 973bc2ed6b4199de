"""What Entra says when it says no: its error document, and the numbers with their texts.

Numbers, `error` and `suberror` are those of reference/entra.md section 4. Where that has no number for a case
the nearest one of its meaning is taken; keyturn may not decide on numbers anyway, only hint.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.requests import Request


@dataclass(frozen=True)
class Kind:
    """One AADSTS number: its OAuth error, HTTP status and text; the text has {places} for what was asked."""

    number: int
    error: str
    text: str
    status: int = 400
    suberror: str | None = None


class EntraError(Exception):
    """A request that is refused. `facts` fill the places of the kind's text; never pass a secret.

    claims: JSON that the next request has to bring along. retry_after: seconds to wait before it.
    """

    def __init__(
        self, kind: Kind, *, claims: str | None = None, retry_after: int | None = None, **facts: str
    ) -> None:
        super().__init__(kind.number)
        self.kind = kind
        self.text = kind.text.format(**facts)
        self.claims = claims
        self.retry_after = retry_after


MALFORMED = Kind(9002313, "invalid_request", "Invalid request. Request is malformed or invalid: {what}.")
DUPLICATE = Kind(
    9000411, "invalid_request", "The request is not properly formatted. The parameter '{name}' is duplicated."
)
MISSING = Kind(900144, "invalid_request", "The request body must contain the following parameter: '{name}'.")
POST_ONLY = Kind(
    900561, "invalid_request", "The endpoint only accepts POST requests. Received a {method} request.", 405
)
UNKNOWN_TENANT = Kind(
    90002,
    "invalid_request",
    "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are "
    "signing into the correct cloud.",
)
NO_TENANT = Kind(
    50059,
    "invalid_request",
    "No tenant-identifying information found in either the request or implied by any provided credentials.",
)
SINGLE_TENANT = Kind(
    50194,
    "invalid_request",
    "Application '{client}' is not configured as a multi-tenant application. Usage of the "
    "/common endpoint is not supported for such apps.",
)
UNKNOWN_INSTANCE = Kind(50049, "invalid_instance", "Unknown or invalid instance.")
UNSUPPORTED_GRANT = Kind(70003, "unsupported_grant_type", "The app requested an unsupported grant type.")
UNKNOWN_CLIENT = Kind(
    700016,
    "unauthorized_client",
    "Application with identifier '{client}' was not found in the directory '{tenant}'.",
)
SECRET_MISSING = Kind(
    7000218,
    "invalid_client",
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    401,
)
SECRET_WRONG = Kind(
    7000215,
    "invalid_client",
    "Invalid client secret provided. Ensure the secret being sent in the request is the client "
    "secret value, not the client secret ID, for a secret added to app '{client}'.",
    401,
)
SECRET_UNEXPECTED = Kind(
    700025,
    "invalid_client",
    "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    401,
)
SCOPE_NOT_DEFAULT = Kind(
    1002012,
    "invalid_scope",
    "The provided value for scope {scope} is not valid. Client credential flows must have a "
    "scope value with /.default suffixed to the resource identifier (application ID URI).",
)
SCOPE_INVALID = Kind(
    70011,
    "invalid_scope",
    "The provided request must include a 'scope' input parameter. The scope {scope} is not valid. {why}",
)
SCOPE_TWO_RESOURCES = Kind(
    28000,
    "invalid_scope",
    "Provided value for the input parameter scope is not valid because it contains more than "
    "one resource. Scope {scope} is not valid.",
)
SCOPE_UNKNOWN = Kind(
    650053,
    "invalid_client",
    "The application '{client}' asked for scope '{scope}' that doesn't exist on the resource '{resource}'.",
)
UNKNOWN_RESOURCE = Kind(
    500011, "invalid_resource", "The resource principal named {resource} was not found in the tenant named {tenant}."
)
DEVICE_PENDING = Kind(
    70016,
    "authorization_pending",
    "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
)
DEVICE_TOO_FAST = Kind(
    70016, "slow_down", "OAuth 2.0 device flow error. Polled before the interval had passed. Slow down."
)
DEVICE_DECLINED = Kind(65004, "authorization_declined", "User declined to consent to access the app.")
DEVICE_EXPIRED = Kind(70019, "expired_token", "Verification code expired.")
DEVICE_UNKNOWN = Kind(
    70018,
    "bad_verification_code",
    "Invalid verification code due to User typing in wrong user code for device code flow.",
)
# Without a suberror, as real ones come (reference/entra.md section 4): a client has to know these two by number.
REFRESH_UNKNOWN = Kind(70000, "invalid_grant", "Provided grant is invalid or malformed.")
REFRESH_CLIENT = Kind(
    70000, "invalid_grant", "Provided grant was issued to another client.", suberror="client_mismatch"
)
REFRESH_EXPIRED = Kind(
    700082, "invalid_grant", "The refresh token has expired due to inactivity.", suberror="token_expired"
)
REFRESH_REVOKED = Kind(
    50173,
    "invalid_grant",
    "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
)


def refusal(error: EntraError, request: Request, base: str) -> JSONResponse:
    """The answer to a refused request. `base`: this authority's own URL."""
    trace, correlation = str(uuid.uuid4()), correlation_of(request)
    timestamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    number = error.kind.number
    body: dict[str, object] = {
        "error": error.kind.error,
        "error_description": f"{described(error)} Trace ID: {trace} Correlation ID: {correlation} "
        f"Timestamp: {timestamp}",
        "error_codes": [number],
        "timestamp": timestamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"{base}/error?code={number}",
    }
    if error.kind.suberror is not None:
        body["suberror"] = error.kind.suberror
    if error.claims is not None:
        body["claims"] = error.claims
    return JSONResponse(body, error.kind.status, {**no_store(request, trace), **_more_headers(error, request)})


def described(error: EntraError) -> str:
    """Its number and its text."""
    return f"AADSTS{error.kind.number}: {error.text}"


def correlation_of(request: Request) -> str:
    """The caller's `client-request-id`, of the URL or the header, if it is a GUID, else one of our own."""
    name = "client-request-id"
    try:
        return str(uuid.UUID(request.query_params.get(name) or request.headers.get(name, "")))
    except ValueError:
        return str(uuid.uuid4())


def no_store(request: Request, trace: str) -> dict[str, str]:
    """Headers of every answer of the token endpoints: RFC 6749 section 5.1, and what Entra adds for tracing."""
    headers = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache", "x-ms-request-id": trace}
    if request.headers.get("return-client-request-id", "").lower() == "true":
        headers["client-request-id"] = correlation_of(request)
    return headers


def _more_headers(error: EntraError, request: Request) -> dict[str, str]:
    if error.retry_after is not None:
        return {"Retry-After": str(error.retry_after)}
    if error.kind.status == 405:
        return {"Allow": "POST"}
    if error.kind.status == 401 and "authorization" in request.headers:
        # RFC 6749 section 5.2: a client that came with the header is answered with the scheme.
        return {"WWW-Authenticate": 'Basic realm="Entra"'}
    return {}
