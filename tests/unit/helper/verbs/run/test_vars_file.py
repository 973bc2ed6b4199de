"""keyturn.verbs.run.vars_file: no file without somebody who removes it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

WITHOUT_PROCESSES = """
import os
from keyturn.errors import StateError
from keyturn.verbs.run import vars_file

whoever, fork = os.getpid(), os.fork

def forking():
    if os.getpid() != whoever:
        raise BlockingIOError(11, "no more processes")
    return fork()

os.fork = forking
try:
    vars_file.written({"provider": "entra", "access_token": "planted-token"})
except StateError as error:
    print(error.sentence)
"""


def test_where_no_process_can_be_started_nothing_is_written(tmp_path: Path) -> None:
    """The first one is; it is the second one that is to stay."""
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    environment = os.environ | {"KEYTURN_SOCKET": str(runtime / "socket")}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PROCESSES], env=environment, capture_output=True, text=True, check=True
    )
    assert "no process could be started to remove the file" in done.stdout
    assert list(runtime.iterdir()) == []
