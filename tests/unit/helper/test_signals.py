"""What asks us to end: raised where it may be, and what was ignored stays ignored."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from keyturn.signals import Interrupted, PutOff

PATIENCE = 60
START = "import os, signal, sys; from keyturn.main import main; from keyturn import main as module"
RUN = "sys.exit(main())"


def ended(meanwhile: str, *, before: str = "") -> tuple[int, bytes, bytes]:
    """Exit status and output of keyturn, whose verb does what the Python of `meanwhile` says."""
    verb = f"module.dispatch = lambda _: ({meanwhile}, print('it went on'), 0)[-1]"
    done = subprocess.run(
        [sys.executable, "-c", f"{START}\n{before}\n{verb}\n{RUN}"],
        capture_output=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_verb_is_interrupted(number: signal.Signals) -> None:
    assert ended(f"os.kill(os.getpid(), {number:d})") == (128 + number, b"", b"")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_is_ignored_stays_ignored(number: signal.Signals) -> None:
    """As nohup and shells without jobs leave it."""
    ignoring = f"signal.signal({number:d}, signal.SIG_IGN)"
    assert ended(f"os.kill(os.getpid(), {number:d})", before=ignoring) == (0, b"it went on\n", b"")


def test_what_is_warned_of_is_no_data_where_standard_error_is_closed() -> None:
    closed = "os.close(2); sys.stderr = None"
    assert ended("print('a warning', file=sys.stderr)", before=closed) == (0, b"it went on\n", b"")


def test_as_all_is_done_nothing_interrupts() -> None:
    late = "import atexit; atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))"
    assert ended("0", before=late) == (0, b"it went on\n", b"")


@pytest.mark.usefixtures("heeding")
def test_put_off_it_waits_whichever_thread_the_kernel_tells() -> None:
    done: list[str] = []

    def make() -> None:
        with PutOff(), PutOff():
            other = threading.Thread(target=lambda: signal.pthread_kill(threading.get_ident(), signal.SIGTERM))
            other.start()
            other.join()
            done.append("made")

    with pytest.raises(Interrupted) as interrupted:
        make()
    assert (done, interrupted.value.status) == (["made"], 143)
    with PutOff():
        done.append("the next is not put off for the one before")


def test_what_clears_it_as_it_is_loaded_does_not_keep_it_from_us() -> None:
    """As msgspec's module in C does."""
    loading = """
from contextlib import suppress
from types import SimpleNamespace
def load(verb):
    with suppress(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    return SimpleNamespace(run=lambda _: (print('it went on'), 0)[-1])
module.module_of = load
"""
    done = subprocess.run(
        [sys.executable, "-c", f"{START}\n{loading}\n{RUN}", "status"],
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
