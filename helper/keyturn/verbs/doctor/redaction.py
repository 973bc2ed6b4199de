"""What leaves the machine in a report: nothing that is a secret, looks like one, or names a person.

keyturn writes no secret anywhere that a report is made of. This is for what others put there: a password in a proxy's
URL, a token in a variable, a provider that echoes what it was sent.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

MASK = "…"
SHORTEST = 4
"""Characters of a value that is cut out wherever it stands: a shorter one is a part of many words."""
_SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|API_?KEY|(_PAT|_KEY|_PASS|_PWD|_AUTH)$")
_USERINFO = re.compile(r"(?<=//)\S+@|(?<![^\s\"'=])[^\s\"'=:/@]+:(?!//)\S+@")
"""Up to the last @, as a password may hold one, and a slash; a proxy may be written without a scheme."""
_ADDRESS = re.compile(r"[\w.+#'-]+@(?:[\w-]+\.)+[\w-]+")
"""Of people whose profile is gone by now, or who never had one: the log goes back further than the configuration."""
_JWT = re.compile(r"eyJ[\w-]{8,}(?:\.[\w-]*)*", re.ASCII)
_CLIENT_SECRET = re.compile(r"[\w.~-]{3}\dQ~[\w.~-]{20,}", re.ASCII)
"""Of Entra ID, as it has made them since 2021: a full stop in one divides what would be long enough below."""
_OPAQUE = re.compile(r"(?:\b\d\.)?[A-Za-z0-9_~+=!-]{30,}", re.ASCII)
"""As long as a client secret, a refresh token or a personal access token, and without a word's ends in it."""
_GUID, _DIGEST = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", r"[0-9a-f]{40}|[0-9a-f]{64}"
_NAMES = r"[a-z_-]+|(?:\d\.)?(?:[a-z0-9]{1,8}[-_])+[a-z0-9]{1,8}"
_HARMLESS = re.compile(rf"(?i:{_GUID}|{_DIGEST})|{_NAMES}", re.ASCII)
"""Ids, thumbprints and digests, long names without a digit, and those of many short words: a platform's."""


class Redaction:
    """Takes out of texts what `environment` holds under the name of a secret, and whose names are `people`."""

    def __init__(self, environment: Mapping[str, str], people: Iterable[str], home: str) -> None:
        values = {value for name, value in environment.items() if _SECRET_NAME.search(name.upper())}
        self._cut = sorted((value for value in values if len(value) >= SHORTEST), key=len, reverse=True)
        self._people = {name: f"person-{number}" for number, name in enumerate(sorted(set(people) - {""}), 1)}
        self._home = re.compile(rf"{re.escape(home.rstrip('/')) or '(?!)'}(?![\w-]|\.\w)")
        """Nothing, where it is / itself, as in containers of anybody's: all paths begin so."""

    def whole(self, document: Any) -> Any:
        """`document`, as JSON has it, with every text in it redacted, the names of members too."""
        if isinstance(document, dict):
            return {self.text(str(name)): self.whole(value) for name, value in document.items()}
        if isinstance(document, list | tuple):
            return [self.whole(value) for value in document]
        return self.text(document) if isinstance(document, str) else document

    def text(self, text: str) -> str:
        """`text` as it may be shown to others."""
        for value in self._cut:
            text = text.replace(value, MASK)
        text = _USERINFO.sub(f"{MASK}@", text)
        text = _OPAQUE.sub(_masked, _CLIENT_SECRET.sub(MASK, _JWT.sub(MASK, text)))
        for name, alias in self._people.items():
            text = re.sub(rf"(?<![\w.@-]){re.escape(name)}(?![\w@-])", alias, text, flags=re.IGNORECASE)
        return self._home.sub("~", _ADDRESS.sub("someone", text))


def _masked(found: re.Match[str]) -> str:
    return found[0] if _HARMLESS.fullmatch(found[0]) else MASK
