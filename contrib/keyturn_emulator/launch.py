"""Starts the emulator as a process of its own, for tests and the demo, and never leaves it behind."""

from __future__ import annotations

import select
import subprocess
import sys
from typing import IO, TYPE_CHECKING, Self

from keyturn_emulator.control.client import Control
from keyturn_emulator.ready import Ready

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

# Ready in well under a second; this is for machines that are busy with something else.
START_SECONDS = 60.0
# It drops what it is doing and ends; if it does not in this time it is broken, and killed.
STOP_SECONDS = 10.0


class EmulatorError(RuntimeError):
    """The emulator did not start."""


class Emulator:
    """An emulator that was started; as a context manager, one that runs.

    options: further command line options. stderr: where its log goes (None: where ours goes).
    It ends with the block, and if this process dies first, with the pipe on its stdin.
    ready, control: what it told when it was, and its controls.
    """

    ready: Ready
    control: Control

    def __init__(self, options: Sequence[str] = (), stderr: IO[bytes] | int | None = None) -> None:
        # -E -P: neither the environment nor the working directory may put other modules in its way.
        command = [sys.executable, "-E", "-P", "-m", "keyturn_emulator", "--json", "--exit-on-eof", *options]
        # A process group of its own: Ctrl-C is for whoever started it, who may still need it to clean up.
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, process_group=0
        )

    def __enter__(self) -> Self:
        try:
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End it and wait for that; may be called again."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def wait_until_ready(self) -> None:
        """Raises EmulatorError if it never is."""
        assert self.process.stdout is not None
        # A thread that kills it in time would have to be ended whatever interrupts us, or hold up our own end.
        if not select.select([self.process.stdout], [], [], START_SECONDS)[0]:
            self.process.kill()
        if not (line := self.process.stdout.readline()):
            raise EmulatorError(f"the emulator ended with status {self.process.wait()} before it was ready")
        self.ready = Ready.from_json(line)
        self.control = Control(self.ready.control, self.ready.control_key, self.ready.ca_file)
