"""How `keyturn token` prints a token."""

from __future__ import annotations

from keyturn.protocols.token_variables import essential

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

FORMATS = ("text", "header", "env", "json")


def token_text(token: Mapping[str, Any], form: str) -> str:
    """The lines of `token`, an answer of /v1/token, in one of FORMATS."""
    if form == "json":
        return f"{json_text(token)}\n"
    if form == "header":
        return f"Authorization: Bearer {token['access_token']}\n"
    if form == "env":
        import shlex  # noqa: PLC0415 - only here

        return "".join(f"{name}={shlex.quote(value)}\n" for name, value in essential(token).items())
    return f"{token['access_token']}\n"


def json_text(value: object) -> str:
    """The JSON document of a `--json`; what would control a terminal is escaped."""
    import json  # noqa: PLC0415 - a daemon that is asked for none does not load it

    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text if text.replace("\n", "").isprintable() else json.dumps(value, indent=2)
