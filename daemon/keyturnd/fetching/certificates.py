"""The certificates of profiles: until when each is valid, and a word while there is time to get another."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from keyturn.configuration.profiles.credentials.certificates import Certificate
from keyturn.errors import KeyturnError
from keyturnd.fetching.keeper import NothingToSeal
from keyturnd.messages.jobs import CertificateJob
from keyturnd.messages.outcomes import SeenCertificate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.fetching.processes.runner import Runner
    from keyturnd.messages.outcomes import Outcome
    from keyturnd.vault.holdings import Holdings


NOTICE = 30 * 86_400.0
"""Seconds. Who has to ask an administrator for another one needs some of them."""
DEADLINE = 5.0
"""Seconds for a look into files: a person waits for `keyturn status`."""


class Looked(msgspec.Struct, frozen=True):
    """What tells that a second look would find the same."""

    stamps: tuple[tuple[int, int] | None, ...]
    """Of each file and directory: when it was changed, and its size; None where there is none."""
    passphrase: int
    """Its hash."""


class Certificates:
    """Looks at each before its first use, and warns once in the daemon's life of one that ends soon.

    `warn` is told what a person should know.
    """

    def __init__(self, runner: Runner, holdings: Holdings, warn: Callable[[str], None]) -> None:
        self._runner = runner
        self._holdings = holdings
        self._warn = warn
        self._told: dict[tuple[str, str], str] = {}
        self._latest: dict[str, tuple[str, float]] = {}
        self._seen: dict[Certificate, tuple[Looked, Outcome]] = {}

    async def seen(self, profile: Profile) -> SeenCertificate | None:
        """The certificate of `profile` as it lies there; None where it has none, or it cannot be opened now.

        An acquisition process opens it: the key is in the same file, and is none of the daemon's business.
        """
        named = profile.flow.credential
        if not isinstance(named, Certificate):
            return None
        passphrase = await self._passphrase(profile)
        looked = Looked(_stamps(named), hash(passphrase))
        before, seen = self._seen.get(named, (None, None))
        if looked != before:
            self._latest.pop(profile.name, None)
            seen = await self._runner.run(CertificateJob(named, DEADLINE, passphrase), NothingToSeal())
            self._seen[named] = looked, seen
        if not isinstance(seen, SeenCertificate):
            return None
        self.check(profile.name, seen.thumbprint, seen.expires_at)
        return seen

    def check(self, profile: str, thumbprint: str, expires_at: float, now: float | None = None) -> None:
        """Warn of the certificate of `profile` if it does not live much longer. Times are UTC epoch seconds."""
        self._latest[profile] = thumbprint, expires_at
        if (profile, thumbprint) in self._told:
            return
        for sentence in self.warnings([profile], now):
            self._told[profile, thumbprint] = sentence
            self._warn(sentence)

    def warnings(self, profiles: Iterable[str], now: float | None = None) -> list[str]:
        """What is to be said now of those that end soon, of these profiles: nothing of one that was replaced."""
        told = []
        for profile in profiles:
            thumbprint, expires_at = self._latest.get(profile, ("", float("inf")))
            left = expires_at - (time.time() if now is None else now)
            if left <= NOTICE:
                day = time.strftime("%Y-%m-%d", time.gmtime(expires_at))
                told.append(f"the certificate {thumbprint} of profile {profile} {_ends(left)}, on {day}")
        return told

    def is_over(self, sentence: str) -> bool:
        """Whether it was said of one that has been replaced."""
        return any(
            sentence == said and self._latest.get(profile, ("", 0.0))[0] != thumbprint
            for (profile, thumbprint), said in self._told.items()
        )

    async def _passphrase(self, profile: Profile) -> str | None:
        """What its key is protected with, where that is at hand: a look opens no vault."""
        if self._holdings.opened is None:
            return None
        with suppress(KeyturnError):
            return await self._holdings.secret(profile)
        return None


def _ends(left: float) -> str:
    days = int(left // 86_400)
    if days < 0:
        return "has expired"
    return "expires in less than a day" if days == 0 else f"expires in {days} day{'s' if days > 1 else ''}"


def _stamps(named: Certificate) -> tuple[tuple[int, int] | None, ...]:
    return tuple(map(_stamp, filter(None, (named.file, named.key_file, *named.directories))))


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - no Path for every look
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
