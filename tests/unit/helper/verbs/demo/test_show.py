"""What the demo prints, and where it is coloured."""

from __future__ import annotations

import io

import pytest

from keyturn.verbs.demo.play import Outcome
from keyturn.verbs.demo.show import Display
from keyturn.verbs.demo.verdicts import Result


class Screen(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "coloured"),
    [
        (Screen(), {}, True),
        (Screen(), {"TERM": "dumb"}, False),
        (Screen(), {"NO_COLOR": "1"}, False),
        (Screen(), {"NO_COLOR": ""}, True),
        (Screen(), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (io.StringIO(), {}, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True),
        (io.StringIO(), {"FORCE_COLOR": ""}, False),
    ],
)
def test_colour(
    stream: io.StringIO, environment: dict[str, str], *, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    Display(stream).green("it holds", 1.5)
    assert ("\x1b[32mok\x1b[0m" in stream.getvalue()) is coloured
    assert stream.getvalue().replace("\x1b[32m", "").replace("\x1b[0m", "") == "  ok  it holds  1.50 s\n"


def test_at_sixty_columns_no_word_is_broken() -> None:
    stream = io.StringIO()
    display = Display(stream)
    display._look.width = 60
    words = " ".join(["somewhere"] * 12)
    display.heading(f"1. {words}")
    display.tell(words)
    display.output(f"keyturn: {words}\nNAME  {words}")
    display.green(words, 0.25)
    *lines, of_others = sorted(stream.getvalue().splitlines(), key=len)
    assert of_others == f"    NAME  {words}", "a table of another program is left as it is"
    assert all(len(line) <= 60 for line in lines)
    assert {word for line in lines for word in line.split()} >= {"somewhere", "ok", "0.25", "keyturn:"}


def test_a_display_without_a_stream_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Display(None).command("~", "git push")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("states", "interrupted", "status", "begins"),
    [
        (["green", "green"], None, 0, "2 steps green, "),
        (["green", "skipped"], None, 0, "1 steps green, skipped: step 1 (because), "),
        (["green", "failed"], None, 1, "1 steps green, failed: step 1 (because), "),
        (["green"], 130, 130, "interrupted, 1 steps green, "),
    ],
)
def test_the_summary(states: list[str], interrupted: int | None, status: int, begins: str) -> None:
    results = [Result(f"step {i}", state, "because", 0.1, []) for i, state in enumerate(states)]  # type: ignore[arg-type]  # str
    outcome = Outcome(results, 1.0, None, interrupted)
    assert outcome.exit_status() == status
    assert outcome.summary().startswith(begins)
