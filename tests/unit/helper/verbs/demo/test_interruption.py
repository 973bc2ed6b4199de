"""Ctrl-C where it may be raised, and where it is kept."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from typing import TYPE_CHECKING, Any

import pytest

from keyturn.signals import Interrupted
from keyturn.verbs.demo import play as playing
from keyturn.verbs.demo.interruption import Interruption
from keyturn.verbs.demo.play import play
from keyturn.verbs.demo.show import Display
from keyturn.verbs.demo.step import Step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyturn.verbs.demo.stage import Stage


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def then_interrupted(function: Callable[..., Any]) -> Callable[..., Any]:
    """As `function`, but a signal arrives before anybody knows what it returns."""

    def wrapped(*arguments: object, **options: object) -> object:
        made = function(*arguments, **options)
        interrupt()
        return made

    return wrapped


def test_an_interruption_waits_for_the_name_of_what_is_started() -> None:
    started: list[str] = []

    def start(interruption: Interruption) -> None:
        with interruption.put_off():
            os.kill(os.getpid(), signal.SIGTERM)
            interrupt()
            started.append("process")

    with Interruption() as interruption, pytest.raises(Interrupted) as interrupted, interruption.heeded():
        start(interruption)
    assert started == ["process"]
    assert interrupted.value.status == 128 + signal.SIGTERM


def test_later_ones_interrupt_at_once_again() -> None:
    with Interruption() as interruption, interruption.heeded():
        with interruption.put_off():
            pass
        with pytest.raises(Interrupted):
            interrupt()


def test_after_the_first_none_is_heard() -> None:
    with Interruption() as interruption:
        with pytest.raises(Interrupted), interruption.heeded():
            interrupt()
        interrupt()
        with interruption.put_off():
            interrupt()


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interruption() as interruption, interruption.heeded(), interruption.put_off():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_as_the_directory_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "mkdtemp", then_interrupted(tempfile.mkdtemp))
    outcome = play(Display(None), keep=False)
    assert (outcome.exit_status(), outcome.results) == (130, [])
    assert list(tmp_path.iterdir()) == []


def test_as_the_emulator_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    started: list[subprocess.Popen[bytes]] = []

    class Interrupting(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(self)
            interrupt()

    def start(stage: Stage) -> str:
        monkeypatch.setattr(subprocess, "Popen", Interrupting)
        stage.start_emulator()
        pytest.fail("it goes on")

    monkeypatch.setattr(playing, "STEPS", (Step("an emulator", start),))
    outcome = play(Display(None), keep=False)
    assert (outcome.exit_status(), outcome.results) == (130, [])
    assert [process.returncode is None for process in started] == [False] * len(started)
    assert list(tmp_path.iterdir()) == []
