"""Run a command, and note who is left of all that it started: `python reaper.py REPORT COMMAND…`.

As their subreaper this process inherits every orphan, daemons too. It exits as the command did. The REPORT is a JSON
object of command lines: `at_once` of those who lived when the command had ended, `later` of those who still did after
PATIENCE seconds, who are then killed.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 10


class Late(Exception):
    """Somebody still lives."""


def main() -> int:
    report, *command = sys.argv[1:]
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    child = subprocess.Popen(command)
    # Ctrl-C reaches the command itself; what only we are sent is passed on.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: child.send_signal(signal.SIGTERM))
    status = child.wait()
    at_once = [name for pid in _children() if (name := _command_line(pid))]
    Path(report).write_text(json.dumps({"at_once": at_once, "later": left_over()}), encoding="utf-8")
    return status if status >= 0 else 128 - status


def left_over() -> list[str]:
    """Wait for all descendants to end; those that do not are killed and named."""
    left: list[str] = []
    signal.signal(signal.SIGALRM, _late)
    signal.alarm(PATIENCE)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            signal.alarm(0)
            return left
        except Late:
            left += [_killed(pid) for pid in _children()]


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()]


def _killed(pid: int) -> str:
    name = _command_line(pid)
    os.kill(pid, signal.SIGKILL)
    return name


def _command_line(pid: int) -> str:
    """Empty for one that has ended. A child of ours: its number is nobody else's until we ask for its status."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def _late(_number: int, _frame: FrameType | None) -> None:
    raise Late


if __name__ == "__main__":
    sys.exit(main())
