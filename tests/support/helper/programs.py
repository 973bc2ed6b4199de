"""The native helper, compiled for tests: with the flags of the wheel, or with sanitizers in place of hardening."""

from __future__ import annotations

import functools
import shutil
import stat
import time
from typing import TYPE_CHECKING, NamedTuple

from native.build_hook import Kind, compile_helper, compiler, kinds, works
from support.needs import absent

if TYPE_CHECKING:
    from pathlib import Path

SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-O1", "-U_FORTIFY_SOURCE")
SHORT = 200
"""Milliseconds of a helper's deadline in tests that let it pass."""
SHORT_DEADLINE = f"-DKEYTURN_DEADLINE_MS={SHORT}"
DEADLINES = {"git": 30_000, "docker": 15_000, "kube": 25_000, "kubelogin": 25_000}
"""Milliseconds that each family has in all."""
USER_DIRECTORIES = '-DKEYTURN_USER_DIRECTORIES="/proc/self/cwd/run-user"'
"""In place of /run/user: a test must not depend on the machine's own, or meet a daemon of the developer there."""

SANITIZER_SETTINGS = {
    # Leaks are looked for by attaching to ourselves, which a program that is not dumpable does not allow.
    "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:exitcode=99",
    "UBSAN_OPTIONS": "print_stacktrace=1:exitcode=99",
}

ENTRY = "keyturn-python"
"""What the native programs become, beside them."""

FAKE_TWIN = """\
#!/bin/sh
here=${0%/*}
printf '%s\\0' "$@" >"$here/twin-words"
cat >"$here/twin-input"
echo from the twin
exit 77
"""
FAKE_TWIN_ANSWER = (77, b"from the twin\n")


class NativePrograms:
    """Compiles each variant once, into `directory`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.variant = functools.cache(self._compiled)

    def _compiled(self, *options: str, libc: bool = False) -> Path:
        """The helper as this machine installs it, or with a C library, which sanitizers need."""
        command = compiler()
        kind = Kind.HOSTED if libc or SANITIZERS[0] in options else kinds()[0]
        if not works(command, *(option for option in options if option.startswith("-fsanitize"))):
            absent(f"{command[0]} cannot build with {' '.join(options)}")
        target = self._directory / f"helper-{len(list(self._directory.iterdir()))}"
        complaints = compile_helper(command, target, USER_DIRECTORIES, *options, kind=kind)
        assert not complaints, complaints
        return target


def install(compiled: Path, directory: Path, program: str) -> Path:
    """`compiled` under the name `program` in `directory`, beside a twin that only notes how it was called."""
    directory.mkdir(parents=True, exist_ok=True)
    installed = directory / program
    shutil.copyfile(compiled, installed)
    twin = directory / ENTRY
    twin.write_text(FAKE_TWIN, encoding="ascii")
    for path in (installed, twin):
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return installed


class TwinCall(NamedTuple):
    """How a twin was started: with the end of its time (milliseconds of CLOCK_BOOTTIME), its words, and its input."""

    until: int
    words: tuple[bytes, ...]
    input: bytes


def python_call(directory: Path) -> tuple[tuple[bytes, ...], bytes] | None:
    """With which words and which input the Python program in `directory` was started, None if it was not."""
    path = directory / "twin-words"
    if not path.exists():
        return None
    return tuple(path.read_bytes().split(b"\0")[:-1]), (directory / "twin-input").read_bytes()


def twin_call(directory: Path) -> TwinCall | None:
    """How the twin in `directory` was started, None if it was not."""
    if (called := python_call(directory)) is None:
        return None
    verb, until, *words = called[0]
    assert verb == b"helper"
    assert until.startswith(b"--until=")
    return TwinCall(int(until.removeprefix(b"--until=")), tuple(words), called[1])


def boottime() -> int:
    """The clock of the deadline."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
