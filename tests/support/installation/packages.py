"""keyturn's distributions, built once, and the ways in which people install them, each into a directory of its own.

Nothing is downloaded: the wheel that is installed asks for no dependencies, they are lent from the environment the
tests run in.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from support import places
from support.needs import absent, need

if TYPE_CHECKING:
    from collections.abc import Mapping

REPOSITORY = places.REPOSITORY
OFFLINE = {
    "PIP_NO_INDEX": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_BREAK_SYSTEM_PACKAGES": "1",  # in a HOME of the test's own, nothing of the system's can break
    "UV_OFFLINE": "1",
}


@dataclass(frozen=True)
class Installation:
    """Where an installer put things: the programs on PATH, the interpreter they use, and the HOME they belong to."""

    programs: Path
    python: Path
    home: Path

    def run(self, program: str, *words: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
        """Run one of the programs with nothing on stdin, and a Python that would not start in the environment."""
        return subprocess.run(
            [self.programs / program, *words],
            stdin=subprocess.DEVNULL,
            env={"PATH": os.defpath, "HOME": str(self.home), "PYTHONHOME": "/nonexistent", **variables},
            capture_output=True,
            check=False,
        )


def run(*words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a build or an installer, off line; its output is one text."""
    return subprocess.run(
        list(map(str, words)),
        env={**_clean_environment(), **OFFLINE, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def build(source: Path, target: Path, *options: str, **variables: str) -> Path:
    """Build what `options` say (by default an sdist, and a wheel from it) and return the wheel or sdist built."""
    done = run(*tool("build"), "--no-isolation", "-o", target, *options, source, **variables)
    assert done.returncode == 0, done.stdout
    return next(target.glob("*.tar.gz" if "--sdist" in options else "*.whl"))


def unpacked(sdist: Path, target: Path) -> Path:
    """The source tree in `sdist`."""
    subprocess.run([need("tar"), "-xzf", sdist, "-C", target], check=True)
    return next(target.iterdir())


def without_dependencies(wheel: Path, target: Path) -> Path:
    """A copy of `wheel` that asks for nothing else to be installed."""
    copy = target / wheel.name
    target.mkdir(exist_ok=True)
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(copy, "w") as result:
        for member in source.infolist():
            content = source.read(member)
            if member.filename.endswith(".dist-info/METADATA"):
                content = re.sub(rb"(?m)^Requires-Dist: .*\n", b"", content)
            result.writestr(member, content)
    return copy


def lend(python: Path, directory: Path, **variables: str) -> None:
    """Let `python` import what the tests' own environment has, except keyturn; `directory` is to hold the links."""
    links = directory / "lent"
    links.mkdir()
    for packages in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for entry in Path(packages).iterdir():
            if "keyturn" not in entry.name and entry.suffix != ".pth" and entry.name != "__pycache__":
                (links / entry.name).symlink_to(entry)
    code = "import site, sysconfig; print(site.getusersitepackages() if {} else sysconfig.get_path('purelib'))"
    place = run(python, "-c", code.format("HOME" in variables), **variables).stdout.strip()
    Path(place, "lent.pth").write_text(f"{links}\n", encoding="utf-8")


def tool(module: str) -> tuple[str, ...]:
    """The words that start an installer of the tests' own environment."""
    if importlib.util.find_spec(module) is None:
        absent(f"{module} is not installed")
    return sys.executable, "-m", module


def in_venv(directory: Path, *what: str | Path) -> Installation:
    """`pip install` into a new virtual environment."""
    python = _venv(directory)
    _install(*tool("pip"), "--python", python, "install", "--no-deps", "--no-build-isolation", *what)
    return Installation(python.parent, python, directory)


def in_user_site(directory: Path, wheel: Path) -> Installation:
    """`pip install --user`: below HOME, which -E and -P do not hide as they do PYTHONUSERBASE."""
    python = Path(sys._base_executable)  # type: ignore[attr-defined]
    home = str(directory)
    _install(*tool("pip"), "--python", python, "install", "--user", "--no-deps", wheel, HOME=home)
    lend(python, directory, HOME=home)
    return Installation(directory / ".local" / "bin", python, directory)


def with_pipx(directory: Path, wheel: Path) -> Installation:
    """`pipx install`: links in one directory to the programs of a virtual environment."""
    variables = {"PIPX_HOME": str(directory / "pipx"), "PIPX_BIN_DIR": str(directory / "bin"), "HOME": str(directory)}
    _install(*tool("pipx"), "install", "--skip-maintenance", "--python", sys.executable, wheel, **variables)
    python = directory / "pipx" / "venvs" / "keyturn" / "bin" / "python"
    lend(python, directory)
    return Installation(directory / "bin", python, directory)


def with_uv(directory: Path, wheel: Path) -> Installation:
    """`uv tool install`, the same in uv's way."""
    variables = {name: str(directory / name) for name in ("UV_TOOL_DIR", "UV_TOOL_BIN_DIR", "UV_CACHE_DIR")}
    _install(*tool("uv"), "tool", "install", "--no-config", "--python", sys.executable, wheel, **variables)
    python = directory / "UV_TOOL_DIR" / "keyturn" / "bin" / "python"
    lend(python, directory)
    return Installation(directory / "UV_TOOL_BIN_DIR", python, directory)


def _venv(directory: Path) -> Path:
    _install(sys.executable, "-m", "venv", "--without-pip", directory / "venv")
    python = directory / "venv" / "bin" / "python"
    lend(python, directory)
    return python


def _install(*words: str | Path, **variables: str) -> None:
    done = run(*words, **variables)
    assert done.returncode == 0, done.stdout


def _clean_environment() -> Mapping[str, str]:
    """The environment without what would let an installer or interpreter see the tests' own keyturn, or an index."""
    hidden = ("PYTHON", "PIP_", "UV_", "PIPX_", "VIRTUAL_ENV", "CC")
    return {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
