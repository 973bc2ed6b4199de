"""The manual pages are those of this source, and say all that `--help` knows."""

from __future__ import annotations

import argparse
import subprocess
from typing import TYPE_CHECKING

import pytest

from keyturn.protocols import git_options
from keyturn.verbs.completion.command import whole
from manual.__main__ import CONTRIB, pages
from support.needs import need

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = dict(pages())


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parser, and all below it."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _parsers(below)


def test_they_are_of_this_source() -> None:
    kept = {path.name: path.read_text("utf-8") for path in (CONTRIB / "man").iterdir()}
    stale = [name for name in PAGES.keys() | kept if PAGES.get(name) != kept.get(name)]
    assert not stale, ".venv/bin/python -m manual writes them anew"


@pytest.mark.parametrize("name", PAGES)
def test_groff_has_nothing_to_complain_of(name: str) -> None:
    words = [need("groff"), "-man", "-ww", "-Tutf8", str(CONTRIB / "man" / name)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env={"LANG": "C.UTF-8"})
    assert done.stderr == ""
    program, _, section = name.rpartition(".")
    assert done.stdout.startswith(f"{program.upper()}({section})")


def test_every_verb_and_option_is_explained() -> None:
    page = PAGES["keyturn.1"].replace("\\-", "-")
    for parser in _parsers(whole()):
        assert parser.prog.partition(" ")[2] in page
        for action in parser._actions:
            if not isinstance(action, argparse._SubParsersAction):
                assert action.help, f"{parser.prog}: {action.dest} has no help"
            names = set(action.option_strings) - {"-h", "--help"}
            assert all(f"\\fB{name}\\fR" in page for name in names)


def test_every_option_of_gits_helper_is_explained() -> None:
    page = PAGES["git-credential-keyturn.1"].replace("\\-", "-")
    assert all(f"\\fB{option}" in page for option in (*git_options._READ, git_options.OURS))
