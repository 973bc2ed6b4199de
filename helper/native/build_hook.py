# noqa: INP001 - hatchling loads this file by its path, not as a module of a package
"""Compiles the C helper while a wheel is built, and puts it there once under each name that tools and people call.

Without a C library where that can be had (linux/), else with it (libc/). Where no compiler works, a shell script
takes its place: it runs the Python twin of the helper, which does the same and takes longer to start. A compiler that
works and refuses our code is an error.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import platform_tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROGRAMS = {
    "keyturn": '--called-as "$0"',
    "git-credential-keyturn": "helper git",
    "docker-credential-keyturn": "helper docker",
    "kube-credential-keyturn": "helper kube",
}
"""The names we install, each with what our Python program (`keyturn-python`) is told by it."""
SOURCES = Path(__file__).parent
ROOMS = (".", "asking")
WARNINGS = (
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Werror",
    "-Wconversion",
    "-Wshadow",
    "-Wstrict-prototypes",
    "-Wformat=2",
)
HARDENING = (
    "-fstack-protector-strong",
    "-U_FORTIFY_SOURCE",  # some distributions define another level, and redefining is a warning
    "-D_FORTIFY_SOURCE=2",
    "-fPIE",
    "-pie",
    "-Wl,-z,relro,-z,now,-z,noexecstack",
)
FREESTANDING = (
    "-DKEYTURN_FREESTANDING",
    "-ffreestanding",
    "-fvisibility=hidden",
    "-fstack-protector-strong",
    "-fno-asynchronous-unwind-tables",
    "-fPIE",
    "-nostdlib",
    "-static-pie",
    "-Wl,-z,relro,-z,now,-z,noexecstack",
    "-Wl,--build-id=none",
)
"""All of these, or no such build: it must not be softer than the one with a C library."""
GLOBAL_GUARD = "-mstack-protector-guard=global"
GUARD_IN_THREAD = "-DKEYTURN_GUARD_IN_THREAD"
"""For compilers that do not know the other: linux/guard.c."""
TRIVIAL = "#include <sys/socket.h>\n#include <unistd.h>\nint main(void) { return 0; }\n"
LIBC_WISH = "KEYTURN_HELPER_LIBC"
"""A variable of the build's: 1 for a helper with a C library, which sanitizers, valgrind and debuggers understand."""


class Kind(Enum):
    """What a native helper stands on; the value is how people are told."""

    FREESTANDING = "without a C library"
    HOSTED = "with the C library"


def compiler() -> list[str]:
    """The system's C compiler as the words that start it: `$CC` if set, else `cc`."""
    return shlex.split(os.environ.get("CC") or "cc")


def works(command: Sequence[str], *flags: str) -> bool:
    """Whether the compiler makes a program of the least that ours needs: system headers and a linker."""
    return not _compile(command, TRIVIAL, *flags)


def usable_flags(command: Sequence[str]) -> list[str]:
    """Our flags, without those that this compiler or its linker does not know."""
    flags = [*WARNINGS, *HARDENING]
    if works(command, *flags):
        return flags
    return [flag for flag in flags if works(command, "-Werror", flag)]


def freestanding_flags(command: Sequence[str]) -> list[str]:
    """The flags of a build without a C library. Its code includes no header but the compiler's own."""
    known = not _compile(command, "int main(void) { return 0; }", "-c", "-Werror", GLOBAL_GUARD)
    warnings = [flag for flag in WARNINGS if not _compile(command, "int main(void) { return 0; }", "-c", flag)]
    return [*warnings, *FREESTANDING, GLOBAL_GUARD if known else GUARD_IN_THREAD]


def kinds() -> list[Kind]:
    """What is tried, in this order: starting a C library takes longer than all that the helper does."""
    able = sys.platform == "linux" and platform.machine() in {"x86_64", "aarch64"} and sys.maxsize > 1 << 32
    return [Kind.FREESTANDING, Kind.HOSTED] if able and os.environ.get(LIBC_WISH) != "1" else [Kind.HOSTED]


def compile_helper(command: Sequence[str], target: Path, *options: str, kind: Kind = Kind.HOSTED) -> str:
    """Compile the helper to `target`; returns the compiler's complaints, empty when it worked.

    `options` follow our flags: tests compile with sanitizers and a shorter deadline.
    """
    hosted = kind is Kind.HOSTED
    flags = usable_flags(command) if hosted else freestanding_flags(command)
    sources = [path for room in (*ROOMS, "libc" if hosted else "linux") for path in SOURCES.glob(f"{room}/*.c")]
    names = sorted(str(path.relative_to(SOURCES)) for path in sources)
    words = (
        "-std=c11",
        "-O2",
        "-I.",
        f'-DKEYTURN_VERSION="{version()}"',
        *flags,
        *options,
        *names,
        "-o",
        str(target),
    )
    done = _run(command, *words, directory=SOURCES)
    return "" if done.returncode == 0 else done.stderr or f"exit status {done.returncode}"


def stub(name: str) -> str:
    """The shell script in place of the program `name`."""
    return SOURCES.joinpath("stub.sh").read_text(encoding="ascii").replace("LEAD", PROGRAMS[name])


def version() -> str:
    """The version of keyturn, as its project file says."""
    project = tomllib.loads(SOURCES.parents[1].joinpath("pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def platform_tag(kind: Kind | None) -> str:
    """This platform in a wheel's name, for programs of `kind`; None: they are scripts.

    What needs no C library runs wherever there is any of the oldest that wheels know; for the others it is the bare
    tag: manylinux promises more than a local compiler keeps.
    """
    machine, supported = platform.machine(), list(platform_tags())
    portable = [f"manylinux_2_17_{machine}", f"musllinux_1_1_{machine}"]
    if kind is Kind.FREESTANDING and not set(portable).isdisjoint(supported):
        return ".".join(portable)
    return next(tag for tag in supported if "manylinux" not in tag and "musllinux" not in tag)


def _compile(command: Sequence[str], program: str, *flags: str) -> int:
    """The exit status of compiling `program`, 127 where there is no such compiler."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "trivial.c").write_text(program, encoding="ascii")
        try:
            return _run(command, *flags, "trivial.c", "-o", "trivial", directory=directory).returncode
        except OSError:
            return 127


def _run(command: Sequence[str], *words: str, directory: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command, *words], cwd=directory, capture_output=True, text=True, check=False)


class NativeHelper(BuildHookInterface[BuilderConfig]):
    """What hatchling calls. For an editable install too, whose wheel is made and thrown away by the installer."""

    scratch: tempfile.TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Make the programs and tell hatchling about them."""
        if sys.platform == "win32":
            self.app.abort("keyturn runs on Linux and macOS, not on Windows: install it inside WSL")
        self.scratch = tempfile.TemporaryDirectory(prefix="keyturn-native-")
        directory = Path(self.scratch.name)
        compiled = directory / "helper"
        kind = self.compiled(compiled)
        build_data["tag"] = f"py3-none-{platform_tag(kind)}"
        build_data["pure_python"] = False
        programs = installed_programs(directory, None if kind is None else compiled)
        build_data["shared_scripts"] |= {str(path): path.name for path in programs}

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Clean up once the wheel is written."""
        if self.scratch is not None:
            self.scratch.cleanup()

    def compiled(self, target: Path) -> Kind | None:
        """Compile the helper to `target`, as what the compiler can; None where it can nothing. Says which."""
        command, complaints = compiler(), ""
        for kind in kinds():
            if kind is Kind.HOSTED and not works(command):
                self.app.display_warning(
                    f"{shlex.join(command)} compiles nothing: the helpers become scripts that start Python"
                )
                return None
            complaints = _complaints(command, target, kind)
            if not complaints:
                self.app.display_info(f"{shlex.join(command)} made keyturn's helper {kind.value}")
                return kind
            self.app.display_warning(f"{shlex.join(command)} cannot make keyturn's helper {kind.value}")
        self.app.abort(f"{complaints}\n{shlex.join(command)} refuses keyturn's helper (see above)")
        return None


def _complaints(command: Sequence[str], target: Path, kind: Kind) -> str:
    try:
        return compile_helper(command, target, kind=kind)
    except OSError as error:
        return str(error)


def installed_programs(directory: Path, compiled: Path | None) -> Iterator[Path]:
    """One executable file per name: the compiled program, or the shell script for want of one."""
    for name in PROGRAMS:
        program = directory / name
        if compiled is None:
            program.write_text(stub(name), encoding="ascii")
        else:
            shutil.copyfile(compiled, program)
        program.chmod(0o755)
        yield program
