"""git's credential protocol: bytes in, bytes out, nothing else (gitcredentials(7), git-credential(1)).

So far `get`, `store` and `erase` with a password; `capability[]`, `state[]` and `wwwauth[]` are read already,
because a caller that is answered without them today shall not have to be parsed anew tomorrow.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from keyturn import hints
from keyturn.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

NOTHING = b""
"""Not ours: git asks the next helper, then the user."""
QUIT = b"quit=1\n"
"""Ours, and failed: git stops at once instead of prompting for a password that could not work (git >= 2.3)."""
CAPABILITIES = b"version 0\n"
"""The answer to `capability` while we have none to announce."""
NAMELESS = "keyturn"
"""The user name that goes with the token of somebody without a name: git would ask a person for an empty one, and
no server of ours reads it beside a token."""

_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


class MalformedRequest(ValueError):
    """Not a request git would send: answered with silence, like every request that is not ours."""


class GitRequest(NamedTuple):
    """What git says about the credential it wants, or has used. Single values are None when git sent none.

    Bytes that are not UTF-8 arrive as lone surrogates; strict name parsing (`configuration.hosts`) refuses those.
    """

    protocol: str
    host: str
    """With `:port` when the URL names one."""
    path: str | None = None
    """Percent-decoded by git, and only there with credential.useHttpPath."""
    username: str | None = None
    password: str | None = None
    """Secret."""
    password_expiry_utc: int | None = None
    """UTC epoch seconds."""
    wwwauth: tuple[str, ...] = ()
    """The WWW-Authenticate headers of the refusing answer, in order (git >= 2.41)."""
    capabilities: tuple[str, ...] = ()
    state: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"GitRequest(protocol={self.protocol!r}, host={self.host!r}, path={self.path!r})"


class GitOptions(NamedTuple):
    """What stands behind `keyturn` in credential.helper."""

    profile: str | None = None
    ours: bool = False
    """`setup git` wrote the section: while the configuration is invalid, git must not prompt for a password here."""


OURS = "--ours"


def parse(body: bytes) -> GitRequest:
    """The request in `body`, up to its end or the first blank line. Unknown attributes are passed over.

    Raises MalformedRequest, and nothing else, for a line without `=`, NUL or CR anywhere in it (CVE-2024-52006),
    and for a request without protocol or host: git has died half-way through writing it (reference/git.md
    section 1, "CR trap").
    """
    single, several = _attributes(body)
    protocol, host = single.get("protocol"), single.get("host")
    if not protocol or not host:
        raise MalformedRequest("no protocol or no host")
    return GitRequest(
        protocol=protocol,
        host=host,
        path=single.get("path"),
        username=single.get("username"),
        password=single.get("password"),
        password_expiry_utc=_epoch_seconds(single.get("password_expiry_utc")),
        wwwauth=tuple(several.get("wwwauth[]", ())),
        capabilities=tuple(several.get("capability[]", ())),
        state=tuple(several.get("state[]", ())),
    )


def answer(*, username: str, password: str, expires_at: float) -> bytes:
    """A complete credential. `expires_at`: UTC epoch seconds, rounded down, so that git never uses it too long.

    Raises ValueError for what git would read as something else: a line break, CR or NUL in a value, an empty
    password, text that is not UTF-8, an expiry that is not a time after 1970 (git reads 0 as "never").
    """
    if not password:
        raise ValueError("an empty password is no credential")
    if not math.isfinite(expires_at) or expires_at < 1:
        raise ValueError("the expiry is not a time after 1970")
    fields = {"username": username, "password": password, "password_expiry_utc": str(math.floor(expires_at))}
    return b"".join(_line(key, value) for key, value in fields.items())


def options(arguments: Sequence[str]) -> GitOptions:
    """The helper's own options: its arguments without the operation. Raises UsageError for any other."""
    profile = None
    rest = iter([argument for argument in arguments if argument != OURS])
    for argument in rest:
        name, _, value = argument.partition("=")
        if name != "--profile":
            raise UsageError(f"git-credential-keyturn has no option {argument}", hints.set_up("git"))
        profile = value if "=" in argument else next(rest, "")
        if not profile:
            raise UsageError("--profile lacks the name of a profile", hints.profiles())
    return GitOptions(profile, OURS in arguments)


def _attributes(body: bytes) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Single values, of which the last wins, and arrays, which an empty value empties (git-credential(1))."""
    single: dict[str, str] = {}
    several: dict[str, list[str]] = {}
    # Only LF ends a line: splitlines() would let `host=a\rhost=b` in (GCM 61e4fa4c). A last line without LF is
    # taken, as git does: dulwich writes its requests so.
    for line in body.split(b"\n"):
        if not line:
            break
        if b"\r" in line or b"\0" in line:
            raise MalformedRequest("a line holds CR or NUL")
        key, equals, value = line.decode("utf-8", "surrogateescape").partition("=")
        if not equals or not key:
            raise MalformedRequest("a line is not key=value")
        if not key.endswith("[]"):
            single[key] = value
        elif value:
            several.setdefault(key, []).append(value)
        else:
            several[key] = []
    return single, several


def _epoch_seconds(text: str | None) -> int | None:
    """A time git would accept; anything else means "no expiry known", as in git."""
    return int(text) if text is not None and _WHOLE_NUMBER.fullmatch(text) else None


def _line(key: str, value: str) -> bytes:
    try:
        encoded = value.encode()
    except UnicodeEncodeError:
        # Its own text and `object` hold the whole value, which may be the token.
        raise ValueError(f"the {key} is not UTF-8") from None
    if any(byte in encoded for byte in b"\n\r\0"):
        raise ValueError(f"the {key} holds a line break, CR or NUL")
    return key.encode() + b"=" + encoded + b"\n"
