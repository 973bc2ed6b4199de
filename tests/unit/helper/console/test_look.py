"""Marks, bars and colours: they say nothing that words do not, and go where nobody could see them."""

from __future__ import annotations

import io

import pytest

from keyturn.console.look import Look, table


class Screen(io.TextIOWrapper):
    """A terminal, as far as it is asked."""

    def isatty(self) -> bool:
        return True


def screen(encoding: str = "utf-8") -> Screen:
    return Screen(io.BytesIO(), encoding=encoding)


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("share", "drawn"), [(0, "░░░░░"), (0.001, "█░░░░"), (0.5, "██░░░"), (1, "█████"), (1.7, "█████"), (-1, "░░░░░")]
)
def test_a_bar_shows_what_is_left(share: float, drawn: str) -> None:
    assert Look(screen()).bar(share, 5) == drawn


@pytest.mark.parametrize("stream", [screen("ascii"), screen("latin-1"), object()])
def test_where_no_more_than_ascii_is_certain(stream: object) -> None:
    look = Look(stream)
    drawn = look.bar(0.5, 4) + look.mark("ok") + look.mark("attention") + look.mark("error")
    assert drawn == "##--+!x"


def test_a_terminal_has_colours() -> None:
    assert Look(screen()).painted("wrong", "error") == "\x1b[31mwrong\x1b[0m"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb"), ("TERM", "")])
def test_who_wants_no_colours_gets_none(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    assert Look(screen()).painted("wrong", "error") == "wrong"


def test_an_empty_no_color_means_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    assert Look(screen()).is_coloured


def test_no_terminal_has_none() -> None:
    assert Look(io.StringIO()).row("head", "text", 6, kind="error") == "head  text"


def test_a_row_is_folded_before_it_is_coloured() -> None:
    look = Look(screen())
    look.width = 60
    words = " ".join(["four"] * 20)
    row = look.row("head", words, 15, kind="ok")
    first, *rest = row.split("\n")
    assert first.startswith("\x1b[32mhead\x1b[0m           four")
    assert all(len(line) <= 60 and line.startswith(" " * 15 + "four") for line in rest)
    assert " ".join(row.removeprefix("\x1b[32mhead\x1b[0m").split()) == words


def test_what_is_to_be_pasted_stays_whole() -> None:
    look = Look(screen())
    look.width = 60
    command = "keyturn secret set " + "x" * 80
    assert look.row("", command, 15, whole=True) == " " * 15 + command


def test_a_table_has_heads_and_folds_its_last_column() -> None:
    rows = [("work", "-", "https://a.example, https://b.example"), ("a-longer-name", "x", "-")]
    assert list(table(("PROFILE", "FLOW", "TARGETS"), rows, 45)) == [
        "PROFILE        FLOW  TARGETS",
        "work           -     https://a.example,\n" + " " * 21 + "https://b.example",
        "a-longer-name  x     -",
    ]
