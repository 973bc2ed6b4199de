"""Azure's kubelogin: a program in Go that keeps its tokens in an encrypted file, each run for itself."""

from __future__ import annotations

import subprocess

from benchmarks.peers.absence import Absent, installed


def program() -> str:
    """Its path. Raises Absent, also for another program of that name: keyturn's own stand-in, or int128's."""
    found = installed("kubelogin", "contrib/peers.sh", go=True)
    shown = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    if "Go version" not in shown:
        raise Absent(f"{found} is another program")
    return found
