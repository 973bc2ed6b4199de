"""What docker's and kubectl's helpers take of a caller: no byte of kubectl's stdin, and the terminal to ask on."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.helper.no_daemon import START, info, outcome, private_environment
from support.helper.programs import NativePrograms, install
from support.helper.scripted_daemon import PATIENCE, Script, ScriptedDaemon
from support.machine import on_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["private_environment"]

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeyturn-Exit: 0\r\n\r\n{}"


@pytest.mark.parametrize("implementation", ["native", "twin"])
def test_kube_leaves_an_open_stdin_alone(
    environment: dict[str, str], tmp_path: Path, programs: NativePrograms, implementation: str
) -> None:
    """The JavaScript client's pipe never ends, and `kubectl apply -f -` needs every byte itself."""
    command = [sys.executable, "-c", START, "helper", "kube"]
    if implementation == "native":
        command = [str(install(programs.variant(), tmp_path / "bin", "kube-credential-keyturn"))]
    reader, writer = os.pipe()
    os.write(writer, b"kind: Pod\n")
    with ScriptedDaemon(_socket(environment), Script(ANSWER)):
        done = subprocess.run(
            [*command, "get-token"], stdin=reader, env=environment, capture_output=True, timeout=PATIENCE, check=False
        )
    assert outcome(done) == (0, b"{}", b"")
    os.close(writer)
    with os.fdopen(reader, "rb") as left:
        assert left.read() == b"kind: Pod\n"


@pytest.mark.parametrize(
    ("words", "exec_info", "asks"),
    [
        (("kube", "get-token"), info(interactive=True), True),
        (("kube", "get-token"), info(interactive=False), False),
        (("kube", "get-token"), None, False),
        (("kube", "get-token"), '{"interactive":true}', False),
        (("docker", "get"), info(interactive=True), False),
        (("git", "get"), None, True),
    ],
    ids=["kubectl on a terminal", "interactiveMode Never", "JavaScript", "no ExecCredential", "docker", "git"],
)
def test_who_may_be_asked_on_a_terminal(
    environment: dict[str, str], terminal: str, words: Sequence[str], exec_info: str | None, *, asks: bool
) -> None:
    if exec_info is not None:
        environment["KUBERNETES_EXEC_INFO"] = exec_info
    with ScriptedDaemon(_socket(environment), Script(ANSWER)) as daemon:
        subprocess.run(
            [sys.executable, on_terminal.__file__, terminal, sys.executable, "-c", START, "helper", *words],
            stdin=subprocess.DEVNULL,
            env=environment,
            capture_output=True,
            start_new_session=True,
            timeout=PATIENCE,
            check=True,
        )
    assert b"Keyturn-Terminal: 1\r\n" in daemon.requests[0]
    assert (b"Accept: application/jsonl\r\n" in daemon.requests[0]) is asks


@pytest.fixture(name="terminal")
def pseudo_terminal() -> Iterator[str]:
    """The name of a terminal that is nobody's yet."""
    controller, terminal = pty.openpty()
    yield os.ttyname(terminal)
    os.close(controller)
    os.close(terminal)


def _socket(environment: dict[str, str]) -> Path:
    directory = Path(environment["XDG_RUNTIME_DIR"]) / "keyturn"
    directory.mkdir(mode=0o700)
    return directory / "socket"
