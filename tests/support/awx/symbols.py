"""Turns an answer into what a recording has of it, with symbols for what varies (reference/awx.md section 8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

HEADERS = ("content-type", "www-authenticate", "location", "allow", "cache-control", "pragma")
TIMES = {"created", "modified", "expires", "last_used"}
SECRETS = {"token", "refresh_token", "access_token", "client_id", "client_secret"}
PEOPLE = {"user", "created_by", "modified_by"}
NUMBERS = {"id": "<id>", "application": "<application>", "organization": "<organization>"}
MASKS = {"*" * 12, "$encrypted$"}
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z")


@dataclass(frozen=True)
class Symbols:
    """What stands for what in one run. users: names by id."""

    api: str
    oauth: str
    tag: str
    users: Mapping[int, str]

    def answer(self, response: httpx.Response) -> dict[str, Any]:
        """Status, headers and body of `response`."""
        headers = {name: self._header(name, response.headers[name]) for name in HEADERS if name in response.headers}
        return {"status": response.status_code, "headers": headers, "body": self._body(response)}

    def request(self, request: httpx.Request) -> str:
        """Method and path."""
        path = re.sub(r"\?token=.*", "?token=<secret>", request.url.raw_path.decode())
        return f"{request.method} {self.text(path)}"

    def text(self, text: str) -> str:
        """A text with its paths, numbers in them, and the run's word made symbols."""
        for prefix, symbol in ((self.api, "{api}"), (self.oauth, "{oauth}")):
            text = text.replace(f"{prefix}/", f"{symbol}/")
        text = text.replace(self.tag, "TAG")
        return re.sub(r"(?<=[/=])\d+(?=[/&]|$)", "N", text) if text.startswith(("{", "/")) else text

    def _header(self, name: str, value: str) -> str:
        if name == "allow":
            return ", ".join(sorted(value.split(", ")))
        return self.text(value)

    def _body(self, response: httpx.Response) -> Any:
        if response.headers.get("content-type") == "application/json":
            return self._value("", response.json())
        return "<html>" if response.text.startswith("<") else response.text

    def _value(self, key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._value(name, each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._value("", each) for each in value]
        if isinstance(value, str):
            return self._text_of(key, value)
        if value is None or isinstance(value, bool):
            return value
        return f"<user:{self.users[value]}>" if key in PEOPLE else NUMBERS.get(key, value)

    def _text_of(self, key: str, value: str) -> str:
        if key in SECRETS and value not in MASKS:
            return f"<secret:{len(value) if re.fullmatch('[A-Za-z0-9]+', value) else 'odd'}>"
        return f"<time:{TIME.fullmatch(value) is not None}>" if key in TIMES else self.text(value)
