"""Answers of a daemon with many records in its vault."""

from __future__ import annotations

import base64
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.cases.daemon.share import closed_loop
from benchmarks.measured import Result, Row
from benchmarks.timing import from_processes
from keyturnd.vault import keystores, records
from keyturnd.vault.vault import vault_directory
from support.daemon import wire

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.stage import Stage

FEW, MANY = "a few records", "many records"
RECORDS = 10_000
SHARE = 20


def run(stages: Sequence[Stage], rounds: int) -> Result:
    stage = stages[0]
    request = wire.post("/v1/git/get", stage.git_request())
    rows = [_row(stage, request, FEW, rounds)]
    stage.stop()
    written = _seal(stage.state, min(RECORDS, RECORDS * rounds // 100 + 1))
    try:
        rows.append(_row(stage, request, MANY, rounds))
    finally:
        stage.stop()
        for path in written:
            path.unlink()
    return Result(rows)


def _row(stage: Stage, request: bytes, name: str, rounds: int) -> Row:
    stage.native("git").run()
    loop = partial(closed_loop, stage.socket, request)
    values = [value for _ in range(max(1, rounds // SHARE)) for value in from_processes(1, loop)]
    return Row(name, "ms", values, () if name == FEW else (FEW,), ours=True)


def _seal(state: Path, number: int) -> list[Path]:
    """As many records of tokens that nobody asks for, without the pains of durability."""
    text = (state / keystores.KEY_FILE).read_text("ascii").strip()
    key = base64.b64decode(text.removeprefix(keystores.KEY_FILE_PREFIX))
    return [_sealed(vault_directory(state), key, each) for each in range(number)]


def _sealed(directory: Path, key: bytes, number: int) -> Path:
    name = records.RecordName(
        kind="access-token", profile=f"p{number}", provider="entra", authority="https://login.example", client_id="c"
    )
    path = directory / name.file_name()
    path.touch(0o600)
    path.write_bytes(records.seal(name, b"{}", key=key, key_id=records.key_id_of(key)))
    return path
