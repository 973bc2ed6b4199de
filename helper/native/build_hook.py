# noqa: INP001 - hatchling loads this file by its path, not as a module of a package
"""Compiles the C helper while a wheel is built, and puts it there once under each name that tools and people call.

Where no compiler works, a shell script takes its place: it runs the Python twin of the helper, which does the
same and takes longer to start. A compiler that works and refuses our code is an error.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
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
ROOMS = ("*.c", "libc/*.c")
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
TRIVIAL = "#include <sys/socket.h>\n#include <unistd.h>\nint main(void) { return 0; }\n"


def compiler() -> list[str]:
    """The system's C compiler as the words that start it: `$CC` if set, else `cc`."""
    return shlex.split(os.environ.get("CC") or "cc")


def works(command: Sequence[str], *flags: str) -> bool:
    """Whether the compiler makes a program of the least that ours needs: system headers and a linker."""
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory, "trivial.c")
        source.write_text(TRIVIAL, encoding="ascii")
        try:
            return _run(command, *flags, source.name, "-o", "trivial", directory=directory).returncode == 0
        except OSError:
            return False


def usable_flags(command: Sequence[str]) -> list[str]:
    """Our flags, without those that this compiler or its linker does not know."""
    flags = [*WARNINGS, *HARDENING]
    if works(command, *flags):
        return flags
    return [flag for flag in flags if works(command, "-Werror", flag)]


def compile_helper(command: Sequence[str], target: Path, *options: str) -> str:
    """Compile the helper to `target`; returns the compiler's complaints, empty when it worked.

    `options` follow our flags: tests compile with sanitizers and a shorter deadline.
    """
    flags = ["-std=c11", "-O2", f'-DKEYTURN_VERSION="{version()}"', *usable_flags(command), *options]
    names = sorted(str(path.relative_to(SOURCES)) for room in ROOMS for path in SOURCES.glob(room))
    done = _run(command, *flags, *names, "-o", str(target), directory=SOURCES)
    return "" if done.returncode == 0 else done.stderr or f"exit status {done.returncode}"


def stub(name: str) -> str:
    """The shell script in place of the program `name`."""
    return SOURCES.joinpath("stub.sh").read_text(encoding="ascii").replace("LEAD", PROGRAMS[name])


def version() -> str:
    """The version of keyturn, as its project file says."""
    project = tomllib.loads(SOURCES.parents[1].joinpath("pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def platform_tag() -> str:
    """This platform in a wheel's name. The bare one: manylinux promises more than a local compiler keeps."""
    return next(tag for tag in platform_tags() if "manylinux" not in tag and "musllinux" not in tag)


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
        build_data["tag"] = f"py3-none-{platform_tag()}"
        build_data["pure_python"] = False
        build_data["shared_scripts"] |= {str(path): path.name for path in self.programs(Path(self.scratch.name))}

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Clean up once the wheel is written."""
        if self.scratch is not None:
            self.scratch.cleanup()

    def programs(self, directory: Path) -> Iterator[Path]:
        """One executable file per name, compiled or, for want of a compiler, the shell script."""
        command = compiler()
        compiled = directory / "helper"
        if not works(command):
            self.app.display_warning(
                f"{shlex.join(command)} compiles nothing: the helpers become scripts that start Python"
            )
        elif complaints := compile_helper(command, compiled):
            self.app.abort(f"{complaints}\n{shlex.join(command)} refuses keyturn's helper (see above)")
        for name in PROGRAMS:
            program = directory / name
            if compiled.exists():
                shutil.copyfile(compiled, program)
            else:
                program.write_text(stub(name), encoding="ascii")
            program.chmod(0o755)
            yield program
