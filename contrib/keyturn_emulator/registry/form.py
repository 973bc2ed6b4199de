"""Reads the forms of the two token endpoints: each parameter once and not empty, `scope` as often as one likes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from keyturn_emulator.registry.refusals import RegistryError

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.requests import Request

CONTENT_TYPE = "application/x-www-form-urlencoded"
LARGEST = 64 * 1024


class Form:
    """Parameters of one request, all of them among those that are known."""

    def __init__(self, encoded: str, known: Collection[str]) -> None:
        try:
            self._pairs = parse_qsl(
                encoded, keep_blank_values=True, strict_parsing=bool(encoded), errors="strict", max_num_fields=64
            )
        except ValueError:
            raise RegistryError(400, "BAD_REQUEST", "form") from None
        names = [name for name, _ in self._pairs if name != "scope"]
        if len(names) != len(set(names)) or not set(names) <= {*known}:
            raise RegistryError(400, "BAD_REQUEST", "parameter")
        if not all(value for _, value in self._pairs):
            raise RegistryError(400, "BAD_REQUEST", "parameter")

    def get(self, name: str) -> str | None:
        """The value of a parameter, None if it is not there."""
        return next((value for known, value in self._pairs if known == name), None)

    def required(self, name: str) -> str:
        """The value of a parameter that has to be there."""
        value = self.get(name)
        if value is None:
            raise RegistryError(400, "BAD_REQUEST", f"no-{name}")
        return value

    def scopes(self) -> list[str]:
        """All values of `scope`."""
        return [value for name, value in self._pairs if name == "scope"]


async def read_form(request: Request, known: Collection[str]) -> Form:
    """The form in the body of a POST. Raises RegistryError; a query beside it would put secrets into logs."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != CONTENT_TYPE or request.url.query:
        raise RegistryError(400, "BAD_REQUEST", "form")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise RegistryError(413, "BAD_REQUEST", "large")
    try:
        return Form(body.decode("ascii"), known)
    except UnicodeDecodeError:
        raise RegistryError(400, "BAD_REQUEST", "form") from None
