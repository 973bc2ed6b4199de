"""A disk that is full while a record is sealed, and files of somebody else's: one sentence, and nothing is lost."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from keyturn.errors import StateError
from keyturnd.life.statelock import StateLock
from keyturnd.vault.durable import PrivateDirectory
from keyturnd.vault.records import RecordName, key_id_of
from keyturnd.vault.vault import Vault
from support.machine.interpreters import NOBODY, output_of
from support.needs import absent, need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = bytes(range(32))
STATE = RecordName(kind="state", profile="work", provider="entra", authority="https://login.example", client_id="app")
PUT_UNDER_A_LIMIT = """
import resource, sys
from pathlib import Path
from keyturn.errors import StateError
from keyturnd.vault.records import RecordName, key_id_of
from keyturnd.vault.vault import Vault
key = bytes(range(32))
name = RecordName(kind="state", profile="work", provider="entra", authority="https://login.example", client_id="app")
vault = Vault(Path(sys.argv[1]), key, key_id_of(key))
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    vault.put(name, b"x" * 5000)
except StateError as error:
    print(error.lines(), end="")
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mount, umount = need("mount"), need("umount")
    disk = tmp_path / "disk"
    disk.mkdir(mode=0o700)
    mounting = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=64k,mode=0700", "none", disk], capture_output=True, text=True, check=False
    )
    if mounting.returncode != 0:
        absent(f"a tmpfs cannot be mounted here: {mounting.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run([umount, disk], check=True)


def fill(disk: Path) -> None:
    """Until not one more page is free."""
    with (disk / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
        while ballast.write(bytes(4096)):
            pass


@pytest.mark.root
def test_a_full_disk_keeps_the_old_record_and_says_so(small_disk: Path) -> None:
    vault = Vault(small_disk / "vault", KEY, key_id_of(KEY))
    vault.put(STATE, b"old")
    fill(small_disk)
    for _ in range(2):
        with pytest.raises(StateError) as raised:
            vault.put(STATE, b"new" * 3000)
        path = small_disk / "vault" / STATE.file_name()
        assert raised.value.sentence == f"cannot write {path}: no space left on device"
        assert raised.value.hint == f"df -h {path}"
    assert vault.get(STATE) == b"old"
    assert [path.name for path in (small_disk / "vault").iterdir()] == [STATE.file_name()]
    (small_disk / "ballast").unlink()
    vault.put(STATE, b"new")
    assert vault.get(STATE) == b"new"


@pytest.mark.root
def test_a_full_disk_at_the_first_start_is_no_reason_not_to_start(small_disk: Path) -> None:
    """Tokens that can be fetched again are given all the same; only who holds the state cannot be told to others."""
    (small_disk / "state").mkdir(mode=0o700)
    fill(small_disk)
    lock = StateLock.acquire(small_disk / "state", small_disk / "socket")
    assert "no space left on device" in str(lock.unannounced)
    assert lock.is_ours()
    lock.release()


def test_a_limit_on_file_sizes_keeps_the_old_record_too(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault", KEY, key_id_of(KEY))
    vault.put(STATE, b"old")
    assert output_of(PUT_UNDER_A_LIMIT, tmp_path / "vault") == (
        f"keyturn: error: cannot write {tmp_path}/vault/{STATE.file_name()}: file too large\n"
        "keyturn: hint: ulimit -f unlimited && keyturn daemon restart\n"
    )
    assert vault.get(STATE) == b"old"
    assert [path.name for path in (tmp_path / "vault").iterdir()] == [STATE.file_name()]


@pytest.mark.root
def test_a_record_of_somebody_elses_is_refused(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault", KEY, key_id_of(KEY))
    vault.put(STATE, b"secret")
    path = tmp_path / "vault" / STATE.file_name()
    os.chown(path, NOBODY, NOBODY)
    with pytest.raises(StateError) as raised:
        vault.get(STATE)
    assert raised.value.sentence == f"{path} is not a private file of yours: owner is uid {NOBODY}"
    assert raised.value.hint == f"ls -ld {path}"


@pytest.mark.root
def test_a_directory_of_somebody_elses_is_refused(tmp_path: Path) -> None:
    directory = tmp_path / "vault"
    directory.mkdir(mode=0o700)
    os.chown(directory, NOBODY, NOBODY)
    with pytest.raises(StateError) as raised:
        PrivateDirectory(directory)
    assert raised.value.sentence == f"{directory} is not a private directory of yours: owner is uid {NOBODY}"
    assert raised.value.hint == f"ls -ld {directory}"
