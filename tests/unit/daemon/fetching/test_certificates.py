"""Certificates that expire soon are told of once, and the others never."""

from __future__ import annotations

import pytest

from keyturnd.fetching.certificates import ExpiringCertificates
from keyturnd.messages.outcomes import Result

DAY = 86_400.0
NOW = 1_700_000_000.0


def result(days: float | None, thumbprint: str = "AB") -> Result:
    ends = None if days is None else NOW + days * DAY
    return Result("t", NOW + 3600, NOW, certificate_thumbprint=thumbprint, certificate_expires_at=ends)


@pytest.mark.parametrize(
    ("days", "said"),
    [(29.9, "in 29 days"), (1.5, "in 1 day"), (0.2, "in less than a day"), (-1, "in less than a day")],
)
def test_said_once_for_each_profile_and_certificate(days: float, said: str) -> None:
    told: list[str] = []
    watch = ExpiringCertificates(told.append)
    for _ in range(2):
        watch.look_at("ci", result(days))
        watch.look_at("ci", result(days, "CD"))
        watch.look_at("cd", result(days))
    assert [line.split(" expires ")[0] for line in told] == [
        "the certificate AB of profile ci",
        "the certificate CD of profile ci",
        "the certificate AB of profile cd",
    ]
    assert f"expires {said}, on 2023-1" in told[0]


@pytest.mark.parametrize("days", [None, 31, 900])
def test_nothing_is_said_of_what_lives_long(days: float | None) -> None:
    told: list[str] = []
    ExpiringCertificates(told.append).look_at("ci", result(days))
    assert told == []
