"""config.toml as a file: read only where nobody else can have written it, and noticed when it changes."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest

from keyturn.configuration import config, trusted
from keyturn.errors import ConfigError
from support.descriptors import none_left
from support.needs import absent

CONTENT = b'[daemon]\nlog = "debug"\n'
NOBODY = 65534


def stamp(path: Path) -> tuple[object, object]:
    """What the daemon compares."""
    return trusted.file_stamp(path), trusted.directory_stamp(path)


@pytest.fixture(name="file")
def written_file(tmp_path: Path) -> Path:
    """A private configuration in a private directory."""
    directory = tmp_path / "keyturn"
    directory.mkdir(mode=0o700)
    path = directory / "config.toml"
    path.write_bytes(CONTENT)
    path.chmod(0o600)
    return path


def refusal(path: Path) -> ConfigError:
    """The error that loading `path` ends in, from both entries."""
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    with pytest.raises(ConfigError):
        trusted.read_trusted(path)
    return caught.value


def test_a_private_file_is_read(file: Path) -> None:
    assert trusted.read_trusted(file) == CONTENT
    loaded = config.load(file)
    assert (loaded.source, loaded.daemon.log) == (file, "debug")


@pytest.mark.parametrize("mode", [0o400, 0o644, 0o755])
def test_others_may_read(file: Path, mode: int) -> None:
    file.chmod(mode)
    assert config.load(file).daemon.log == "debug"


def test_a_missing_file_is_the_empty_configuration(file: Path) -> None:
    file.unlink()
    assert config.load(file) == config.Config(source=file)
    file.parent.rmdir()
    assert config.load(file) == config.Config(source=file)


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_others_can_write_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    error = refusal(file)
    assert error.sentence == f"{file} can be written by others: its mode is {mode:04o}"
    assert error.hint == f"chmod go-w {file}"


@pytest.mark.parametrize(("mode", "command"), [(0o770, "chmod go-w"), (0o707, "chmod go-w"), (0o1777, "ls -ld")])
def test_a_directory_others_can_write_is_refused(file: Path, mode: int, command: str) -> None:
    """One like /tmp is not to be closed to everybody for our sake."""
    file.parent.chmod(mode)
    error = refusal(file)
    assert error.sentence == f"{file.parent} can be written by others: its mode is {mode:04o}"
    assert error.hint == f"{command} {file.parent}"


def test_what_the_hint_says_helps_and_shows_in_the_stamp(file: Path) -> None:
    for path in (file, file.parent):
        good = path.stat().st_mode
        path.chmod(good | 0o022)
        before = stamp(file)
        refusal(file)
        path.chmod(good)
        assert stamp(file) != before
        assert config.load(file).daemon.log == "debug"


def test_a_link_to_a_safe_file_is_followed(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "links" / "config.toml"
    link.parent.mkdir(mode=0o700)
    link.symlink_to(file)
    assert config.load(link).daemon.log == "debug"
    file.chmod(0o666)
    assert "can be written by others" in refusal(link).sentence


def test_a_link_to_nothing_is_no_fresh_install(file: Path) -> None:
    file.unlink()
    file.symlink_to("gone.toml")
    error = refusal(file)
    assert error.sentence == f"{file} cannot be read: it is a symbolic link to nothing"
    assert error.hint == f"ls -ld {file.parent} {file}"


def test_a_link_to_itself_is_refused(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.name)
    assert "cannot be read: too many levels of symbolic links" in refusal(file).sentence


def test_a_fifo_is_refused_at_once(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)
    assert refusal(file).sentence == f"{file} is not a regular file"


def test_a_directory_is_refused(file: Path) -> None:
    file.unlink()
    file.mkdir(mode=0o700)
    assert refusal(file).sentence == f"{file} is not a regular file"


def test_a_socket_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.unlink()
    monkeypatch.chdir(file.parent)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(file.name)
        assert f"{file} cannot be read: no such device or address" in refusal(file).sentence


def test_a_file_in_place_of_the_directory_is_refused(file: Path) -> None:
    assert "cannot be read: not a directory" in refusal(file / "config.toml").sentence


def test_up_to_one_mebibyte_is_read(file: Path) -> None:
    file.write_bytes(b"#" * trusted.SIZE_LIMIT)
    assert config.load(file).daemon.log == "info"
    file.write_bytes(b"#" * (trusted.SIZE_LIMIT + 1))
    assert refusal(file).sentence == f"{file} is larger than 1048576 bytes"


def test_an_unreadable_file_is_refused(file: Path) -> None:
    if os.geteuid() == 0:
        absent("root reads every file")
    file.chmod(0)
    assert refusal(file).sentence == f"{file} cannot be read: permission denied"


def test_without_a_free_descriptor_nothing_is_said_of_the_file(file: Path) -> None:
    with none_left():
        error = refusal(file)
    assert (error.passes, error.exit_status, error.hint) == (True, 1, "keyturn daemon restart")
    assert error.sentence == f"{file} cannot be read: too many open files"


@pytest.mark.parametrize("trouble", [errno.ENFILE, errno.ENOMEM, errno.EIO])
def test_the_machines_trouble_passes(file: Path, trouble: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object, **__: object) -> int:
        raise OSError(trouble, os.strerror(trouble))

    with monkeypatch.context() as broken:
        broken.setattr(os, "open", failing)
        error = refusal(file)
    assert (error.passes, error.exit_status, error.hint) == (True, 1, "run the command again")


@pytest.mark.root
@pytest.mark.parametrize("which", ["file", "directory"])
def test_what_belongs_to_somebody_else_is_refused(file: Path, which: str) -> None:
    if os.geteuid() != 0:
        absent("only root can give a file away")
    path = file if which == "file" else file.parent
    os.chown(path, NOBODY, NOBODY)
    error = refusal(file)
    assert error.sentence == f"{path} is not yours: its owner is uid {NOBODY}"
    assert error.hint == f"ls -ld {path}"


def test_what_belongs_to_root_is_obeyed() -> None:
    assert trusted.read_trusted(Path("/etc/passwd"))


def open_descriptors() -> int:
    """How many this process holds, that of the count itself included."""
    return len(list(Path("/proc/self/fd").iterdir()))


def test_no_descriptor_stays_open(file: Path) -> None:
    before = open_descriptors()
    config.load(file)
    file.chmod(0o666)
    refusal(file)
    file.unlink()
    config.load(file)
    file.mkdir()
    refusal(file)
    assert open_descriptors() == before


def test_the_stamp_follows_the_file(file: Path) -> None:
    first = stamp(file)
    assert first is not None
    assert first == stamp(file)
    file.write_bytes(CONTENT + b"\n")
    second = stamp(file)
    other = file.with_name("new.toml")
    other.write_bytes(CONTENT + b"\n")
    os.utime(other, ns=(file.stat().st_mtime_ns, file.stat().st_mtime_ns))
    other.replace(file)
    third = stamp(file)
    file.unlink()
    assert len({first, second, third, stamp(file)}) == 4
    assert trusted.file_stamp(file) is None
