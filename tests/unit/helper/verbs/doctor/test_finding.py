"""A finding as a person reads it."""

from __future__ import annotations

import io

from keyturn import hints
from keyturn.console.look import Look
from keyturn.errors import Refused
from keyturn.verbs.doctor.command import _rows
from keyturn.verbs.doctor.finding import Finding, failed, ok, once


def test_a_sentence_folds_and_its_command_does_not() -> None:
    command = hints.token("a-profile-with-a-long-name", audience="https://management.azure.com")
    look = Look(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    look.width = 24
    finding = Finding("error", "one two three four five six seven eight", command)
    assert [*finding.row(look).splitlines(), finding.help()] == [
        "✗ one two three four",
        "  five six seven eight",
        "  keyturn token a-profile-with-a-long-name --audience https://management.azure.com",
    ]


def test_what_follows_from_an_error_is_not_told_again() -> None:
    dead, other = Refused("the proxy is dead", hints.log()), Refused("nobody is signed in", hints.login("me"))
    found = [
        failed(dead),
        ok("git"),
        failed(other, "work: "),
        failed(dead, "profile work: "),
        ok("docker"),
        ok("docker"),
    ]
    assert [finding.sentence for finding in once(found)] == [
        "the proxy is dead", "git", "work: nobody is signed in", "docker", "docker",
    ]  # fmt: skip


def test_what_helps_several_in_a_row_is_told_once() -> None:
    look = Look(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    docker, me = hints.set_up("docker"), hints.login("me")
    found = [ok("a"), *(Finding("error", name, hint) for name, hint in (("b", docker), ("c", docker), ("d", me)))]
    told: list[Finding] = []
    assert list(_rows(found, told, look)) == [
        "✓ a", "✗ b", "✗ c", "  keyturn setup docker", "✗ d", "  keyturn login me",
    ]  # fmt: skip
    assert told == found
