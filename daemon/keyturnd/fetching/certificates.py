"""Certificates that are about to expire: said once, while there is time to get another."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturnd.messages.outcomes import Result

NOTICE = 30 * 86_400.0
"""Seconds. Who has to ask an administrator for another one needs some of them."""


class ExpiringCertificates:
    """Warns of each once in the daemon's life. `warn` is told what a person should know."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._told: set[tuple[str, str]] = set()

    def look_at(self, profile: str, result: Result) -> None:
        """Warn if the certificate that brought `result` does not live much longer."""
        expires_at, told = result.certificate_expires_at, (profile, result.certificate_thumbprint)
        if expires_at is None or told in self._told or expires_at - result.issued_at > NOTICE:
            return
        self._told.add(told)
        day = time.strftime("%Y-%m-%d", time.gmtime(expires_at))
        days = max(int((expires_at - result.issued_at) // 86_400), 0)
        left = "in less than a day" if days == 0 else f"in {days} day{'s' if days > 1 else ''}"
        self._warn(f"the certificate {result.certificate_thumbprint} of profile {profile} expires {left}, on {day}")
