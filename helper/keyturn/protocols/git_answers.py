"""What git reads from a credential helper (gitcredentials(7), git-credential(1)): bytes out, nothing else."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Protocol

    class Kept(Protocol):
        """A credential of a host without a target."""

        @property
        def username(self) -> str | None: ...
        @property
        def password(self) -> str | None: ...
        @property
        def authtype(self) -> str | None: ...
        @property
        def credential(self) -> str | None: ...
        @property
        def password_expiry_utc(self) -> int | None: ...
        @property
        def oauth_refresh_token(self) -> str | None: ...


NOTHING = b""
"""Not ours: git asks the next helper, then the user."""
QUIT = b"quit=1\n"
"""Ours, and failed: git stops at once instead of prompting for a password that could not work (git >= 2.3)."""
KNOWN_CAPABILITIES = ("authtype", "state")
"""Both since git 2.46. What a request offers is announced back in each answer: git then sends credential and
state with the `store` or `erase` that follows (reference/git.md section 1)."""
CAPABILITIES = b"version 0\n" + b"".join(f"capability {name}\n".encode() for name in KNOWN_CAPABILITIES)
"""The answer to `capability`."""
_KEPT = ("username", "password", "password_expiry_utc", "oauth_refresh_token")
NAMELESS = "keyturn"
"""The user name that goes with the token of somebody without a name: git would ask a person for an empty one, and
no server of ours reads it beside a token."""


def answer(
    *, username: str, token: str, expires_at: float, bearer: bool = False,
    offered: Collection[str] = (), state: str | None = None,
) -> bytes:  # fmt: skip
    """A complete credential: Basic with `token` as its password, or with `bearer` an Authorization of its own.

    expires_at: UTC epoch seconds, rounded down, so that git never uses it too long. offered: the capabilities of
    the request; `bearer` takes authtype. state: has git ask once more where `token` is refused, and say this then.

    Raises ValueError for what git would read as something else: a line break, CR or NUL in a value, an empty
    token, text that is not UTF-8, an expiry that is not a time after 1970 (git reads 0 as "never").
    """
    if not token:
        raise ValueError("an empty password is no credential")
    if not 1 <= expires_at < float("inf"):
        raise ValueError("the expiry is not a time after 1970")
    return b"".join(
        [
            *(_line("capability[]", name) for name in KNOWN_CAPABILITIES if name in offered),
            *(_line(key, value) for key, value in _secret(username, token, bearer=bearer)),
            _line("password_expiry_utc", str(int(expires_at))),
            # Helpers behind us shall not keep it (git credential-cache obeys).
            *([_line("ephemeral", "1")] if "authtype" in offered else []),
            *([_line("state[]", state), _line("continue", "1")] if state is not None else []),
        ]
    )


def kept(credential: Kept, offered: Collection[str]) -> bytes:
    """What some caller once had approved, as it was; its header only for a caller that offers authtype.

    Byte for byte: git may have put anything into it but a line break, and what is not UTF-8 has lone surrogates here.
    """
    header = ("authtype", "credential") if "authtype" in offered else ()
    fields = ((name, getattr(credential, name)) for name in (*header, *_KEPT))
    lines = [f"{name}={value}\n" for name, value in fields if value is not None]
    announced = ["capability[]=authtype\n"] if header else []
    return "".join((*announced, *lines)).encode("utf-8", "surrogateescape")


def _secret(username: str, token: str, *, bearer: bool) -> Iterator[tuple[str, str]]:
    if bearer:
        yield from (("authtype", "Bearer"), ("credential", token))
    else:
        yield from (("username", username), ("password", token))


def _line(key: str, value: str) -> bytes:
    try:
        encoded = value.encode()
    except UnicodeEncodeError:
        # Its own text and `object` hold the whole value, which may be the token.
        raise ValueError(f"the {key} is not UTF-8") from None
    if any(byte in encoded for byte in b"\n\r\0"):
        raise ValueError(f"the {key} holds a line break, CR or NUL")
    return key.encode() + b"=" + encoded + b"\n"
