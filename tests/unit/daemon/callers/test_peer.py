"""Who is behind a process, with real processes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from keyturnd.callers import peer
from keyturnd.callers.peer import Peer, Tool, arguments_of, peer_of, program_of, tool_behind
from support.needs import need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOBODY = Tool(2**22 + 1, 0)
"""Beyond the largest pid there is (proc(5), pid_max)."""


IN_A_SANDBOX = """
import os
from keyturnd.callers.peer import tool_behind

for _ in range(4):
    if (child := os.fork()) == 0:
        print(tool_behind(os.getpid()), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


@pytest.fixture
def cat() -> Iterator[subprocess.Popen[bytes]]:
    """A child of ours that lives until its stdin ends."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:
        yield child


def test_the_peer_of_a_socket_is_whoever_connected() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert peer_of(ours) == Peer(os.getpid(), os.geteuid())
        assert peer_of(ours).is_us


def test_somebody_else_is_not_us() -> None:
    assert not Peer(1, os.geteuid() + 1).is_us


def test_root_is_somebody_else_unless_we_are_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a daemon of its own: `sudo git` is not to sign in as whoever called it."""
    monkeypatch.setattr(peer, "_US", 1000)
    assert Peer(1, 1000).is_us
    assert not Peer(1, 0).is_us


def test_the_tool_is_the_parent_and_when_it_began(cat: subprocess.Popen[bytes]) -> None:
    tool = tool_behind(cat.pid)
    assert tool is not None
    assert tool.pid == os.getpid()
    assert tool.started > 0
    assert tool_behind(cat.pid) == tool


@pytest.mark.root  # to be given a namespace
def test_where_proc_tells_of_other_processes_of_the_same_numbers_nobody_is_known() -> None:
    """As in a sandbox that has its own processes, and all of the machine's files."""
    command = [need("unshare"), "--pid", "--fork", sys.executable, "-c", IN_A_SANDBOX]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.split() == ["None"] * 4


def test_two_processes_began_at_their_own_time(cat: subprocess.Popen[bytes]) -> None:
    own, parent = tool_behind(cat.pid), tool_behind(os.getpid())
    assert own is not None
    assert parent is not None
    assert own.started >= parent.started
    assert own.pid != parent.pid


def test_a_name_with_spaces_and_parentheses_hides_nothing(tmp_path: Path) -> None:
    """/proc/PID/stat has the name in it as it is: `42 (a) 1 (b) S 7 …`."""
    program = tmp_path / "a) 1 (b"
    program.symlink_to(shutil.which("cat") or "/bin/cat")
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:
        tool = tool_behind(child.pid)
    assert tool is not None
    assert tool.pid == os.getpid()


@pytest.mark.parametrize("pid", [0, NOBODY.pid, -1])
def test_there_is_no_tool_behind_nobody(pid: int) -> None:
    assert tool_behind(pid) is None


def test_the_command_line_and_the_program_of_a_tool(cat: subprocess.Popen[bytes]) -> None:
    tool = tool_behind(cat.pid)
    assert tool is not None
    assert list(arguments_of(tool))[: len(sys.orig_argv)] == sys.orig_argv
    assert program_of(tool) == str(os.path.realpath(sys.executable))


def test_nobody_has_neither() -> None:
    assert arguments_of(NOBODY) == ()
    assert program_of(NOBODY) == ""
