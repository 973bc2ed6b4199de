"""Ending the daemon, whether it answers or not."""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress
from pathlib import Path

from keyturn import shell
from keyturn.errors import DaemonUnavailable, KeyturnError
from keyturn.reach import client, launch

TYPE_CHECKING = False
if TYPE_CHECKING:
    import _socket

ANSWER_PATIENCE = 5.0
"""Seconds for it to say that it will leave: that takes no provider and no disk."""
LEAVE_PATIENCE = 13.0
"""Seconds for it to leave once it has said so: it lets what it is answering end, for 10 s at most."""
SIGNAL_PATIENCE = 3.0
"""Seconds to end upon SIGTERM. One that is stopped or hangs needs SIGKILL, which costs no sealed token."""
STOP = client.Request("POST", "/v1/daemon/stop")


def end() -> int | None:
    """End the daemon that runs: ask it to leave, else SIGTERM, else SIGKILL. Its pid, None where none runs.

    Raises DaemonUnavailable when it neither answers nor can be told which process it is.
    """
    try:
        connection = launch.find()
    except client.NotRunning:
        return None
    pid = client.peer_pid(connection)
    process = _process(pid)
    try:
        agreed = _agrees(connection)
        if process is None and not agreed:
            sentence = "the daemon does not answer, nor is known which process it is"
            raise DaemonUnavailable(sentence, shell.process(pid))
        if process is not None and not _has_ended(process, LEAVE_PATIENCE if agreed else 0.0):
            _signal_until_it_ends(process, pid)
    finally:
        if process is not None:
            os.close(process)
    return pid


def _agrees(connection: _socket.socket) -> bool:
    """Whether the daemon says in time that it leaves."""
    connection.settimeout(ANSWER_PATIENCE)
    try:
        client.exchange(connection, STOP)
    except (KeyturnError, client.NotRunning):  # one that can only refuse refuses this, too
        return False
    return True


def _process(pid: int) -> int | None:
    """A descriptor of the daemon's process: None where `pid` is no longer, or not, a keyturnd."""
    try:
        process = os.pidfd_open(pid)
    except (OSError, AttributeError):
        return None
    with suppress(OSError):
        if is_keyturnd(Path(f"/proc/{pid}/cmdline").read_bytes()):
            return process
    os.close(process)
    return None


def is_keyturnd(command_line: bytes) -> bool:
    """Whether a daemon is started so: a Python's module or script of that name.

    Whoever has the word among its arguments (an editor, a grep) and the daemon's pid by now must not be ended.
    """
    interpreter, *words = command_line.split(b"\0")
    named = next((word for word in words if not word.startswith(b"-")), b"")  # behind -E, -P, -m
    return interpreter.rpartition(b"/")[2].startswith(b"python") and named.rpartition(b"/")[2] == b"keyturnd"


def _signal_until_it_ends(process: int, pid: int) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(process, number)
            signal.pidfd_send_signal(process, signal.SIGCONT)  # one that was only stopped ends as it should
        if _has_ended(process, SIGNAL_PATIENCE):
            return
    # Nothing but a wait that the kernel does not interrupt (D in proc_pid_stat(5)) is left to one that was killed.
    raise DaemonUnavailable("the daemon is killed, and ends once its disk answers", shell.process(pid))


def _has_ended(process: int, patience: float) -> bool:
    return bool(select.select([process], [], [], patience)[0])
