"""Run a program on a controlling terminal, the one named first; start it as the leader of a new session."""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    terminal, *command = sys.argv[1:]
    os.close(os.open(terminal, os.O_RDWR))  # a session leader's first terminal becomes the session's
    os.execv(command[0], command)
