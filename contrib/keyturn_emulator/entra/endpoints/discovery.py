"""What a client reads before it asks for tokens: OpenID configuration, keys, and the instance document."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.responses import JSONResponse

from keyturn_emulator.entra import refusals
from keyturn_emulator.entra.refusals import EntraError
from keyturn_emulator.entra.requests.clients import find_tenant
from keyturn_emulator.entra.service import Entra, base_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from keyturn_emulator.entra.directory.principals import Tenant

# The token endpoint has another word for the same number.
UNKNOWN_TENANT = replace(refusals.UNKNOWN_TENANT, error="invalid_tenant")
INSTANCE_VERSIONS = ("1.0", "1.1")
# MSAL for Python asks about the older version's endpoint, others about the one they will use.
AUTHORIZATION_PATHS = ("oauth2/v2.0/authorize", "oauth2/authorize")


async def configuration(request: Request, entra: Entra) -> Response:
    """`/{tenant}/v2.0/.well-known/openid-configuration` (OpenID Connect Discovery section 4)."""
    base, name = base_of(request), request.path_params["tenant"]
    tenant = _tenant(name, entra)
    # A domain is answered with the id: that is how MSAL learns it. An unknown tenant is known only by sign-in.
    at, issuer = (tenant.id, tenant.id) if tenant else (name.lower(), "{tenantid}")
    return JSONResponse(
        {
            "issuer": f"{base}/{issuer}/v2.0",
            "authorization_endpoint": f"{base}/{at}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/{at}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{base}/{at}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{base}/{at}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": [
                *("client_secret_post", "private_key_jwt", "client_secret_basic"),
            ],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "request_uri_parameter_supported": False,
            "tenant_region_scope": None,
            "cloud_instance_name": urlsplit(base).hostname,
        }
    )


def _tenant(name: str, entra: Entra) -> Tenant | None:
    try:
        return find_tenant(name, entra.registry)
    except EntraError:
        raise EntraError(UNKNOWN_TENANT, tenant=name) from None


async def keys(request: Request, entra: Entra) -> Response:
    """`/{tenant}/discovery/v2.0/keys`: the one key of this run."""
    _tenant(request.path_params["tenant"], entra)
    return JSONResponse({"keys": [entra.tokens.signer.jwk()]})


async def instance(request: Request, _entra: Entra) -> Response:
    """`/common/discovery/instance`: is this host an authority, and by which names does it go."""
    base = base_of(request)
    if request.query_params.get("api-version") not in INSTANCE_VERSIONS:
        raise EntraError(refusals.MISSING, name="api-version")
    wanted = urlsplit(request.query_params.get("authorization_endpoint", ""))
    host = urlsplit(base).hostname
    tenant, _, rest = wanted.path.lstrip("/").partition("/")
    if wanted.scheme != "https" or wanted.hostname != host or rest not in AUTHORIZATION_PATHS:
        raise EntraError(refusals.UNKNOWN_INSTANCE)
    return JSONResponse(
        {
            "tenant_discovery_endpoint": f"{base}/{tenant}/v2.0/.well-known/openid-configuration",
            "api-version": request.query_params["api-version"],
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        }
    )
