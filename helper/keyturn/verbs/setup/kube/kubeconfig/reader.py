"""kubectl as the reader of kubeconfigs: they mean what it makes of them, in whatever form they are written.

Where there is no kubectl (helm and k9s need none), our own reader takes its place.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile

from keyturn import moves, shell
from keyturn.errors import Refused
from keyturn.verbs.setup.kube.kubeconfig import whole
from keyturn.verbs.setup.kube.kubeconfig.text import Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read(text: str, path: str) -> dict[str, Any]:
    """The kubeconfig `text`, secrets and all; `path` only names it in errors. Raises Refused."""
    program = shutil.which("kubectl")
    if program is not None:
        return _by_kubectl(program, text, path)
    try:
        return whole.load(text)
    except Unreadable:
        raise Refused(
            f"{path} is not a kubeconfig that can be read without kubectl", moves.clients.with_kubectl()
        ) from None


def _by_kubectl(program: str, text: str, path: str) -> dict[str, Any]:
    """As a nameless file: a candidate that is only looked at leaves no secret on the disk.

    Not as a pipe, because gcloud's dispatcher reads it once before the kubectl that it becomes does. And as a user
    that no kubeconfig has: for any other the dispatcher first asks the cluster for its version, and so runs whatever
    program a kubeconfig, a stranger's perhaps, names for its user (reference/kubernetes.md section 1).
    """
    nobody = os.urandom(8).hex()
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        arguments = ("--kubeconfig=/dev/stdin", f"--user={nobody}", "config", "view", "--raw", "--output=json")
        found = _run(program, file, *arguments)
    try:
        document: dict[str, Any] = json.loads(found)
    except ValueError:
        hint = shell.kubectl(f"--kubeconfig={path}", "config", "view")
        raise Refused(f"kubectl cannot read {path}", hint) from None
    return document


def _run(program: str, stdin: Any, *arguments: str) -> bytes:
    """What kubectl prints, nothing where it fails: its message may quote the kubeconfig."""
    try:
        done = subprocess.run(
            [program, *arguments],
            stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    except OSError:
        raise Refused(f"{program} cannot be started", shell.kind_of(program)) from None
    return done.stdout if done.returncode == 0 else b""
