"""A finding as a person reads it."""

from __future__ import annotations

from keyturn import hints
from keyturn.verbs.doctor.finding import Finding


def test_a_sentence_folds_and_its_command_does_not() -> None:
    command = hints.token("a-profile-with-a-long-name", audience="https://management.azure.com")
    lines = Finding("error", "one two three four five six seven eight", command).lines(30).splitlines()
    assert lines == [
        "ERROR    one two three four",
        "         five six seven eight",
        "         keyturn token a-profile-with-a-long-name --audience https://management.azure.com",
    ]
