"""The user entries that keyturn adds to kubeconfigs.

A context is pointed at an entry of ours instead of its former user, whose entry stays as it is, secrets and all. Our
entry's name tells the way back: `keyturn/PROFILE:FORMER`.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from keyturn.hints import set_up
from keyturn.kinds_of_hints import printed
from keyturn.protocols.kubelogin.variables import SECRET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

PROGRAM = "kube-credential-keyturn"
API = "client.authentication.k8s.io"
IN_CLEAR = ("--client-secret", "--client-certificate-password", "--password")
"""Arguments of kubelogin that are secrets."""

VERSION = "v1beta1"
"""Taken by everything from kubectl 1.20 to 1.37 (reference/kubernetes.md section 1)."""
_NAME = re.compile(r"keyturn/[A-Za-z0-9._-]+(?:\+[0-9]+)?:(.*)", re.ASCII | re.DOTALL)


def name(former: str, profile: str, number: int = 1) -> str:
    """What our entry for a context with the user `former` is called; one user may have several clusters."""
    return f"keyturn/{profile}{f'+{number}' if number > 1 else ''}:{former}"


def former(entry: str) -> str | None:
    """The user that our entry stands for, None for what is not called like one of ours."""
    match = _NAME.fullmatch(entry)
    return None if match is None else match[1]


def is_ours(user: Any) -> bool:
    """Whether a user, as kubectl reads it, gets its tokens from our helper."""
    return PurePath(_command(user)).name == PROGRAM


def runs(user: Any, program: str) -> bool:
    """Whether a user, as kubectl reads it, gets its tokens from `program`."""
    return _command(user) == program


def _command(user: Any) -> str:
    return str(((user or {}).get("exec") or {}).get("command", ""))


def argument(user: Any, option: str) -> str | None:
    """What an entry of ours has behind `option`, None where an older keyturn wrote it without."""
    arguments = [str(each) for each in ((user or {}).get("exec") or {}).get("args") or []]
    place = arguments.index(option) + 1 if option in arguments else len(arguments)
    return arguments[place] if place < len(arguments) else None


def server_of(user: Any) -> str | None:
    """The server that an entry of ours was written for, None where an older keyturn wrote it."""
    return argument(user, "--server")


def stanza(program: str, *, profile: str, server: str, word: str, cluster_info: bool) -> dict[str, Any]:
    """The `exec` of an entry.

    With `cluster_info` kubectl tells which cluster asks and whom it trusts for it, and the daemon checks both. Not
    every client does, whatever its kubeconfig says (kr8s, fabric8, client-node and kubernetes.aio never do): for them
    the server, and the word by which keyturn knows that it wrote this, are among the arguments, and the version is,
    because some do not tell even that.
    """
    args = ["get-token", "--profile", profile, "--api-version", VERSION, "--server", server, "--word", word]
    return {
        "apiVersion": f"{API}/{VERSION}",
        "command": program,
        "args": args,
        "installHint": f"keyturn is not installed where this kubeconfig expects it; run: {printed(set_up('kube'))}",
        "interactiveMode": "IfAvailable",
        "provideClusterInfo": cluster_info,
    }


def with_secrets(users: Mapping[str, Any]) -> Iterator[str]:
    """The users whose kubelogin finds a secret among its arguments, or the variables that their entry gives it."""
    for name, user in users.items():
        stanza = (user or {}).get("exec") or {}
        if "kubelogin" in str(stanza.get("command", "")).lower():
            words = {str(each).partition("=")[0] for each in stanza.get("args") or []}
            words |= {str(each.get("name")) for each in stanza.get("env") or [] if each.get("value")}
            if not words.isdisjoint({*IN_CLEAR, *SECRET}):
                yield name
