"""Certificates that expire soon are told of once, the others never; each is looked at as often as it changes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from keyturn.configuration.profiles.described import described
from keyturnd.fetching.certificates import Certificates
from keyturnd.messages.outcomes import Failure, Result, SeenCertificate

if TYPE_CHECKING:
    from pathlib import Path

    from keyturn.configuration.profiles.profile import EntraProfile
    from keyturnd.messages.jobs import CertificateJob

DAY = 86_400.0
NOW = 1_700_000_000.0
FAR = 4e9


class Machine:
    """Both what runs the looks and what holds the passphrase: in a vault that is open, or is not."""

    def __init__(self, *outcomes: SeenCertificate | Failure | Result, opened: bool = True) -> None:
        self._outcomes = list(outcomes)
        self.opened = True if opened else None
        self.jobs: list[CertificateJob] = []

    async def run(self, job: CertificateJob, _: object) -> object:
        self.jobs.append(job)
        return self._outcomes.pop(0)

    async def secret(self, _: object) -> str:
        assert self.opened
        return "planted passphrase"


def watch(machine: Any, told: list[str] | None = None) -> Certificates:
    return Certificates(machine, machine, ([] if told is None else told).append)


def profile(flow: str, **more: str) -> EntraProfile:
    ids = {"tenant": "contoso.example", "application_id": "00001111-aaaa-2222-bbbb-3333cccc4444"}
    return described({"flow": flow, "audiences": ["https://x.example"], **ids, **more}, "entra")


def certified(file: Path) -> EntraProfile:
    return profile("client-certificate", certificate=str(file))


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (29.9, "expires in 29 days"),
        (1.5, "expires in 1 day"),
        (0.2, "expires in less than a day"),
        (-1, "has expired"),
    ],
)
def test_said_once_for_each_profile_and_certificate(days: float, said: str) -> None:
    told: list[str] = []
    certificates = watch(Machine(), told)
    for _ in range(2):
        certificates.check("ci", "AB", NOW + days * DAY, NOW)
        certificates.check("ci", "CD", NOW + days * DAY, NOW)
        certificates.check("cd", "AB", NOW + days * DAY, NOW)
    assert [line.split(said)[0] for line in told] == [
        "the certificate AB of profile ci ",
        "the certificate CD of profile ci ",
        "the certificate AB of profile cd ",
    ]
    assert f"{said}, on 2023-1" in told[0]


@pytest.mark.parametrize("days", [31, 900])
def test_nothing_is_said_of_what_lives_long(days: float) -> None:
    told: list[str] = []
    watch(Machine(), told).check("ci", "AB", NOW + days * DAY, NOW)
    assert told == []


async def test_one_look_until_another_lies_there(tmp_path: Path) -> None:
    file, first, second = tmp_path / "app.pem", SeenCertificate("AB", FAR), SeenCertificate("CD", 1.0)
    file.write_text("one")
    machine, told = Machine(first, second), list[str]()
    certificates, mine = watch(machine, told), certified(file)
    assert [await certificates.seen(mine) for _ in range(2)] == [first, first]
    assert told == []
    file.write_text("another")
    os.utime(file, ns=(1, 1))  # whatever the clock of this file system shows
    assert [await certificates.seen(mine) for _ in range(2)] == [second, second]
    assert [line.split(" of ")[0] for line in told] == ["the certificate CD"]
    assert [job.passphrase for job in machine.jobs] == ["planted passphrase"] * 2
    assert "planted" not in repr(machine.jobs)


async def test_a_look_opens_no_vault_and_one_in_vain_is_repeated_with_a_passphrase(tmp_path: Path) -> None:
    locked, seen = Failure("sign-in-needed", "a passphrase protects it"), SeenCertificate("AB", FAR)
    machine = Machine(locked, seen, opened=False)
    certificates, mine = watch(machine), certified(tmp_path / "nothing.pfx")
    assert [await certificates.seen(mine) for _ in range(2)] == [None, None]
    machine.opened = True
    assert [await certificates.seen(mine) for _ in range(2)] == [seen, seen]
    assert [job.passphrase for job in machine.jobs] == [None, "planted passphrase"]


async def test_a_profile_without_a_certificate_starts_nothing() -> None:
    machine = Machine()
    assert await watch(machine).seen(profile("device-code")) is None
    assert machine.jobs == []


def test_what_was_said_is_over_once_another_is_there() -> None:
    told: list[str] = []
    certificates = watch(Machine(), told)
    certificates.check("ci", "AB", NOW + 9 * DAY, NOW)
    certificates.check("cd", "AB", NOW + 9 * DAY, NOW)
    certificates.check("ci", "CD", NOW + 900 * DAY, NOW)
    assert [certificates.is_over(sentence) for sentence in (*told, "the disk is full")] == [True, False, False]


def test_what_is_said_now_is_of_the_one_in_use_and_of_profiles_that_are_there() -> None:
    certificates = watch(Machine())
    certificates.check("ci", "AB", NOW + 9.5 * DAY, NOW)
    [warning] = certificates.warnings(["ci", "cd"], NOW + DAY)
    assert warning.startswith("the certificate AB of profile ci expires in 8 days, on ")
    assert certificates.warnings(["cd"], NOW) == []
    certificates.check("ci", "CD", NOW + 900 * DAY, NOW)
    assert certificates.warnings(["ci"], NOW) == []


async def test_of_what_lies_there_no_more_nothing_is_said(tmp_path: Path) -> None:
    file = tmp_path / "app.pem"
    file.write_text("one")
    certificates, mine = (
        watch(Machine(SeenCertificate("AB", 1.0), Failure("configuration", "no key"))),
        certified(file),
    )
    await certificates.seen(mine)
    assert len(certificates.warnings([mine.name])) == 1
    file.write_text("neither")
    assert await certificates.seen(mine) is None
    assert certificates.warnings([mine.name]) == []
