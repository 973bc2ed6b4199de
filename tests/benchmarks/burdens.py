"""What a daemon may have to do or to hold beside the answer that is measured."""

from __future__ import annotations

import base64
import contextlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.stage import Stage
from benchmarks.timing import FORK
from keyturnd.vault import keystores, records
from keyturnd.vault.vault import vault_directory
from support.daemon import wire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.synchronize import Event

STALLED, RECORDS, TARGETS, CREDENTIALS = 50, 10_000, 3000, 1000


@contextlib.contextmanager
def nothing(_stage: Stage) -> Iterator[None]:
    """None at all."""
    yield


@contextlib.contextmanager
def acquisitions(stage: Stage) -> Iterator[None]:
    """One after the other, each a new process for a token that nobody keeps; the last is over when the context is."""
    over = FORK.Event()
    process = FORK.Process(target=_acquire, args=(stage, over))
    process.start()
    try:
        yield
    finally:
        over.set()
        process.join()


def _acquire(stage: Stage, over: Event) -> None:
    ready = stage.emulator.ready
    profile = {
        "flow": "client-secret",
        "authority": ready.authority,
        "tenant": ready.tenant,
        "ca_file": ready.ca_file,
    }
    service = ready.clients["service"]
    wanted = {**profile, "application_id": service["application_id"], "audiences": ["https://management.azure.com"]}
    body = json.dumps({"profile": wanted, "secret": service["secret"]}).encode()
    while not over.is_set():
        wire.exchange(stage.socket, wire.post("/v1/azure/new-token", body))


@contextlib.contextmanager
def silence(stage: Stage) -> Iterator[None]:
    """Connections that send half a request; the daemon gives them up after a while, then come others."""
    with contextlib.ExitStack() as stack:
        for _ in range(STALLED):
            connection = stack.enter_context(wire.dial(stage.socket))
            connection.sendall(b"POST /v1/docker/get HTTP/1.1\r\n")
        yield


@contextlib.contextmanager
def many_records(stage: Stage) -> Iterator[Stage]:
    """A machine like `stage`, its token in memory, and 10 000 more records in its vault."""
    with _alike(stage) as machine:
        machine.native("git").run()
        machine.stop()
        text = (machine.state / keystores.KEY_FILE).read_text("ascii").strip()
        key = base64.b64decode(text.removeprefix(keystores.KEY_FILE_PREFIX))
        for each in range(RECORDS):
            _seal(vault_directory(machine.state), key, each)
        machine.native("git").run()
        yield machine


def _seal(directory: Path, key: bytes, number: int) -> None:
    """One record, without the pains of durability."""
    name = records.RecordName(
        kind="access-token", profile=f"p{number}", provider="entra", authority="https://login.example", client_id="c"
    )
    path = directory / name.file_name()
    path.touch(0o600)
    path.write_bytes(records.seal(name, b"{}", key=key, key_id=records.key_id_of(key)))


@contextlib.contextmanager
def many_targets(stage: Stage) -> Iterator[Stage]:
    """A machine like `stage`, its token in memory, with 3 000 git targets and 1 000 kept credentials."""
    with _alike(stage) as machine:
        more = (f'"https://dev.azure.com/organization{number}" = "ci"\n' for number in range(TARGETS - 2))
        config = stage.emulator.ready.config.replace("[targets.git]\n", f"[targets.git]\n{''.join(more)}")
        machine.configure(f'{config}\n[git]\nstore = "memory"\n')
        machine.native("git").run()
        for number in range(CREDENTIALS):
            said = f"protocol=https\nhost=host{number}.example\nusername=alice\npassword=planted\n"
            wire.exchange(machine.socket, wire.post("/v1/git/store", said.encode()))
        yield machine


@contextlib.contextmanager
def _alike(stage: Stage) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory() as directory, Stage(stage.build, Path(directory), stage.emulator) as machine:
        yield machine
