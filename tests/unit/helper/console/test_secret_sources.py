"""Where secrets are read from, and that nothing else is taken for a source."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from keyturn.console.secret_sources import LIMIT, read_secret
from keyturn.errors import UsageError
from keyturn.kinds_of_hints import Sentence

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "s3cr~t value"


def read(source: str | None) -> str:
    return read_secret(source, "prompt: ", Sentence("the hint"))


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    content = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(content))
    return content


@pytest.mark.parametrize("source", ["-", None])
@pytest.mark.parametrize("line_end", ["", "\n", "\r\n"])
def test_standard_input_with_one_line_end(source: str | None, line_end: str, stdin: io.BytesIO) -> None:
    stdin.write(f"{SECRET}{line_end}".encode())
    stdin.seek(0)
    assert read(source) == SECRET


def test_only_one_line_end_is_removed(stdin: io.BytesIO) -> None:
    stdin.write(b"x\n\n")
    stdin.seek(0)
    assert read("-") == "x\n"


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n", encoding="utf-8")
    assert read(f"@{tmp_path}/secret") == SECRET


def test_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED", f"{SECRET}\n")
    assert read("env:PLANTED") == f"{SECRET}\n"


@pytest.mark.parametrize("source", [SECRET, "", "@", "env:", "ENV:X", "--"])
def test_what_is_no_source_is_not_repeated(source: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(source)
    assert raised.value.sentence == "a secret is not given on the command line: expected -, @FILE or env:NAME"
    assert raised.value.hint == "the hint"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "standard input holds no secret"),
        (b"\n", "standard input holds no secret"),
        (b"\xff\xfe", "standard input is not UTF-8"),
        (b"x" * (LIMIT + 1), "standard input is too long for a secret"),
    ],
)
def test_content_that_is_no_secret(content: bytes, complaint: str, stdin: io.BytesIO) -> None:
    stdin.write(content)
    stdin.seek(0)
    with pytest.raises(UsageError, match=complaint):
        read("-")


def test_a_closed_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="standard input holds no secret"):
        read(None)


def test_a_missing_file_and_variable(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*/missing: no such file or directory"):
        read(f"@{tmp_path}/missing")
    with pytest.raises(UsageError, match="NOT_SET_ANYWHERE is not set"):
        read("env:NOT_SET_ANYWHERE")


def test_a_variable_in_another_alphabet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED", "\udce4")
    with pytest.raises(UsageError, match="PLANTED is not UTF-8") as raised:
        read("env:PLANTED")
    assert raised.value.__context__ is None, "its text would hold the secret"
