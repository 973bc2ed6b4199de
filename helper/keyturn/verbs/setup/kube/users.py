"""The user entries that keyturn adds to kubeconfigs.

A context is pointed at an entry of ours instead of its former user, whose entry stays as it is, secrets and all. Our
entry's name tells the way back: `keyturn/PROFILE:FORMER`.
"""

from __future__ import annotations

import re
from pathlib import PurePath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PROGRAM = "kube-credential-keyturn"
API = "client.authentication.k8s.io"

AUTHORITY_LIMIT = 120_000
"""Bytes of base64 that a cluster's CA may have: kubectl passes it on in one variable, which holds 128 KiB in all."""

_NAME = re.compile(r"keyturn/[A-Za-z0-9._-]+:(.*)", re.ASCII | re.DOTALL)


def name(former: str, profile: str) -> str:
    """What our entry for a context with the user `former` is called."""
    return f"keyturn/{profile}:{former}"


def former(entry: str) -> str | None:
    """The user that our entry stands for, None for what is not called like one of ours."""
    match = _NAME.fullmatch(entry)
    return None if match is None else match[1]


def is_ours(user: Any) -> bool:
    """Whether a user, as kubectl reads it, gets its tokens from our helper."""
    stanza = (user or {}).get("exec") or {}
    return PurePath(str(stanza.get("command", ""))).name == PROGRAM


def stanza(program: str, *, v1: bool, profile: str, cluster_info: bool) -> dict[str, Any]:
    """The `exec` of an entry.

    With `cluster_info` kubectl tells which cluster asks, and the daemon checks that it is a target; a kubeconfig that
    names another server for this user then gets nothing. The profile is named all the same, because not every client
    tells the cluster, whatever its kubeconfig says (kubernetes.aio never does).
    """
    return {
        "apiVersion": f"{API}/{'v1' if v1 else 'v1beta1'}",
        "command": program,
        "args": ["get-token", "--profile", profile],
        "installHint": "keyturn is not installed where this kubeconfig expects it; run: keyturn setup kube",
        "interactiveMode": "IfAvailable",
        "provideClusterInfo": cluster_info,
    }
