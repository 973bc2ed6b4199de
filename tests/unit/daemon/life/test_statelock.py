"""One writer per state directory, shown with real processes: who holds it, who is refused, what a kill leaves."""

from __future__ import annotations

import errno
import fcntl
import os
import shlex
import signal
import socket
import stat
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

import pytest

from keyturn.errors import StateError
from keyturnd.life.statelock import Holder, HolderElsewhere, StateLock, read_holder, stop_command
from keyturnd.vault.durable import PrivateDirectory
from keyturnd.vault.ownership import cannot
from support.machine.interpreters import output_of, python

SOCKET = Path("/run/user/1000/keyturn/socket")
HOLD = """
import sys
from pathlib import Path
from keyturnd.life.statelock import HolderElsewhere, StateLock
try:
    lock = StateLock.acquire(Path(sys.argv[1]), Path(sys.argv[2]))
except HolderElsewhere:
    print("refused", flush=True)
else:
    print("held", flush=True)
    sys.stdin.read()
"""
HOLD_THROUGH_EXEC = """
import os, sys
from pathlib import Path
from keyturnd.life.statelock import StateLock
StateLock.acquire(Path(sys.argv[1]), Path("/first"))
again = "from pathlib import Path; from keyturnd.life.statelock import StateLock; import sys; "
again += "StateLock.acquire(Path(sys.argv[1]), Path('/second')); print('held again')"
os.execv(sys.executable, [sys.executable, "-c", again, sys.argv[1]])
"""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def test_the_holder_is_named_for_launchers(state: Path) -> None:
    lock = StateLock.acquire(state, SOCKET)
    holder = Holder(host=socket.gethostname(), socket=str(SOCKET), pid=os.getpid())
    assert read_holder(state) == holder
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in state.iterdir()}
    assert modes == {"lock": 0o600, "holder.json": 0o600}
    lock.release()


def test_no_start_waits_for_the_disk(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The note says nothing without the lock, and that goes with a power cut."""
    monkeypatch.setattr(os, "fsync", lambda _: pytest.fail("waited for the disk"))
    lock = StateLock.acquire(state, SOCKET)
    monkeypatch.undo()
    lock.release()
    assert read_holder(state) is None
    StateLock.acquire(state, SOCKET).release()


def test_a_second_daemon_is_refused_and_told_where_the_first_is(state: Path) -> None:
    with python(HOLD, state, SOCKET) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(HolderElsewhere) as raised:
            StateLock.acquire(state, Path("/other"))
        error = raised.value
        assert error.holder == Holder(host=socket.gethostname(), socket=str(SOCKET), pid=first.pid)
        assert (error.host, error.socket) == (socket.gethostname(), str(SOCKET))
        assert error.sentence == (f"{state} is in use by the daemon with pid {first.pid} on {socket.gethostname()}")
        assert error.hint == f"env KEYTURN_SOCKET={SOCKET} keyturn daemon stop"
        assert read_holder(state) == error.holder
        with pytest.raises(HolderElsewhere) as raised:
            StateLock.acquire(state, SOCKET)
        assert raised.value.sentence == f"{error.sentence.replace('is in', 'is still in')}, which is ending"
        assert raised.value.hint == f"ps -l -f -p {first.pid}"


def test_two_in_one_process_exclude_each_other_too(state: Path) -> None:
    lock = StateLock.acquire(state, SOCKET)
    with pytest.raises(HolderElsewhere):
        StateLock.acquire(state, SOCKET)
    lock.release()


def test_a_kill_gives_the_directory_free(state: Path) -> None:
    with python(HOLD, state, SOCKET) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        first.send_signal(signal.SIGKILL)
        first.wait()
    (state / ".new-0011223344556677").write_bytes(b"half a file")
    lock = StateLock.acquire(state, Path("/second"))
    holder = read_holder(state)
    assert holder is not None
    assert (holder.socket, holder.pid) == ("/second", os.getpid())
    assert sorted(path.name for path in state.iterdir()) == ["holder.json", "lock"]
    lock.release()


def test_of_many_at_once_exactly_one_gets_it(state: Path) -> None:
    with ExitStack() as stack:
        contenders = [stack.enter_context(python(HOLD, state, f"/socket-{i}")) for i in range(6)]
        answers = [process.stdout.readline() for process in contenders if process.stdout is not None]
    assert sorted(answers) == ["held\n"] + ["refused\n"] * 5


def test_a_daemon_that_executes_itself_anew_gets_it_again(state: Path) -> None:
    assert output_of(HOLD_THROUGH_EXEC, state) == "held again\n"
    assert read_holder(state) is not None


def test_another_thread_may_release_it(state: Path) -> None:
    lock = StateLock.acquire(state, SOCKET)
    thread = threading.Thread(target=lock.release)
    thread.start()
    thread.join()
    StateLock.acquire(state, SOCKET).release()


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"host":"a"}', b'{"host":"\xff"}', b"[" * 5000])
def test_a_holder_that_has_not_said_who_it_is(state: Path, content: bytes | None) -> None:
    lock = StateLock.acquire(state, SOCKET)
    if content is None:
        (state / "holder.json").unlink()
    else:
        (state / "holder.json").write_bytes(content)
    assert read_holder(state) is None
    with pytest.raises(HolderElsewhere) as raised:
        StateLock.acquire(state, SOCKET)
    assert (raised.value.host, raised.value.socket) == (None, None)
    assert raised.value.sentence == f"{state} is in use by another daemon"
    assert raised.value.hint == "keyturn daemon stop"
    lock.release()


def test_a_holder_on_another_host_is_stopped_there() -> None:
    holder = Holder(host="build-7", socket="/home/al ice/socket", pid=1)
    *ssh, command = stop_command(holder)
    assert ssh == ["ssh", "build-7"]
    assert shlex.split(command) == ["env", "KEYTURN_SOCKET=/home/al ice/socket", "keyturn", "daemon", "stop"]


def test_a_file_system_without_locks_is_refused(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mere file in the lock's place would stay behind after a kill -9."""

    def flock(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(StateError, match=r"^cannot lock .*/lock: function not implemented$"):
        StateLock.acquire(state, SOCKET)
    assert read_holder(state) is None


def test_a_directory_that_others_can_enter_is_refused(state: Path) -> None:
    state.mkdir(mode=0o755)
    state.chmod(0o755)
    with pytest.raises(StateError, match="mode is 0755"):
        StateLock.acquire(state, SOCKET)
    assert list(state.iterdir()) == []


def test_a_linked_lock_file_is_refused_and_its_target_left_alone(state: Path, tmp_path: Path) -> None:
    state.mkdir(mode=0o700)
    (tmp_path / "target").write_text("of someone else")
    (state / "lock").symlink_to(tmp_path / "target")
    with pytest.raises(StateError, match=r"lock is a symbolic link"):
        StateLock.acquire(state, SOCKET)
    assert (tmp_path / "target").read_text() == "of someone else"


def test_a_holder_that_cannot_be_named_does_not_keep_the_lock(state: Path) -> None:
    state.mkdir(mode=0o700)
    (state / "holder.json").mkdir()
    with pytest.raises(StateError, match=r"cannot write .*holder.json: is a directory") as raised:
        StateLock.acquire(state, SOCKET)
    (state / "holder.json").rmdir()
    StateLock.acquire(state, SOCKET).release()
    assert raised.tb is not None  # it keeps the lock's object alive, which would give up the lock by dying


def test_a_directory_that_was_replaced_is_no_longer_ours(tmp_path: Path) -> None:
    state = tmp_path / "state"
    lock = StateLock.acquire(state, tmp_path / "socket")
    assert lock.is_ours()
    state.rename(tmp_path / "moved")
    assert not lock.is_ours()
    successor = StateLock.acquire(state, tmp_path / "socket")
    assert not lock.is_ours()
    lock.release()
    assert (state / "holder.json").exists()
    successor.release()
    assert not (state / "holder.json").exists()


def test_a_full_disk_does_not_keep_us_from_holding_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = tmp_path / "state"
    StateLock.acquire(state, tmp_path / "socket")
    (state / "holder.json").write_text("{}", encoding="ascii")  # a predecessor's
    (state / "lock").unlink()

    def full(*_: object, **_options: object) -> NoReturn:
        raise cannot("write", state / "holder.json", OSError(errno.ENOSPC, "full")) from OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(PrivateDirectory, "replace", full)
    lock = StateLock.acquire(state, tmp_path / "socket")
    assert lock.unannounced is not None
    assert not (state / "holder.json").exists()
    with pytest.raises(HolderElsewhere):
        StateLock.acquire(state, tmp_path / "other")
    lock.release()
