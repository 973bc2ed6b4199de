"""kubectl's own policy on plugins, since 1.35: whether it lets our helper run (reference/kubernetes.md, "kuberc")."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import NamedTuple

from keyturn.home import home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "KUBERC"
OFF = "off"
_POLICY = re.compile(r"""credentialPluginPolicy:\s*["']?(\w*)["']?\s*(?:#.*)?""", re.ASCII)
_ENTRY = re.compile(r"""\s*(?:-\s*)?(?:command|name):\s*["']?([^"'#]+?)["']?\s*(?:#.*)?""", re.ASCII)
_LIST = re.compile(r"credentialPluginAllowlist:\s*(?:#.*)?", re.ASCII)


class Policy(NamedTuple):
    """What a kuberc says: all the plugins that it allows, none where it denies every one."""

    file: Path
    allowed: tuple[str, ...] = ()


def forbids(program: str) -> Policy | None:
    """The policy that keeps kubectl from running `program`, a whole path; None where none does.

    Read line by line, in the form that kubectl writes. What cannot be read forbids nothing: kubectl tells it itself.
    """
    named = os.environ.get(VARIABLE, "")
    if named == OFF:
        return None
    path = Path(named or Path(home(), ".kube", "kuberc"))
    try:
        lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    except (OSError, UnicodeDecodeError):
        return None
    policy = next((match[1] for line in lines if (match := _POLICY.fullmatch(line.rstrip()))), "")
    if policy == "Allowlist":
        allowed = tuple(_entries(lines))
        return None if any(_allows(entry, program) for entry in allowed) else Policy(path, allowed)
    return Policy(path) if policy == "DenyAll" else None


def _allows(entry: str, program: str) -> bool:
    """Links are not followed: the path has to be the very one, or a bare name that PATH leads to it."""
    return entry == program or ("/" not in entry and shutil.which(entry) == program)


def _entries(lines: list[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        if _LIST.fullmatch(line.rstrip()):
            inside = True
        elif inside and line[:1] not in {"", " ", "-", "#"}:
            return
        elif inside and (match := _ENTRY.fullmatch(line.rstrip())):
            yield match[1]
