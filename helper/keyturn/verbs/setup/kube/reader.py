"""kubectl as the reader of kubeconfigs: they mean what it makes of them, in whatever form they are written."""

from __future__ import annotations

import json
import subprocess
import tempfile

from keyturn import shell
from keyturn.errors import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read(text: str, path: str) -> dict[str, Any]:
    """The kubeconfig `text`, secrets and all; `path` only names it in errors. Raises Refused.

    It goes there as a nameless file: a candidate that is only looked at leaves no secret on the disk. Not as a pipe,
    because gcloud's dispatcher reads it once before the kubectl that it becomes does.
    """
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        found = _run(file, "--kubeconfig=/dev/stdin", "config", "view", "--raw", "--output=json")
    try:
        document: dict[str, Any] = json.loads(found)
    except ValueError:
        hint = shell.kubectl(f"--kubeconfig={path}", "config", "view")
        raise Refused(f"kubectl cannot read {path}", hint) from None
    return document


def _run(stdin: Any, *arguments: str) -> bytes:
    """What kubectl prints, nothing where it fails: its message may quote the kubeconfig."""
    try:
        done = subprocess.run(
            ["kubectl", *arguments],  # noqa: S607 - the one the user has on PATH is the one to set up
            stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    except OSError:
        raise Refused("kubectl is not installed, or not on PATH", shell.where_is("kubectl")) from None
    return done.stdout if done.returncode == 0 else b""
