"""What a compiler makes of the native programs, and what a build says that cannot be."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from native import build_hook
from native.build_hook import Kind
from support.installation.wheels import freestanding
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path


def test_windows_is_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hook = build_hook.NativeHelper(str(tmp_path), {}, None, None, str(tmp_path), "wheel")  # type: ignore[arg-type]
    with monkeypatch.context() as patched:
        patched.setattr(sys, "platform", "win32")
        with pytest.raises(SystemExit, match="1"):
            hook.initialize("standard", {})
    said = "".join(capsys.readouterr())
    assert said == "keyturn runs on Linux and macOS, not on Windows: install it inside WSL\n"


@pytest.mark.parametrize("command", ["gcc", "clang"])
def test_helper_compiles_without_a_warning_and_with_all_hardening(command: str, tmp_path: Path) -> None:
    need(command)
    assert build_hook.usable_flags([command]) == [*build_hook.WARNINGS, *build_hook.HARDENING]
    assert build_hook.freestanding_flags([command])[: len(build_hook.WARNINGS)] == list(build_hook.WARNINGS)
    for kind in build_hook.kinds():
        assert not build_hook.compile_helper([command], tmp_path / "helper", kind=kind)


@freestanding
def test_without_a_c_library_no_header_of_it_is_needed(tmp_path: Path) -> None:
    """Debian's gcc without its recommendations has none."""
    own = subprocess.run([need("gcc"), "-print-file-name=include"], capture_output=True, text=True, check=True)
    options = ("-nostdinc", "-isystem", own.stdout.strip())
    assert not build_hook.compile_helper(["gcc"], tmp_path / "helper", *options, kind=Kind.FREESTANDING)


@pytest.mark.parametrize("kind", build_hook.kinds())
def test_the_same_program_twice(tmp_path: Path, kind: Kind) -> None:
    programs = [tmp_path / "once", tmp_path / "again"]
    for program in programs:
        assert not build_hook.compile_helper(build_hook.compiler(), program, kind=kind)
    assert programs[0].read_bytes() == programs[1].read_bytes()


def test_flags_that_a_compiler_does_not_know_are_left_out(tmp_path: Path) -> None:
    """As on macOS, whose linker has no -z."""
    picky = tmp_path / "picky"
    picky.write_text(f'#!/bin/sh\ncase "$*" in *-z,*) exit 1;; esac\nexec {need("cc")} "$@"\n', encoding="ascii")
    picky.chmod(0o755)
    kept = build_hook.usable_flags([str(picky)])
    assert set(build_hook.HARDENING) - set(kept) == {"-Wl,-z,relro,-z,now,-z,noexecstack"}
    assert not build_hook.compile_helper([str(picky)], tmp_path / "helper")
