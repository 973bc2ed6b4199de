"""What git writes to a credential helper (gitcredentials(7), git-credential(1)): bytes in, nothing else."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

_TRUE = {"1", "true", "yes", "on"}
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
    authtype: str | None = None
    """The scheme of an Authorization header whose rest is `credential` (git >= 2.46)."""
    credential: str | None = None
    """Secret."""
    ephemeral: bool = False
    """Not to be kept."""
    oauth_refresh_token: str | None = None
    """Secret, for whoever keeps it (git >= 2.41)."""
    password_expiry_utc: int | None = None
    """UTC epoch seconds."""
    wwwauth: tuple[str, ...] = ()
    """The WWW-Authenticate headers of the refusing answer, in order (git >= 2.41)."""
    capabilities: tuple[str, ...] = ()
    """What the caller knows of beyond user name and password, see git_answers.KNOWN_CAPABILITIES."""
    state: tuple[str, ...] = ()
    """What all helpers of the chain said to themselves, see git_state."""

    @property
    def secret(self) -> str | None:
        """What a server accepted or refused, whichever form it was sent in."""
        return self.credential or self.password

    @property
    def follows_an_answer(self) -> bool:
        """Whether the caller has a part of some earlier answer; a user name may be of its URL, as Azure's is."""
        return bool(self.state) or (self.authtype, self.password_expiry_utc) != (None, None)

    def __repr__(self) -> str:
        return f"GitRequest(protocol={self.protocol!r}, host={self.host!r}, path={self.path!r})"


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
        authtype=single.get("authtype"),
        credential=single.get("credential"),
        ephemeral=single.get("ephemeral", "").lower() in _TRUE,
        oauth_refresh_token=single.get("oauth_refresh_token"),
        wwwauth=tuple(several.get("wwwauth[]", ())),
        capabilities=tuple(several.get("capability[]", ())),
        state=tuple(several.get("state[]", ())),
    )


def _attributes(body: bytes) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Single values, of which the last wins, and arrays, which an empty value empties (git-credential(1)).

    `url` stands for its parts, and for nothing that was said before it.
    """
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
        if key == "url":
            single, several = parts_of(value), {}
        elif not key.endswith("[]"):
            single[key] = value
        elif value:
            several.setdefault(key, []).append(value)
        else:
            several[key] = []
    return single, several


def parts_of(url: str) -> dict[str, str]:
    """The attributes that `url=` stands for, cut as git cuts it (credential.c, credential_from_url_1).

    Raises MalformedRequest for a URL without a scheme, and for a line break, CR or NUL in a part (CVE-2020-5260).
    """
    protocol, separator, rest = url.partition("://")
    if not separator or not protocol:
        raise MalformedRequest("url has no scheme")
    end = next((n for n, character in enumerate(rest) if character in "/?#"), len(rest))
    userinfo, at, host = rest[:end].partition("@")
    username, colon, password = userinfo.partition(":")
    parts = {"host": host if at else userinfo, "path": rest[end:].lstrip("/")}
    if at:
        parts["username"] = username
    if at and colon:
        parts["password"] = password
    decoded = {name: _decoded(text) for name, text in parts.items() if text or name != "path"}
    if "path" in decoded:
        decoded["path"] = decoded["path"][:1] + decoded["path"][1:].rstrip("/")
    return {"protocol": protocol, **decoded}


def _decoded(text: str) -> str:
    decoded = unquote(text, errors="surrogateescape")
    if not fits_a_line(decoded):
        raise MalformedRequest("url holds a line break, CR or NUL")
    return decoded


def fits_a_line(value: str) -> bool:
    """Whether an attribute can have this value: behind a line break another one would begin (CVE-2020-5260)."""
    return not any(character in value for character in "\r\n\0")


def _epoch_seconds(text: str | None) -> int | None:
    """A time git would accept; anything else means "no expiry known", as in git."""
    return int(text) if text is not None and _WHOLE_NUMBER.fullmatch(text) else None
