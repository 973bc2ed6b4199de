"""keyturn.editing.own_file: whole or not at all, through links, and only what is ours."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from keyturn.editing import own_file
from keyturn.editing.config_document import ConfigDocument
from keyturn.editing.own_file import SIZE_LIMIT, OwnFile
from keyturn.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_and_its_directories_are_private(tmp_path: Path) -> None:
    path = tmp_path / "a/b/config.json"
    file = OwnFile(path)
    assert file.text == ""
    file.write("{}\n")
    assert (path.read_text(), mode(path)) == ("{}\n", 0o600)
    assert mode(tmp_path / "a/b") & 0o077 == 0


def test_mode_and_line_ends_stay(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(b"{\r\n}")
    path.chmod(0o640)
    file = OwnFile(path)
    file.write(file.text + "\r\n")
    assert (path.read_bytes(), mode(path)) == (b"{\r\n}\r\n", 0o640)
    assert [*tmp_path.iterdir()] == [path]


def test_a_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles/config.json", tmp_path / "config.json"
    real.parent.mkdir()
    real.write_text("old")
    link.symlink_to("dotfiles/config.json")
    OwnFile(link).write("new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    real.unlink()
    OwnFile(link).write("newer")
    assert real.read_text() == "newer"


def test_links_that_go_in_circles(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(Refused, match="cannot be used"):
        OwnFile(tmp_path / "a").write("x")


@pytest.mark.parametrize("writer", ["replaces", "appends", "creates", "removes"])
def test_what_another_program_writes_meanwhile_is_not_lost(writer: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    if writer != "creates":
        path.write_text("old")
    file = OwnFile(path)
    match writer:
        case "replaces":
            (tmp_path / "new").write_text("its")
            (tmp_path / "new").replace(path)
        case "appends":
            path.write_text("old and its")
        case "creates":
            path.write_text("its")
        case "removes":
            path.unlink()
    before = path.read_text() if path.exists() else None
    with pytest.raises(Refused, match="changed by another program"):
        file.write("ours")
    assert (path.read_text() if path.exists() else None) == before
    assert len([*tmp_path.iterdir()]) == (0 if writer == "removes" else 1)


def test_no_other_keyturn_comes_between_the_look_and_the_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both would find it as it was, and the second write what it knows over what the first has written."""
    replace, alone = Path.replace, []

    def looked_at(temporary: Path, target: Path) -> Path:
        with closing_descriptor(tmp_path) as directory, pytest.raises(BlockingIOError):
            fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
        alone.append(target)
        return replace(temporary, target)

    monkeypatch.setattr(Path, "replace", looked_at)
    OwnFile(tmp_path / "config.json").write("{}")
    assert alone == [tmp_path / "config.json"]
    with closing_descriptor(tmp_path) as directory:
        fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_whoever_has_the_directory_locked_for_good_is_none_that_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`flock ~/.config/keyturn keyturn target add …` waits for itself otherwise."""
    monkeypatch.setattr(own_file, "PATIENCE", 0.0)
    path = tmp_path / "config.json"
    with closing_descriptor(tmp_path) as directory:
        fcntl.flock(directory, fcntl.LOCK_EX)
        OwnFile(path).write("{}")
        assert path.read_text() == "{}"
        OwnFile(path).remove()
    assert not path.exists()


@contextlib.contextmanager
def closing_descriptor(directory: Path) -> Iterator[int]:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def test_a_second_write_of_ours_is_no_change_of_anothers(tmp_path: Path) -> None:
    file = OwnFile(tmp_path / "config.json")
    file.write("1")
    file.write("2")
    assert OwnFile(tmp_path / "config.json").text == "2"


def test_what_is_no_file_of_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_bytes(b" " * (SIZE_LIMIT + 1))
    for name in ("directory", "fifo", "binary", "large"):
        with pytest.raises(Refused):
            OwnFile(tmp_path / name)


@pytest.mark.root
def test_what_belongs_to_somebody_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text("{}")
    os.chown(path, 12345, -1)
    with pytest.raises(Refused, match="belongs to uid 12345, not to you"):
        OwnFile(path)


def test_a_directory_that_cannot_be_made_is_told_with_the_one_above_it() -> None:
    """Not even root makes one in /proc."""
    document = ConfigDocument(Path("/proc/keyturn/config.toml"))
    document.set(("profile", "awx"), "provider", "awx")
    document.set(("profile", "awx"), "flow", "token")
    document.set(("profile", "awx"), "url", "https://awx.example")
    with pytest.raises(Refused, match=r"^/proc/keyturn/config\.toml cannot be used: ") as raised:
        document.save()
    assert raised.value.hint == "ls -ld /proc"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_without_room_it_stays_as_it_is_and_the_hint_shows_how_full_it_is(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    path = tmp_path / "config.json"
    path.write_text("{}")
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(Refused) as raised:
        OwnFile(path).write("x" * 1000)
    assert raised.value.hint == f"df -h {tmp_path}"
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"config.json": "{}"}


@pytest.mark.usefixtures("heeding")
def test_a_signal_leaves_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C before anybody knows what the file in the making is called."""
    make = tempfile.mkstemp

    def then_interrupted(**options: Any) -> tuple[int, str]:
        made = make(**options)
        os.kill(os.getpid(), signal.SIGINT)
        return made

    monkeypatch.setattr(tempfile, "mkstemp", then_interrupted)
    path = tmp_path / "config.json"
    with pytest.raises(KeyboardInterrupt):
        OwnFile(path).write("{}")
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"config.json": "{}"}


def test_a_link_into_nowhere_makes_no_directories(tmp_path: Path) -> None:
    link = tmp_path / "config.json"
    link.symlink_to(tmp_path / "nowhere" / "config.json")
    with pytest.raises(Refused, match="no such directory"):
        OwnFile(link)
    assert not (tmp_path / "nowhere").exists()
