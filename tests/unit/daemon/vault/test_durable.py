"""Files in a private directory: what is written in which order, and what a failure leaves behind."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keyturnd.vault.durable import PrivateDirectory
from support.daemon.private_files import files, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["files"]


STEPS = ["created", "written", "synchronised", "renamed", "durable"]


def open_descriptors() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


def test_missing_directories_are_created_for_us_alone(tmp_path: Path) -> None:
    PrivateDirectory(tmp_path / "a" / "state")
    assert stat.S_IMODE((tmp_path / "a" / "state").stat().st_mode) == 0o700


def test_a_directory_that_is_there_is_not_made(files: PrivateDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    """mkdir(2) waits for a frozen file system, whatever its answer would be, and with it all that reads the vault."""

    def wait(path: Path, **_: object) -> None:
        pytest.fail(f"waited for {path}")

    files.replace("name", b"content")
    monkeypatch.setattr(Path, "mkdir", wait)
    assert PrivateDirectory(files.path).read("name") == b"content"


def test_files_are_ours_alone_even_with_a_generous_umask(files: PrivateDirectory) -> None:
    previous = os.umask(0)
    try:
        files.replace("replaced", b"1")
        files.create("created", b"2")
    finally:
        os.umask(previous)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.path.iterdir()} == {0o600}


def test_replace_read_delete(files: PrivateDirectory) -> None:
    assert files.read("name") is None
    files.replace("name", b"old")
    files.replace("name", b"new")
    assert files.read("name") == b"new"
    assert files.names() == ["name"]
    files.delete("name", "never there")
    assert files.names() == []


def test_create_never_replaces(files: PrivateDirectory) -> None:
    assert files.create("name", b"first") is True
    assert files.create("name", b"second") is False
    assert files.read("name") == b"first"
    assert files.names() == ["name"]


def test_of_many_who_create_at_once_one_succeeds(files: PrivateDirectory) -> None:
    start = threading.Barrier(8)
    created: list[bytes] = []

    def create(content: bytes) -> None:
        start.wait()
        if files.create("name", content):
            created.append(content)

    threads = [threading.Thread(target=create, args=(bytes([i]),)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [files.read("name")] == created
    assert files.names() == ["name"]


def test_rename_unchanged_leaves_what_was_replaced_meanwhile(files: PrivateDirectory) -> None:
    files.replace("name", b"good")
    assert not files.rename_unchanged("name", b"damaged", "aside")
    assert files.names() == ["name"]
    assert files.rename_unchanged("name", b"good", "aside")
    assert files.names() == ["aside"]
    assert not files.rename_unchanged("name", b"good", "aside")


def test_content_is_on_disk_before_its_name_and_the_name_before_we_return(
    files: PrivateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Renamed first, a power cut would leave the name on an empty file: neither the old content nor the new."""
    order: list[str] = []
    rename, fsync = os.rename, os.fsync

    def recorded_fsync(descriptor: int) -> None:
        is_directory = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        size = os.fstat(descriptor).st_size
        order.append("fsync directory" if is_directory else f"fsync file of {size}")
        fsync(descriptor)

    def recorded_rename(old: str, new: str, *, src_dir_fd: int, dst_dir_fd: int) -> None:
        order.append("rename")
        rename(old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)

    monkeypatch.setattr(os, "fsync", recorded_fsync)
    monkeypatch.setattr(os, "rename", recorded_rename)
    files.replace("name", b"12345")
    assert order == ["fsync file of 5", "rename", "fsync directory"]
    order.clear()
    files.delete("name")
    assert order == ["fsync directory"]
    order.clear()
    files.create("name", b"123")
    assert order == ["fsync file of 3", "fsync directory"]
    order.clear()
    assert files.rename_unchanged("name", b"123", "aside")
    assert order == ["rename", "fsync directory"]


def test_the_steps_are_told_in_order(tmp_path: Path) -> None:
    steps: list[str] = []
    PrivateDirectory(tmp_path / "state", step=steps.append).replace("name", b"content")
    assert steps == STEPS


def test_what_need_not_last_is_whole_all_the_same_and_nobody_waits_for_the_disk(tmp_path: Path) -> None:
    steps: list[str] = []
    files = PrivateDirectory(tmp_path / "state", step=steps.append)
    files.replace("name", b"content", durable=False)
    assert files.read("name") == b"content"
    assert steps == [step for step in STEPS if step not in {"synchronised", "durable"}]


@pytest.mark.parametrize("step", STEPS[:3])
def test_a_failure_before_the_rename_leaves_the_old_content_and_no_debris(tmp_path: Path, step: str) -> None:
    PrivateDirectory(tmp_path / "state").replace("name", b"old")

    def fail(done: str) -> None:
        if done == step:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    files = PrivateDirectory(tmp_path / "state", step=fail)
    sentence, hint = refusal(lambda: files.replace("name", b"new"))
    assert sentence == f"cannot write {tmp_path}/state/name: input/output error"
    assert hint == f"ls -ld {tmp_path}/state/name"
    assert files.names() == ["name"]
    assert files.read("name") == b"old"


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_file_systems_without_fsync_for_directories_are_fine(
    files: PrivateDirectory, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(os, "fsync", failing_for_directories(number))
    files.replace("name", b"content")
    assert files.read("name") == b"content"


def test_a_disk_that_fails_to_keep_the_name_is_reported(
    files: PrivateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", failing_for_directories(errno.EIO))
    sentence, _ = refusal(lambda: files.replace("name", b"content"))
    assert sentence.endswith("input/output error")


def failing_for_directories(number: int) -> Callable[[int], None]:
    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))

    return fsync


def test_sweep_removes_only_what_a_killed_writer_left(files: PrivateDirectory) -> None:
    files.replace("name", b"content")
    (files.path / ".new-0123456789abcdef").write_bytes(b"half")
    (files.path / ".other").write_bytes(b"not ours")
    files.sweep()
    assert files.names() == [".other", "name"]


def test_no_operation_leaves_a_descriptor_open(files: PrivateDirectory) -> None:
    files.replace("name", b"content")
    (files.path / "name").chmod(0o644)
    (files.path / "directory").mkdir()
    before = open_descriptors()
    for _ in range(3):
        refusal(lambda: files.read("name"))
        refusal(lambda: files.read("directory"))
        files.peek("directory", 10)
        files.replace("other", b"content")
        files.read("other")
    files.path.chmod(0o755)
    refusal(files.names)
    assert open_descriptors() == before
