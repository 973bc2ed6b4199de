"""Run a program in a session of its own whose controlling terminal is the one named first."""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    terminal, *command = sys.argv[1:]
    os.setsid()
    os.close(os.open(terminal, os.O_RDWR))  # a session leader's first terminal becomes the session's
    os.execv(command[0], command)  # noqa: S606 - the test's own command
