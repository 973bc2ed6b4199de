"""Run a conformance vector on an implementation of the helper, and compare what came of it."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from keyturn import __version__
from support.helper.places import prepared
from support.helper.programs import (
    DEADLINES,
    FAKE_TWIN_ANSWER,
    SANITIZER_SETTINGS,
    SANITIZERS,
    SHORT,
    SHORT_DEADLINE,
    boottime,
    install,
    python_call,
    twin_call,
)
from support.helper.scripted_daemon import PATIENCE, ScriptedDaemon
from support.machine import on_terminal
from support.needs import absent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from support.helper.programs import NativePrograms
    from support.helper.vectors import Expected, Vector

TWIN_START = "import sys; from keyturn.main import main; sys.exit(main())"


class Outcome(NamedTuple):
    """What the world saw of one run."""

    exit: int
    stdout: bytes
    stderr: bytes
    requests: list[bytes]


def run(vector: Vector, command: Sequence[str], root: Path, settings: Mapping[str, str]) -> Outcome:
    """Run `command` with the vector's words in `root`, with its daemon beside it, to the end of both."""
    if vector.needs_root and os.geteuid() != 0:
        absent("this needs root, to be two users")
    path = root / _filled(vector.socket, root)
    environment = _environment(vector, root) | {
        os.fsencode(name): os.fsencode(value) for name, value in settings.items()
    }
    words = [*map(os.fsencode, command), *(word.encode("latin-1") for word in vector.arguments)]
    with contextlib.ExitStack() as stack:
        stack.enter_context(prepared(vector.place, path))
        daemon = (
            stack.enter_context(ScriptedDaemon(path, vector.script, vector.daemon_uid)) if vector.script else None
        )
        if vector.redirect:
            words = [b"/bin/sh", b"-c", f'exec "$@" {vector.redirect}'.encode(), b"sh", *words]
        if vector.terminal:
            words = [*_on_terminal(stack), *words]
        done = subprocess.run(
            words,
            **_standard_input(vector, stack),
            env=environment,
            cwd=root,
            capture_output=True,
            start_new_session=True,
            timeout=PATIENCE,
            check=False,
        )
    return Outcome(done.returncode, done.stdout, done.stderr, daemon.requests if daemon else [])


def run_native(
    vector: Vector, programs: NativePrograms, root: Path, *, sanitized: bool = False, libc: bool = False
) -> None:
    """Run the vector on the C program and check what came of it."""
    expected = vector.native
    assert expected is not None
    options = (*(SANITIZERS if sanitized else ()), *((SHORT_DEADLINE,) if vector.short_deadline else ()))
    program = install(programs.variant(*options, libc=libc), root / "bin", vector.program)
    before = boottime()
    outcome = run(vector, [str(program)], root, SANITIZER_SETTINGS if sanitized else {})
    check_request(vector, outcome, accepts=False)
    if not expected.becomes_twin:
        assert python_call(program.parent) is None, outcome
        check_answer(expected, outcome)
        return
    assert outcome[:3] == (*FAKE_TWIN_ANSWER, b"")
    words = tuple(word.encode("latin-1") for word in vector.arguments)
    if vector.family == "keyturn":
        assert python_call(program.parent) == ((b"--called-as", bytes(program), *words), vector.input)
        return
    call = twin_call(program.parent)
    given = vector.input if vector.request_body is None else vector.request_body
    assert call is not None, outcome
    assert call[1:] == ((vector.family.encode(), *words), given), outcome
    allowed = SHORT if vector.short_deadline else DEADLINES[vector.family]
    assert before <= call.until - allowed <= boottime(), "counted from the helper's start"


def run_twin(vector: Vector, root: Path) -> None:
    """Run the vector on `keyturn helper` and check what came of it."""
    if "home/" in vector.socket and "XDG_RUNTIME_DIR" in vector.without and Path(_user_directory()).is_dir():
        absent(f"{_user_directory()} exists, so the twin does not look below HOME")
    assert vector.twin is not None
    settings = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    until = [f"--until={boottime() + SHORT}"] if vector.short_deadline else []
    command = [sys.executable, "-c", TWIN_START, "helper", *until, vector.family]
    outcome = run(vector, command, root, settings)
    check_request(vector, outcome, accepts=True)
    check_answer(vector.twin, outcome)
    if vector.script is None and vector.place == "missing":
        assert not (root / vector.socket).exists(), "nobody is to be started for a request that is not ours"


def check_request(vector: Vector, outcome: Outcome, *, accepts: bool) -> None:
    """What the daemon received; `accepts`: the twin may add that it can follow events."""
    if vector.no_request:
        assert not any(outcome.requests), outcome.requests
    if vector.request_head is None:
        return
    head = "\r\n".join((*vector.request_head, "", "")).replace("{version}", __version__).encode("ascii")
    assert len(outcome.requests) == 1, outcome
    request = outcome.requests[0]
    if accepts:
        request = request.replace(b"Accept: application/jsonl\r\nKeyturn-Browser: 0\r\n", b"", 1)
    assert request.startswith(head)
    taken = b"" if vector.family == "keyturn" else vector.input
    assert request[len(head) :] == (taken if vector.request_body is None else vector.request_body)


def check_answer(expected: Expected, outcome: Outcome) -> None:
    """What the caller got."""
    assert (outcome.exit, outcome.stdout) == (expected.exit, expected.stdout), outcome.stderr[-2000:]
    if expected.explains:
        assert re.fullmatch(rb"keyturn: error: [^\n]+\n(keyturn: hint: [^\n]+\n)?", outcome.stderr), outcome.stderr
    else:
        assert outcome.stderr.decode() == "".join(f"{line}\n" for line in expected.stderr)


def _standard_input(vector: Vector, stack: contextlib.ExitStack) -> dict[str, Any]:
    """The input as subprocess takes it: to its end, or from a pipe that we hold open."""
    if not vector.input_open:
        return {"input": vector.input}
    reader, writer = os.pipe()
    stack.callback(os.close, reader)
    stack.callback(os.close, writer)
    os.write(writer, vector.input)
    return {"stdin": reader}


def _environment(vector: Vector, root: Path) -> dict[bytes, bytes]:
    (root / "home").mkdir(exist_ok=True)
    (root / "run").mkdir(exist_ok=True)
    variables = {
        "PATH": os.defpath,
        "HOME": "{root}/home",
        "XDG_RUNTIME_DIR": "{root}/run",
    } | vector.environment
    return {
        os.fsencode(name): _filled(value, root).encode("latin-1")
        for name, value in variables.items()
        if name not in vector.without
    }


def _filled(text: str, root: Path) -> str:
    names = {"{root}": str(root), "{uid}": str(os.geteuid()), "{host}": socket.gethostname()}
    for name, value in names.items():
        text = text.replace(name, value)
    return text


def _user_directory() -> str:
    return f"/run/user/{os.geteuid()}"


def _on_terminal(stack: contextlib.ExitStack) -> Iterator[bytes]:
    """The words that give a command a controlling terminal of its own."""
    controller, terminal = pty.openpty()
    stack.callback(os.close, controller)
    stack.callback(os.close, terminal)
    return map(os.fsencode, (sys.executable, on_terminal.__file__, os.ttyname(terminal)))
