"""Azure Arc: who asks shows that it can read a file that only root and members of `himds` can."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

from keyturn_emulator.certificates import write_private
from keyturn_emulator.entra.refusals import EntraError
from keyturn_emulator.identity.asking import Dialect, NotAsked, is_metadata, query_of
from keyturn_emulator.identity.imds import forwarded, refuse
from keyturn_emulator.identity.imds import granted as granted_by_imds

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from keyturn_emulator.entra.directory.principals import ManagedIdentity
    from keyturn_emulator.identity.machine import Issued, Machine

DIALECT = Dialect("2020-06-01", {"client_id": "client_id", "object_id": "object_id", "resource_id": "msi_res_id"})


class Arc:
    """The agent. directory: where its key files are; the real one's is /var/opt/azcmagent/tokens."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._keys: dict[str, Path] = {}

    async def token(self, request: Request, machine: Machine) -> Response:
        """A challenge for whoever comes without a key, and one token for whoever brings it."""
        if not is_metadata(request):
            return refuse("Required metadata header not specified")
        try:
            query = query_of(request, DIALECT)
        except NotAsked as error:
            return refuse(error.what)
        if not self._spend(request.headers.get("authorization", "")):
            return self._challenge(machine)
        # An old agent does not know of other identities and answers, unasked, for the machine's own.
        selectors = {} if machine.settings.arc_ignores_identity else DIALECT.selectors
        identity = machine.identity(query, selectors)
        if identity is None:
            return refuse("Identity not found")
        try:
            return _granted(machine.issue(identity, query["resource"]), identity, query)
        except EntraError as error:
            return forwarded(error)

    def reset(self) -> None:
        """Take back the keys that are out."""
        for path in self._keys.values():
            path.unlink(missing_ok=True)
        self._keys.clear()

    def _challenge(self, machine: Machine) -> Response:
        elsewhere = machine.settings.arc_key_elsewhere
        directory = self._directory.parent if elsewhere else self._directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = directory / f"{secrets.token_hex(16)}.key"
        key = secrets.token_hex((machine.settings.arc_key_size + 1) // 2)[: machine.settings.arc_key_size]
        write_private(path, key.encode())
        self._keys[key] = path
        return PlainTextResponse("", 401, {"WWW-Authenticate": f"Basic realm={path}"})

    def _spend(self, authorization: str) -> bool:
        """Whether it holds a key that is out, which is then good for nothing more."""
        scheme, _, presented = authorization.partition(" ")
        known = next((key for key in self._keys if hmac.compare_digest(key.encode(), presented.encode())), None)
        if scheme.lower() != "basic" or known is None:
            return False
        self._keys.pop(known).unlink(missing_ok=True)
        return True


def _granted(issued: Issued, identity: ManagedIdentity, query: dict[str, str]) -> Response:
    """As IMDS, and with the identity that was asked for said again, so that a client can tell (msal 1.38)."""
    if not set(DIALECT.selectors.values()) & set(query) or identity.application.name == "machine":
        return granted_by_imds(issued, identity)
    return granted_by_imds(
        issued, identity, object_id=identity.application.object_id, msi_res_id=identity.resource_id
    )
