"""Texts folded to a terminal's width: words whole, commands in one piece, data untouched."""

from __future__ import annotations

import argparse
import fcntl
import io
import os
import struct
import termios
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.console.parsing import EXAMPLES, Parser
from keyturn.folding import NARROWEST, WIDEST, Folding, folded, width_of
from keyturn.verbs.known import VERBS, module_of

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS = st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=90))
COMMAND = "keyturn: hint: change the password, then: keyturn login a-profile-with-a-name-that-is-rather-long"


@pytest.fixture
def terminal() -> Iterator[io.TextIOWrapper]:
    master, slave = os.openpty()
    with os.fdopen(slave, "w", encoding="utf-8") as stream:
        yield stream
    os.close(master)


def resize(terminal: io.TextIOWrapper, columns: int) -> None:
    fcntl.ioctl(terminal.fileno(), termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))


@pytest.mark.parametrize(
    ("columns", "width"), [(0, None), (20, NARROWEST), (60, 60), (133, 133), (200, 200), (500, WIDEST)]
)
def test_the_width_is_that_of_the_terminal_as_far_as_it_reads_well(
    columns: int, width: int | None, terminal: io.TextIOWrapper
) -> None:
    resize(terminal, columns)
    assert width_of(terminal) == width


def test_what_is_no_terminal_has_no_width() -> None:
    assert width_of(io.StringIO()) is None
    assert width_of(None) is None


@given(words=WORDS, width=st.integers(NARROWEST, WIDEST))
def test_every_word_stays_whole_and_no_line_is_longer_than_it_must(words: list[str], width: int) -> None:
    lines = folded(" ".join(words), width).split("\n")
    assert [word for line in lines for word in line.split()] == words
    assert all(len(line) <= width or " " not in line.strip() for line in lines)


@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize(
    "more", ["", """ --claims '{"access_token": {"nbf": {"essential": true}}}' --min-life 30m"""]
)
def test_a_command_in_a_hint_is_not_broken(width: int, more: str) -> None:
    command = COMMAND.rpartition(": ")[2] + more
    assert folded(COMMAND + more, width).split("\n")[-1].endswith(command)
    assert folded(f"keyturn: hint: {command}", width).split("\n")[-1].endswith(command)


def test_only_lines_of_ours_are_folded() -> None:
    stream, data = io.StringIO(), " ".join(["word"] * 40)
    print(data, f"keyturn: {data}", data, sep="\n", file=Folding(stream, 60))
    first, *ours, last, empty = stream.getvalue().split("\n")
    assert (first, last, empty) == (data, data, "")
    assert len(ours) > 1
    assert max(map(len, ours)) <= 60


def test_help_fits_the_terminal_and_leaves_its_examples_whole(
    terminal: io.TextIOWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    resize(terminal, 60)
    example = f"  keyturn {'x' * 70} | curl"
    parser = Parser(
        prog="keyturn x", description="Many words. " * 20, epilog=f"things:\n  a  b\n\nexamples:\n{example}\n"
    )
    parser.add_argument("--names", help=", ".join(["key-vault"] * 20))
    monkeypatch.setattr("sys.stdout", terminal)
    lines = parser.format_help().split("\n")
    assert example in lines
    assert max(len(line) for line in lines if line != example) <= 60
    assert not any(line.rstrip().endswith("key-") for line in lines)


def test_the_second_column_of_a_list_is_one_text(terminal: io.TextIOWrapper, monkeypatch: pytest.MonkeyPatch) -> None:
    resize(terminal, 60)
    words = ("the first line of it as the source has it, and here", "the second, which ends.")
    things = f"things:\n  start      now\n  of others  {words[0]}\n             {words[1]}\n  stop       later\n"
    monkeypatch.setattr("sys.stdout", terminal)
    told = Parser(prog="keyturn x", epilog=things).format_help()
    assert told.endswith(
        "things:\n"
        "  start      now\n"
        "  of others  the first line of it as the source has it, and\n"
        "             here the second, which ends.\n"
        "  stop       later\n"
    )


def actions_of(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """`parser`, and those of all its actions."""
    yield parser
    for action in parser._actions:
        for below in action.choices.values() if isinstance(action, argparse._SubParsersAction) else ():
            yield from actions_of(below)


@pytest.mark.parametrize("verb", sorted(VERBS.keys() - {"helper", "kubelogin"}))
def test_every_help_fits_and_its_usage_has_every_option(
    verb: str, terminal: io.TextIOWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    resize(terminal, 80)
    monkeypatch.setattr("sys.stdout", terminal)
    for parser in actions_of(module_of(verb).parser()):
        told = parser.format_help().partition(EXAMPLES)[0]
        assert [line for line in told.split("\n") if len(line) > 80 and " " in line.strip()] == []
        usage = told.partition("\n\n")[0]
        lacking = (action for action in parser._actions if not any(name in usage for name in action.option_strings))
        assert [action.option_strings for action in lacking if action.option_strings] == []


def test_what_stands_behind_all_arguments_is_whole_in_the_usage(
    terminal: io.TextIOWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    resize(terminal, 60)
    monkeypatch.setattr("sys.stdout", terminal)
    for option in ("--short", f"--{'long' * 8}"):
        parser = Parser(prog="keyturn x", behind="-- COMMAND")
        parser.add_argument(option, action="store_true")
        *before, last = parser.format_usage().rstrip("\n").split("\n")
        assert last.endswith("-- COMMAND")
        assert len(before) == (len(option) > 20)
