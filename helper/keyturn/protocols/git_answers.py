"""What git reads from a credential helper (gitcredentials(7), git-credential(1)): bytes out, nothing else."""

from __future__ import annotations

import math

NOTHING = b""
"""Not ours: git asks the next helper, then the user."""
QUIT = b"quit=1\n"
"""Ours, and failed: git stops at once instead of prompting for a password that could not work (git >= 2.3)."""
CAPABILITIES = b"version 0\n"
"""The answer to `capability` while we have none to announce."""
NAMELESS = "keyturn"
"""The user name that goes with the token of somebody without a name: git would ask a person for an empty one, and
no server of ours reads it beside a token."""


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


def _line(key: str, value: str) -> bytes:
    try:
        encoded = value.encode()
    except UnicodeEncodeError:
        # Its own text and `object` hold the whole value, which may be the token.
        raise ValueError(f"the {key} is not UTF-8") from None
    if any(byte in encoded for byte in b"\n\r\0"):
        raise ValueError(f"the {key} holds a line break, CR or NUL")
    return key.encode() + b"=" + encoded + b"\n"
