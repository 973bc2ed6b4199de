"""What only the native helper does: becoming the twin, guarding its memory, and odd descriptors."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from support.helper import vectors as helper_vectors
from support.helper.places import FOREIGNER
from support.helper.programs import ENTRY, SANITIZERS, NativePrograms, install, twin_call
from support.helper.runs import check_request, run
from support.helper.scripted_daemon import PATIENCE, Script, ScriptedDaemon
from support.needs import need

WITHOUT_MEMFD = "-DKEYTURN_WITHOUT_MEMFD"
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeyturn-Exit: 0\r\n\r\nok"
MEBIBYTE = 1 << 20
VECTORS = {vector.name: vector for vector in helper_vectors.load()}


def start(
    helper: Path, given: bytes = b"", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [helper, "get"],
        input=given,
        env={"PATH": os.defpath, "XDG_RUNTIME_DIR": str(helper.parent), "HOME": "/nonexistent"} | (environment or {}),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )


def runtime_directory(tmp_path: Path) -> Path:
    (tmp_path / "keyturn").mkdir(mode=0o700)
    return tmp_path / "keyturn" / "socket"


def test_twin_is_the_sibling_of_the_program_behind_a_link(helper: Path, tmp_path: Path) -> None:
    links = tmp_path / "links"
    links.mkdir()
    (links / helper.name).symlink_to(Path("..") / "bin" / helper.name)
    for decoy in (links / ENTRY, tmp_path / ENTRY):
        decoy.write_text("#!/bin/sh\necho decoy\n", encoding="ascii")
        decoy.chmod(0o755)
    done = start(links / helper.name, environment={"PATH": f"{links}:{os.defpath}"})
    assert (done.returncode, done.stdout) == (77, b"from the twin\n")


@pytest.mark.parametrize("twin", ["missing", "not executable"])
def test_twin_that_cannot_be_run_is_one_error_and_one_hint(helper: Path, twin: str) -> None:
    sibling = helper.parent / ENTRY
    sibling.unlink()
    if twin == "not executable":
        sibling.touch(mode=0o644)
    done = start(helper)
    reason = "no such file or directory" if twin == "missing" else "permission denied"
    assert (done.returncode, done.stdout) == (1, b"")
    error, hint = done.stderr.decode().splitlines()
    assert error == f"keyturn: error: cannot run keyturn: {reason}"
    assert hint.startswith("keyturn: hint: ")
    assert hint.endswith(": pipx install --force ."), "a registry may have another's keyturn, or none"


@pytest.mark.parametrize("options", [(), (WITHOUT_MEMFD,)], ids=["", "pipe"])
def test_twin_inherits_the_three_streams_and_the_directory_and_nothing_else(
    programs: NativePrograms, tmp_path: Path, options: tuple[str, ...]
) -> None:
    helper = install(programs.variant(*options), tmp_path / "bin", "git-credential-keyturn")
    runtime_directory(tmp_path)  # so that it was open already, and the helper had gone there to connect
    report = "pwd -P\ngrep ^SigIgn: /proc/$$/status\nulimit -c\nls /proc/$$/fd\n"
    (helper.parent / ENTRY).write_text(f"#!/bin/sh\n{report}", encoding="ascii")
    done = start(helper, environment={"XDG_RUNTIME_DIR": str(tmp_path)})
    here, ignored, core, *descriptors = done.stdout.decode().split("\n")[:-1]
    assert int(ignored.split()[1], base=16) & 1 << 12 == 0, "SIGPIPE is left ignored"
    assert core == "0"
    assert here == os.getcwd()  # noqa: PTH109 - as the shell says it
    script = {"10", "255"}  # where shells keep the script they read
    assert {"0", "1", "2"} == set(descriptors) - script


@pytest.mark.parametrize("options", [(WITHOUT_MEMFD,), (WITHOUT_MEMFD, *SANITIZERS)], ids=["", "sanitized"])
@pytest.mark.parametrize("length", [0, 1, MEBIBYTE])
def test_without_memfd_the_input_is_given_back_through_a_pipe(
    programs: NativePrograms, tmp_path: Path, length: int, options: tuple[str, ...]
) -> None:
    helper = install(programs.variant(*options), tmp_path, "git-credential-keyturn")
    done = start(helper, b"x" * length)
    assert done.returncode == 77, done
    call = twin_call(tmp_path)
    assert call is not None
    assert call[1:] == ((b"git", b"get"), b"x" * length)


def test_input_that_ends_one_byte_behind_the_limit_is_not_sent(helper: Path) -> None:
    """The last of a read that fills all the room there is may be the blank line that git's request ends with."""
    done = start(helper, b"x" * (MEBIBYTE - 1) + b"\n\n")
    assert (done.returncode, done.stderr) == (2, b"keyturn: error: standard input exceeds 1 MiB\n")


def test_without_memfd_a_pipe_that_nobody_reads_keeps_nobody_waiting(
    programs: NativePrograms, tmp_path: Path
) -> None:
    """The twin leaves something behind that holds the pipe: what fills it must not hold the caller's stdout."""
    helper = install(programs.variant(WITHOUT_MEMFD), tmp_path, "git-credential-keyturn")
    holder = "exec 3<&0\nsleep 60 <&3 3<&- >/dev/null 2>&1 &\necho $!\n"
    (tmp_path / ENTRY).write_text(f"#!/bin/sh\n{holder}", encoding="ascii")
    done = start(helper, b"x" * MEBIBYTE)
    os.kill(int(done.stdout), signal.SIGKILL)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_limit_on_files_keeps_no_input_from_the_twin(helper: Path, tmp_path: Path) -> None:
    """It holds for files in memory, too, by a signal that ends the program; a pipe has no size."""
    (helper.parent / ENTRY).write_text("#!/bin/sh\ngrep ^SigIgn: /proc/$$/status\ncat\n", encoding="ascii")
    done = subprocess.run(
        ["/bin/sh", "-c", 'ulimit -f 0; exec "$0" get', helper],
        input=b"host=x\n\n",
        env={"PATH": os.defpath, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    ignored, _, given = done.stdout.partition(b"\n")
    assert (done.returncode, given, done.stderr) == (0, b"host=x\n\n", b"")
    assert int(ignored.split()[1], base=16) & 1 << 24 == 0, "SIGXFSZ is left ignored"


def test_reader_that_left_is_an_error_and_no_signal(helper: Path, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with ScriptedDaemon(runtime_directory(tmp_path), Script(GOOD)):
        done = subprocess.run(
            [helper, "get"],
            stdin=subprocess.DEVNULL,
            stdout=writer,
            stderr=subprocess.PIPE,
            env={"XDG_RUNTIME_DIR": str(tmp_path)},
            timeout=PATIENCE,
            check=False,
        )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"keyturn: error: cannot write the answer: broken pipe\n")


def test_streams_that_do_not_block(helper: Path, tmp_path: Path) -> None:
    """As node and some terminals leave them: EAGAIN is no error, and nothing may be lost."""
    given, body = b"i" * MEBIBYTE, b"o" * MEBIBYTE
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\nKeyturn-Exit: 0\r\n\r\n" + body
    (input_end, input_feed), (output_end, output_feed) = os.pipe(), os.pipe()
    os.set_blocking(input_end, False)
    os.set_blocking(output_feed, False)
    with contextlib.ExitStack() as stack:
        daemon = stack.enter_context(ScriptedDaemon(runtime_directory(tmp_path), Script(answer)))
        process = stack.enter_context(
            subprocess.Popen(
                [helper, "get"], stdin=input_end, stdout=output_feed, env={"XDG_RUNTIME_DIR": str(tmp_path)}
            )
        )
        os.close(input_end)
        os.close(output_feed)
        with os.fdopen(input_feed, "wb") as feed:
            feed.write(given)
        with os.fdopen(output_end, "rb") as output:
            assert output.read() == body
    assert process.returncode == 0
    assert daemon.requests[0].endswith(b"\r\n\r\n" + given)


def test_whoever_stands_where_he_may_not_search_is_answered(helper: Path, tmp_path: Path) -> None:
    """`sudo -u alice git …` in root's home: there is no way back to where the helper was started."""
    here = tmp_path / "closed"
    here.mkdir()
    with ScriptedDaemon(runtime_directory(tmp_path), Script(GOOD)):
        done = subprocess.run(
            ["/bin/sh", "-c", 'cd "$1" && chmod 0 . && exec "$2" get', "sh", here, helper],
            stdin=subprocess.DEVNULL, capture_output=True, env={"XDG_RUNTIME_DIR": str(tmp_path)},
            timeout=PATIENCE, check=False,
        )  # fmt: skip
    here.chmod(0o700)
    assert (done.returncode, done.stdout) == (0, b"ok")


def test_memory_is_guarded(programs: NativePrograms) -> None:
    """Not dumpable, so nobody but root attaches; no core file. As root, seen on a process of another user."""
    user = FOREIGNER if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        helper = install(programs.variant(), Path(name), "git-credential-keyturn")
        helper.chmod(0o755)
        command = ["sh", "-c", 'ulimit -c "$(ulimit -H -c)"; exec "$0" get', str(helper)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, user=user) as process:
            assert process.stdin is not None
            process.stdin.write(b"x" * MEBIBYTE)  # a pipe holds less: once this returns, the helper is reading
            process.stdin.flush()
            limits = Path(f"/proc/{process.pid}/limits").read_text(encoding="ascii")
            owner = Path(f"/proc/{process.pid}/environ").stat().st_uid
            process.kill()
    assert [line.split()[4] for line in limits.splitlines() if line.startswith("Max core file size")] == ["0"]
    assert owner == 0, "a dumpable process's files in /proc belong to its user"


@pytest.mark.parametrize(
    "name",
    [
        "answers: every byte value",
        "answers: an error to explain",
        "requests: every byte of an argument but the unreserved ones is encoded",
        "requests: the environment that is sent, in this order, and nothing beside it",
        "hostile_answers: NUL in a field",
        "surroundings: nobody has started a daemon yet",
        "usage: a word longer than any message",
        "keyturn: a ready answer, and what the daemon compares",
        "keyturn: a word longer than any request",
    ],
)
def test_under_valgrind(name: str, programs: NativePrograms, tmp_path: Path) -> None:
    """What the sanitizers do not see: memory that is used before it is set."""
    valgrind = need("valgrind")
    vector = VECTORS[name]
    helper = install(programs.variant(libc=True), tmp_path / "bin", vector.program)
    outcome = run(vector, [valgrind, "--quiet", "--error-exitcode=99", str(helper)], tmp_path, {})
    assert vector.native is not None
    assert outcome.exit == (77 if vector.native.becomes_twin else vector.native.exit), outcome.stderr.decode()
    check_request(vector, outcome, accepts=False)
    assert b"==" not in outcome.stderr
