"""What a daemon may have to do or to hold beside the answer that is measured."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.stage import Stage
from benchmarks.timing import FORK
from keyturnd.configuration import Configuration
from keyturnd.fetching.wants import Want
from keyturnd.vault import keystores, records, tokens
from keyturnd.vault.tokens import Token
from keyturnd.vault.vault import vault_directory
from support.daemon import wire
from support.proc import stat_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.synchronize import Event

    from keyturn_emulator.launch import Emulator

STALLED, RECORDS, TARGETS, CREDENTIALS, TOKENS = 50, 10_000, 3000, 1000, 1000
LAST_PROCESSOR = 36
"""Its field of /proc/PID/stat: see stat_of."""
TOKEN_SIZE = 2000
"""Characters of each of TOKENS: as Entra ID issues them for a user who is in a few groups."""


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
        _keep(stage.emulator, os.sched_getaffinity(0))


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
        _keep_provider_with_them(stage)
        wire.exchange(stage.socket, wire.post("/v1/azure/new-token", body))


def _keep_provider_with_them(stage: Stage) -> None:
    """Off the processor that acquisitions leave to the daemon. Entra ID would take none of either."""
    pid = stage.daemon_pid()
    assert pid is not None
    _keep(stage.emulator, os.sched_getaffinity(0) - {int(stat_of(pid)[LAST_PROCESSOR])})


def _keep(emulator: Emulator, processors: set[int]) -> None:
    for thread in Path(f"/proc/{emulator.process.pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), processors or os.sched_getaffinity(0))


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
        _seal(machine, {_record(each): b"{}" for each in range(RECORDS)})
        machine.native("git").run()
        yield machine


def _record(number: int) -> records.RecordName:
    return records.RecordName(
        kind="access-token", profile=f"p{number}", provider="entra", authority="https://login.example", client_id="c"
    )


@contextlib.contextmanager
def many_tokens(stage: Stage) -> Iterator[tuple[Stage, list[bytes]]]:
    """A machine like `stage` with 1 000 more tokens in its vault, none in memory yet, and the requests for them."""
    with _alike(stage) as machine:
        wanted = [(f"host{number}.example", f"api://audience{number}/.default") for number in range(TOKENS)]
        more = (f'"https://{host}" = {{ profile = "ci", scopes = ["{scope}"] }}\n' for host, scope in wanted)
        machine.configure(stage.emulator.ready.config.replace("[targets.git]\n", f"[targets.git]\n{''.join(more)}"))
        machine.native("git").run()
        machine.stop()
        profile = Configuration(machine.config_file).current().profiles["ci"]
        _seal(machine, {Want(profile, (scope,), "git").key: _token() for _, scope in wanted})
        said = (f"protocol=https\nhost={host}\n\n".encode() for host, _ in wanted)
        machine.native("git").run()
        yield machine, [wire.post("/v1/git/get", attributes) for attributes in said]


def _token() -> bytes:
    now = time.time()
    return tokens.encode(Token(secrets.token_hex(TOKEN_SIZE // 2), now, now + 3600, account="ci"))


def _seal(machine: Stage, contents: dict[records.RecordName, bytes]) -> None:
    """One record of each, without the pains of durability."""
    text = (machine.state / keystores.KEY_FILE).read_text("ascii").strip()
    key = base64.b64decode(text.removeprefix(keystores.KEY_FILE_PREFIX))
    for name, content in contents.items():
        path = vault_directory(machine.state) / name.file_name()
        path.touch(0o600)
        path.write_bytes(records.seal(name, content, key=key, key_id=records.key_id_of(key)))


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
