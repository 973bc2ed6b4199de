"""docker-credential-pass: passwords in files that gpg encrypts, here to a key without a passphrase."""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
from typing import TYPE_CHECKING

from benchmarks.peers.absence import installed
from benchmarks.timing import Command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.stage import Stage
    from benchmarks.timing import Contestant

NAME = "docker-credential-pass get"
KEY = ("--batch", "--passphrase", "", "--quick-generate-key", "bench@contoso.example", "default", "default", "never")


@contextlib.contextmanager
def ready(stage: Stage) -> Iterator[Contestant]:
    """With the token that `stage` gives in it. Raises Absent."""
    program = installed("docker-credential-pass", "golang-docker-credential-helpers", go=True)
    store, gpg = installed("pass", "pass"), installed("gpg", "gnupg")
    # Not in the stage's home: the path of gpg-agent's socket must be short.
    with tempfile.TemporaryDirectory() as home:
        environment = stage.environment | {"GNUPGHOME": home, "PASSWORD_STORE_DIR": str(stage.home / "pass")}
        try:
            _quietly(environment, gpg, *KEY)
            _quietly(environment, store, "init", "bench@contoso.example")
            document = json.loads(stage.native("docker").run())
            Command([program, "store"], environment, json.dumps(document).encode()).run()
            get = Command([program, "get"], environment, document["ServerURL"].encode())
            assert json.loads(get.run())["Secret"] == document["Secret"]
            yield get.timed
        finally:
            _quietly(environment, installed("gpgconf", "gpgconf"), "--kill", "all")


def _quietly(environment: Mapping[str, str], *words: str) -> None:
    subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=True)
