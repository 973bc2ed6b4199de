"""A finding as a person reads it."""

from __future__ import annotations

import io

from keyturn import hints
from keyturn.console.look import Look
from keyturn.verbs.doctor.finding import Finding


def test_a_sentence_folds_and_its_command_does_not() -> None:
    command = hints.token("a-profile-with-a-long-name", audience="https://management.azure.com")
    look = Look(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    look.width = 24
    lines = Finding("error", "one two three four five six seven eight", command).lines(look).splitlines()
    assert lines == [
        "✗ one two three four",
        "  five six seven eight",
        "  keyturn token a-profile-with-a-long-name --audience https://management.azure.com",
    ]
