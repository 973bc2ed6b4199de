"""Private directories and files: what others could read or write is refused."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from keyturn import moves
from keyturnd.vault.durable import PrivateDirectory
from keyturnd.vault.ownership import cannot
from support.daemon.private_files import files, refusal

if TYPE_CHECKING:
    from pathlib import Path


__all__ = ["files"]


@pytest.mark.parametrize("mode", [0o755, 0o701, 0o770, 0o702])
def test_a_directory_that_others_can_enter_is_refused(files: PrivateDirectory, mode: int) -> None:
    files.replace("name", b"content")
    files.path.chmod(mode)
    for action in (
        lambda: PrivateDirectory(files.path),
        lambda: files.read("name"),
        lambda: files.peek("name", 10),
        lambda: files.replace("name", b"new"),
        lambda: files.create("other", b"new"),
        lambda: files.delete("name"),
        files.names,
    ):
        sentence, hint = refusal(action)
        assert sentence == f"{files.path} is not a private directory of yours: mode is {mode:04o}"
        assert hint == f"chmod 700 {files.path}"


def test_where_nothing_can_be_written_another_place_is_hinted_at(tmp_path: Path) -> None:
    refused = cannot("create", tmp_path / "state", OSError(errno.EROFS, os.strerror(errno.EROFS)))
    assert refused.sentence == f"cannot create {tmp_path}/state: read-only file system"
    assert refused.hint == moves.machines.writable_places()


def test_a_symbolic_link_to_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "state").symlink_to("elsewhere")
    sentence, hint = refusal(lambda: PrivateDirectory(tmp_path / "state"))
    assert sentence == f"{tmp_path}/state is not a private directory of yours: it is a symbolic link"
    assert hint == f"readlink -f {tmp_path}/state"


def test_a_file_in_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    sentence, hint = refusal(lambda: PrivateDirectory(tmp_path / "state"))
    assert sentence == f"{tmp_path}/state is not a private directory of yours: it is not a directory"
    assert hint == f"ls -ld {tmp_path}/state"


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    sentence, hint = refusal(lambda: PrivateDirectory(tmp_path / "file" / "state"))
    assert sentence == f"cannot create {tmp_path}/file/state: not a directory"
    assert hint == f"ls -ld {tmp_path}/file"


def test_a_directory_that_was_removed_is_reported(files: PrivateDirectory) -> None:
    files.path.rmdir()
    sentence, hint = refusal(lambda: files.replace("name", b"content"))
    assert sentence == f"cannot open {files.path}: no such file or directory"
    assert hint == f"ls -ld {files.path.parent}"


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o601])
def test_a_file_that_others_can_use_is_refused(files: PrivateDirectory, mode: int) -> None:
    files.replace("name", b"content")
    (files.path / "name").chmod(mode)
    sentence, hint = refusal(lambda: files.read("name"))
    assert sentence == f"{files.path}/name is not a private file of yours: mode is {mode:04o}"
    assert hint == f"chmod 600 {files.path}/name"
    files.replace("name", b"new")
    assert files.read("name") == b"new"


def test_links_are_not_followed(files: PrivateDirectory, tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"of someone else")
    (tmp_path / "target").chmod(0o600)
    (files.path / "name").symlink_to(tmp_path / "target")
    sentence, hint = refusal(lambda: files.read("name"))
    assert sentence == f"{files.path}/name is a symbolic link"
    assert hint == f"rm {files.path}/name"
    assert files.peek("name", 10) == b""
    files.replace("name", b"ours")
    assert (tmp_path / "target").read_bytes() == b"of someone else"


def test_a_fifo_does_not_hold_us(files: PrivateDirectory) -> None:
    os.mkfifo(files.path / "name", 0o600)
    sentence, _ = refusal(lambda: files.read("name"))
    assert sentence == f"{files.path}/name is not a file"
    assert files.peek("name", 10) == b""


def test_a_directory_in_place_of_a_file_is_no_file(files: PrivateDirectory) -> None:
    (files.path / "name").mkdir(mode=0o700)
    sentence, _ = refusal(lambda: files.read("name"))
    assert sentence == f"{files.path}/name is not a file"
    assert files.peek("name", 10) == b""
    sentence, _ = refusal(lambda: files.replace("name", b"content"))
    assert sentence == f"cannot write {files.path}/name: is a directory"


def test_a_file_of_absurd_size_is_not_read(files: PrivateDirectory) -> None:
    files.replace("name", b"")
    os.truncate(files.path / "name", 1 << 40)
    sentence, _ = refusal(lambda: files.read("name"))
    assert sentence == f"{files.path}/name is far larger than anything keyturn writes"
