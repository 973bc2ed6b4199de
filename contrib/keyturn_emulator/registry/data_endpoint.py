"""A dedicated data endpoint: where layers come from, at another name than the registry's own.

The registry leads there with a URL that is good for one layer. Whoever has it needs nothing else, and who sends their
registry's credentials along has given them to a host that they are not for: that is refused, as Azure's storage does.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, RedirectResponse

from keyturn_emulator.registry.names import DATA_PREFIX
from keyturn_emulator.registry.refusals import RegistryError

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from keyturn_emulator.settings import Settings


class DataEndpoint:
    """The endpoint at `place`, a host and port."""

    def __init__(self, place: str, settings: Settings) -> None:
        self.place = place
        self._settings = settings
        self._signed: dict[str, Path] = {}

    @property
    def is_enabled(self) -> bool:
        """Whether the registry leads here."""
        return self._settings.registry_data_endpoint

    def redirect_to(self, file: Path) -> Response:
        """To the one place where `file` can be had."""
        signature = secrets.token_urlsafe(16)
        self._signed[signature] = file
        return RedirectResponse(f"https://{self.place}{DATA_PREFIX}{signature}", 307)

    def answer(self, request: Request) -> Response:
        """The layer, or RegistryError."""
        if "authorization" in request.headers:
            raise RegistryError(400, "BAD_REQUEST", "authorization")
        file = self._signed.get(request.url.path.removeprefix(DATA_PREFIX))
        if file is None or request.headers.get("host") != self.place:
            raise RegistryError(403, "DENIED", "signature")
        return FileResponse(file, media_type="application/octet-stream")
