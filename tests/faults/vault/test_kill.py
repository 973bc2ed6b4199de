"""kill -9 while a record is written: the old one or the new one, never neither, and no answer is forgotten."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from keyturnd.vault.records import RecordName, key_id_of
from keyturnd.vault.vault import Vault
from support.machine.interpreters import python

if TYPE_CHECKING:
    from pathlib import Path

KEY = bytes(range(32))
STATE = RecordName(kind="state", profile="work", provider="entra", authority="https://login.example", client_id="app")
OLD, NEW = b"old refresh token", b"new refresh token"

OPEN = """
import os, signal, sys
from pathlib import Path
from keyturnd.vault.records import RecordName, key_id_of
from keyturnd.vault.vault import Vault
key = bytes(range(32))
name = RecordName(kind="state", profile="work", provider="entra", authority="https://login.example", client_id="app")
"""
DIE_AT_STEP = f"""{OPEN}
def step(done):
    if done == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)
Vault(Path(sys.argv[1]), key, key_id_of(key), step=step).put(name, {NEW!r})
"""
PUT_FOR_EVER = f"""{OPEN}
vault = Vault(Path(sys.argv[1]), key, key_id_of(key))
count = 0
while True:
    count += 1
    vault.put(name, str(count).encode())
    print(count, flush=True)
"""


@pytest.mark.parametrize("old", [OLD, None])
@pytest.mark.parametrize(
    ("step", "replaced"),
    [("created", False), ("written", False), ("synchronised", False), ("renamed", True), ("durable", True)],
)
def test_killed_at_each_step(tmp_path: Path, step: str, old: bytes | None, *, replaced: bool) -> None:
    directory = tmp_path / "vault"
    if old is not None:
        Vault(directory, KEY, key_id_of(KEY)).put(STATE, old)
    with python(DIE_AT_STEP, directory, step) as writer:
        assert writer.wait() == -signal.SIGKILL
    left = {path.name for path in directory.iterdir()}
    vault = Vault(directory, KEY, key_id_of(KEY))
    assert vault.get(STATE) == (NEW if replaced else old)
    kept = {STATE.file_name()} if replaced or old is not None else set()
    assert {path.name for path in directory.iterdir()} == kept
    assert len(left - kept) == (0 if replaced else 1)  # the half-done file was there, and opening swept it


@pytest.mark.parametrize("puts", [1, 7, 30])
def test_killed_at_any_moment_what_was_acknowledged_is_there(tmp_path: Path, puts: int) -> None:
    with python(PUT_FOR_EVER, tmp_path / "vault") as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(puts)][-1]
        writer.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *(int(line) for line in writer.stdout)])
    found = Vault(tmp_path / "vault", KEY, key_id_of(KEY)).get(STATE)
    assert found is not None
    assert int(found) in {acknowledged, acknowledged + 1}
