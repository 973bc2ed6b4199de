"""`POST /oauth2/exchange`: an Entra token for a refresh token of the registry (reference/docker.md section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyturn_emulator.bearer.signing import TokenRefused
from keyturn_emulator.registry.form import read_form
from keyturn_emulator.registry.refusals import RegistryError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from keyturn_emulator.bearer.tokens import AccessTokens
    from keyturn_emulator.entra.directory.principals import Tenant
    from keyturn_emulator.entra.directory.registry import Registry as Directory
    from keyturn_emulator.ledger import Ledger
    from keyturn_emulator.registry.access import Doorkeeper

AUDIENCES = ("https://containerregistry.azure.net",)
"""Not ARM's: the policy azureADAuthenticationAsArm is off here, as administrators can have it."""
PARAMETERS = ("grant_type", "service", "access_token", "tenant")


class Exchange:
    """The endpoint. `entra`: the record of Entra's tokens; `directory`: one of its tenants is the registry's own."""

    def __init__(self, doorkeeper: Doorkeeper, entra: AccessTokens, directory: Directory, ledger: Ledger) -> None:
        self._doorkeeper = doorkeeper
        self._entra = entra
        self._directory = directory
        self._ledger = ledger

    @property
    def _tenant(self) -> Tenant:
        return self._directory.other if self._doorkeeper.is_elsewhere else self._directory.tenant

    async def answer(self, request: Request) -> Response:
        """Answer one request, or raise RegistryError."""
        if request.method != "POST":
            raise RegistryError(405, "UNSUPPORTED", "method", {"Allow": "POST"})
        form = await read_form(request, PARAMETERS)
        # The other two grant types of the old protocol are deprecated, and keyturn has no use for them.
        if form.required("grant_type") != "access_token" or form.scopes():
            raise RegistryError(400, "UNSUPPORTED", "grant")
        if form.required("service") != self._doorkeeper.login_server:
            raise RegistryError(400, "BAD_REQUEST", "service")
        if form.get("tenant") not in {None, self._tenant.id, self._tenant.domain}:
            raise RegistryError(401, "UNAUTHORIZED", "tenant")
        refresh_token = self._exchanged(form.required("access_token"))
        self._ledger.count("registry.exchange.issued")
        return JSONResponse({"refresh_token": refresh_token})

    def _exchanged(self, access_token: str) -> str:
        try:
            claims = self._entra.check(access_token, AUDIENCES)
        except TokenRefused as refused:
            raise RegistryError(401, "UNAUTHORIZED", refused.reason) from None
        if claims["tid"] != self._tenant.id:
            raise RegistryError(401, "UNAUTHORIZED", "tenant")
        return self._doorkeeper.refresh_token(claims)
