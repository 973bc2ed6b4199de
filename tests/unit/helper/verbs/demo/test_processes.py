"""Ctrl-C, put off while a process is started."""

from __future__ import annotations

import os
import signal

import pytest

from keyturn.verbs.demo.processes import Interrupted, interruptible, put_off


def test_an_interruption_waits_for_the_name_of_what_is_started() -> None:
    started: list[str] = []

    def start() -> None:
        with put_off():
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGINT)
            started.append("process")

    with interruptible(), pytest.raises(Interrupted) as interrupted:
        start()
    assert started == ["process"]
    assert interrupted.value.status == 128 + signal.SIGTERM


def test_later_ones_interrupt_at_once_again() -> None:
    with interruptible():
        with put_off():
            pass
        with pytest.raises(Interrupted):
            os.kill(os.getpid(), signal.SIGINT)


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible(), put_off():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
