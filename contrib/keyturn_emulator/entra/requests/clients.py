"""Which application asks, and has it proved it: by secret (post or basic), or by an assertion."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import TYPE_CHECKING

from keyturn_emulator.entra import refusals
from keyturn_emulator.entra.directory.registry import ANY_TENANT
from keyturn_emulator.entra.refusals import EntraError
from keyturn_emulator.entra.requests.assertions import ASSERTION_TYPE
from keyturn_emulator.entra.requests.form import Form, decode_component, malformed, required

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import Headers

    from keyturn_emulator.entra.directory.principals import Application, Tenant
    from keyturn_emulator.entra.directory.registry import Registry


def find_tenant(name: str, registry: Registry) -> Tenant | None:
    """The tenant a path names; None for one of ANY_TENANT; EntraError if there is no such tenant."""
    if name.lower() in ANY_TENANT:
        return None
    tenant = registry.find_tenant(name)
    if tenant is None:
        raise EntraError(refusals.UNKNOWN_TENANT, tenant=name)
    return tenant


def find_client(client_id: str, tenant: Tenant | None, registry: Registry) -> Application:
    """The application of that id, if it may be used in `tenant` (None: in the tenant of whoever signs in)."""
    client = registry.find_application(client_id)
    if client is None or (tenant not in {None, client.tenant} and not client.multi_tenant):
        directory = tenant.id if tenant else registry.tenant.id
        raise EntraError(refusals.UNKNOWN_CLIENT, client=client_id, tenant=directory)
    if tenant is None and client.public and not client.multi_tenant:
        raise EntraError(refusals.SINGLE_TENANT, client=client.id)
    return client


def authenticate(
    headers: Headers,
    form: Form,
    tenant: Tenant | None,
    registry: Registry,
    verify: Callable[[str, Application], None],
) -> Application:
    """The application that asks; EntraError unless it is known and its proof is right, or rightly absent.

    verify: returns if an assertion is one of that application, and raises EntraError if it is not.
    """
    client_id, secret = _presented(headers, form)
    client = find_client(client_id, tenant, registry)
    assertion = _assertion(form)
    if client.public:
        if secret is not None or assertion is not None:
            raise EntraError(refusals.SECRET_UNEXPECTED)
    elif assertion is not None:
        if secret is not None:
            raise malformed("more than one client authentication")
        verify(assertion, client)
    elif secret is None:
        raise EntraError(refusals.SECRET_MISSING)
    elif client.secret is None or not hmac.compare_digest(secret.encode(), client.secret.encode()):
        raise EntraError(refusals.SECRET_WRONG, client=client.id)
    return client


def _assertion(form: Form) -> str | None:
    """The client assertion, if the request has one (RFC 7521 section 4.2)."""
    if "client_assertion" not in form:
        if "client_assertion_type" in form:
            raise malformed("a client assertion type without an assertion")
        return None
    if required(form, "client_assertion_type") != ASSERTION_TYPE:
        raise malformed("an unknown type of client assertion")
    return form["client_assertion"]


def _presented(headers: Headers, form: Form) -> tuple[str, str | None]:
    """Client id and secret from the one place they are in."""
    values = headers.getlist("authorization")
    if not values:
        return required(form, "client_id"), form.get("client_secret")
    if len(values) > 1 or "client_secret" in form:
        # RFC 6749 section 2.3: never more than one method of authentication in a request.
        raise malformed("more than one client authentication")
    client_id, secret = _basic(values[0])
    if form.get("client_id", client_id) != client_id:
        raise malformed("two different client ids")
    return client_id, secret


def _basic(value: str) -> tuple[str, str]:
    """RFC 6749 section 2.3.1: both halves are form-encoded before they are joined and base64-encoded."""
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() != "basic":
        raise malformed("an authorization scheme that is not Basic")
    try:
        user, colon, password = base64.b64decode(encoded, validate=True).partition(b":")
    except (binascii.Error, ValueError):
        raise malformed("an authorization header that is not base64") from None
    if not (user and colon and password):
        raise malformed("an authorization header without id and secret")
    return decode_component(user), decode_component(password)
