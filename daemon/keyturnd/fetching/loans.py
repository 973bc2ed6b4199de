"""Secrets that callers bring with their requests, for as long as these last; nothing of them is kept."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Loans:
    """By profile; with several callers the latest one's is used."""

    def __init__(self) -> None:
        self._lent: dict[str, list[str]] = {}
        self._before: dict[str, bytes] = {}

    def of(self, profile: str) -> str | None:
        """The secret that somebody who waits now has brought."""
        lent = self._lent.get(profile)
        return lent[-1] if lent else None

    def is_another(self, profile: str, secret: str) -> bool:
        """Whether `secret` is not the one that was brought last, whose failure says nothing of it then."""
        digest = hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
        return self._before.get(profile) != digest

    @contextmanager
    def lent(self, profile: str, secret: str | None) -> Iterator[None]:
        """`secret` is to be had until the end of this."""
        if secret is None:
            yield
            return
        self._before[profile] = hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
        self._lent.setdefault(profile, []).append(secret)
        try:
            yield
        finally:
            self._lent[profile].remove(secret)
            if not self._lent[profile]:
                del self._lent[profile]
