"""Every way of installing keyturn gives programs that find their Python; wheels say what they hold."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from native import build_hook
from native.build_hook import Kind
from support.installation import packages
from support.installation.wheels import built, check, freestanding, source, wheel
from support.needs import need

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.installation.packages import Installation

__all__ = ["built", "source", "wheel"]


MANUAL = sorted((packages.REPOSITORY / "contrib/man").iterdir())
NO_COMPILER = {"CC": "/bin/false"}


@pytest.fixture(scope="module")
def scripts_wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that comes out where nothing compiles."""
    return packages.build(source, tmp_path_factory.mktemp("scripts"), "--wheel", **NO_COMPILER)


@pytest.fixture(scope="module")
def plain(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel with a compiler, without its dependencies."""
    return packages.without_dependencies(wheel, tmp_path_factory.mktemp("plain"))


def imported_from(installed: Installation, module: str) -> Path:
    """Where the interpreter finds `module` when it is started as keyturn starts its children."""
    done = subprocess.run(
        [installed.python, "-E", "-P", "-c", f"import {module}; print({module}.__file__)"],
        env={"HOME": str(installed.home), "PYTHONPATH": "/nonexistent"},
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(done.stdout.strip())


def test_pip_in_a_venv(plain: Path, tmp_path: Path) -> None:
    installed = packages.in_venv(tmp_path, plain)
    check(installed, tmp_path, compiled=True)
    assert imported_from(installed, "keyturnd").is_relative_to(tmp_path)
    assert (installed.programs.parent / "share/man/man1/keyturn.1").is_file()


@pytest.mark.parametrize("install", [packages.in_user_site, packages.with_pipx, packages.with_uv])
def test_other_installers(install: Callable[[Path, Path], Installation], plain: Path, tmp_path: Path) -> None:
    installed = install(tmp_path, plain)
    check(installed, tmp_path, compiled=True)
    assert imported_from(installed, "keyturnd").is_relative_to(tmp_path)


def test_without_a_compiler_the_helpers_are_scripts(scripts_wheel: Path, tmp_path: Path) -> None:
    directory = tmp_path / "a directory with spaces"
    directory.mkdir()
    check(packages.in_venv(directory, scripts_wheel), tmp_path, compiled=False)


def test_script_is_found_through_a_link(scripts_wheel: Path, tmp_path: Path) -> None:
    installed = packages.in_venv(tmp_path, scripts_wheel)
    link = tmp_path / "git-credential-keyturn"
    link.symlink_to(installed.programs / link.name)
    done = subprocess.run([link, "--version"], env={"PATH": os.defpath}, capture_output=True, check=True)
    assert done.stdout.startswith(b"git-credential-keyturn ")


@pytest.mark.parametrize("compiled", [True, False])
def test_editable(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, compiled: bool) -> None:
    if not compiled:
        monkeypatch.setattr(packages, "OFFLINE", packages.OFFLINE | NO_COMPILER)
    installed = packages.in_venv(tmp_path, "--editable", source)
    check(installed, tmp_path, compiled=compiled)
    for module in ("keyturn", "keyturnd", "keyturn_emulator"):
        assert imported_from(installed, module).is_relative_to(source)


def test_wheel_is_for_the_platforms_its_programs_run_on(wheel: Path, scripts_wheel: Path) -> None:
    kinds = {wheel: build_hook.kinds()[0], scripts_wheel: None}
    for each, kind in kinds.items():
        tag = build_hook.platform_tag(kind)
        assert all(sys.platform in part for part in tag.split(".") if "linux" not in part)
        assert each.name == f"keyturn-0.1.0-py3-none-{tag}.whl"
        with zipfile.ZipFile(each) as archive:
            said = archive.read("keyturn-0.1.0.dist-info/WHEEL").decode().splitlines()
        assert {f"py3-none-{part}" for part in tag.split(".")} == {
            line.removeprefix("Tag: ") for line in said if line.startswith("Tag: ")
        }
        assert "Root-Is-Purelib: false" in said


@freestanding
@pytest.mark.parametrize("reason", ["wished", "no static-pie"])
def test_a_helper_with_a_c_library(source: Path, tmp_path: Path, reason: str) -> None:
    """Where somebody wishes it, and where the compiler cannot do without; it is said, and the tag promises less."""
    picky = tmp_path / "picky"
    picky.write_text(f'#!/bin/sh\ncase "$*" in *static-pie*) exit 1;; esac\nexec {need("cc")} "$@"\n', "ascii")
    picky.chmod(0o755)
    variables = {"wished": {build_hook.LIBC_WISH: "1"}, "no static-pie": {"CC": str(picky)}}[reason]
    words = (*packages.tool("build"), "--no-isolation", "--wheel", "-o")
    said = packages.run(*words, tmp_path / "dist", source, **variables).stdout
    assert "made keyturn's helper with the C library" in said
    assert ("cannot make keyturn's helper without a C library" in said) is (reason == "no static-pie")
    built = next((tmp_path / "dist").iterdir())
    assert built.name == f"keyturn-0.1.0-py3-none-{build_hook.platform_tag(Kind.HOSTED)}.whl"
    with zipfile.ZipFile(built) as archive:
        assert b"/ld-linux" in archive.read("keyturn-0.1.0.data/scripts/git-credential-keyturn")
    check(
        packages.in_venv(tmp_path / "venv", packages.without_dependencies(built, tmp_path)), tmp_path, compiled=True
    )


@freestanding
def test_a_helper_without_a_c_library_is_told(source: Path, tmp_path: Path) -> None:
    words = (*packages.tool("build"), "--no-isolation", "--wheel", "-o")
    assert "made keyturn's helper without a C library" in packages.run(*words, tmp_path, source).stdout


def test_wheel_holds_the_packages_and_the_helpers(wheel: Path, source: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        members = {member.filename: member.external_attr >> 16 for member in archive.infolist()}
    held = {name for name in members if ".dist-info/" not in name}
    folders = [source / name for name in ("helper/keyturn", "daemon/keyturnd", "contrib/keyturn_emulator")]
    files = {file.relative_to(folder.parent).as_posix() for folder in folders for file in folder.rglob("*.*")}
    expected = {file for file in files if not file.endswith(".pyc")}
    scripts = {f"keyturn-0.1.0.data/scripts/{program}" for program in build_hook.PROGRAMS}
    manual = {path.name: f"keyturn-0.1.0.data/data/share/man/man{path.suffix[1]}/{path.name}" for path in MANUAL}
    assert held == expected | scripts | set(manual.values())
    assert all(members[script] & stat.S_IXUSR for script in scripts)


def test_the_same_source_makes_the_same_bytes_elsewhere(built: Path, source: Path, tmp_path: Path) -> None:
    """In another directory, by another umask, at another time."""
    copy = shutil.copytree(source, tmp_path / "a copy" / source.name, copy_function=shutil.copyfile)
    for path in copy.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    packages.build(copy, tmp_path / "dist", TZ="Pacific/Auckland", LANG="C")
    made, again = ({path.name: path.read_bytes() for path in each.iterdir()} for each in (built, tmp_path / "dist"))
    assert made.keys() == again.keys()
    assert [name for name in made if made[name] != again[name]] == []


@freestanding
def test_the_program_in_the_wheel_needs_nothing(wheel: Path, tmp_path: Path) -> None:
    """No loader and no library: what manylinux and musllinux promise of it is true."""
    with zipfile.ZipFile(wheel) as archive:
        program = archive.extract("keyturn-0.1.0.data/scripts/keyturn", tmp_path)
    words = [need("readelf"), "--wide", "--program-headers", "--dynamic", program]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "LOAD" in told
    assert "INTERP" not in told
    assert "NEEDED" not in told


def test_code_that_a_working_compiler_refuses_stops_the_build(source: Path, tmp_path: Path) -> None:
    broken = f"{need('cc')} -DKEYTURN_DEADLINE_MS=oops"
    done = packages.run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "-o", tmp_path, source, CC=broken)
    assert done.returncode != 0
    assert "oops" in done.stdout
    assert f"{broken} refuses keyturn's helper" in done.stdout
    assert not list(tmp_path.iterdir())
