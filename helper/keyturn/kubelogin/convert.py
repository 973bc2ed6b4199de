"""`kubelogin convert-kubeconfig`: users of Azure's kind in kubeconfigs come to ask `kubelogin get-token`.

After its Convert (pkg/internal/converter): which users, what is kept of them, and what each login method takes along.
az runs this by itself after `az aks get-credentials`. Users that ask keyturn's own helper stay as they are.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import NamedTuple

from keyturn import moves, shell
from keyturn.errors import Refused, UsageError
from keyturn.kubelogin import stanza
from keyturn.protocols.kubelogin.flags import OF_CONVERT, parse
from keyturn.verbs.setup.kube.kubeconfig import users
from keyturn.verbs.setup.kube.kubeconfig.file import KubeFile, kubeconfigs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

LEGACY = "azure"
"""The name of the auth-provider that kubectl had until 1.26."""
IN_CLEAR = ("client-secret", "client-certificate-password", "password")


class User(NamedTuple):
    """An entry to be converted."""

    file: KubeFile
    name: str
    content: dict[str, Any]


def run(arguments: Sequence[str], variable: Callable[[str], str | None]) -> int:
    """The exit status. Raises UsageError and Refused."""
    given = parse(arguments, OF_CONVERT)
    said = stanza.said(given, variable)
    files = [KubeFile(path) for path in kubeconfigs(given.get("kubeconfig"))]
    for user in _concerned(files, given.get("context")):
        user.file.replace(user.name, stanza.converted(user.content, said))
    _write(files, given.get("outfile"))
    _warn(given)
    return 0


def is_concerned(user: dict[str, Any]) -> bool:
    """Whether a user gets its tokens from Azure's kubelogin, or from the provider before it.

    Any command with that word in it counts, but our own: keyturn may stand in a directory that is called so.
    """
    if users.is_ours(user):
        return False
    command = str((user.get("exec") or {}).get("command", ""))
    return "kubelogin" in command.lower() or (user.get("auth-provider") or {}).get("name") == LEGACY


def _concerned(files: Sequence[KubeFile], context: str | None) -> Iterator[User]:
    """The entries, each from the first file that has one of its name; with a context, its user alone."""
    only = None
    if context is not None:
        only = next((file.contexts[context].get("user") for file in files if context in file.contexts), "")
        if not only:
            raise UsageError(f'no context exists with the name: "{context}"', shell.kubectl("config", "get-contexts"))
    seen: set[str] = set()
    for file in files:
        for name, content in file.users.items():
            if name not in seen and only in {None, name} and is_concerned(content):
                yield User(file, name, content)
            seen.add(name)


def _write(files: Sequence[KubeFile], outfile: str | None) -> None:
    changed = [file for file in files if file.is_changed()]
    for file in changed:
        file.check()
    if outfile is None:
        for file in changed:
            file.write()
    elif len(files) == 1:
        files[0].write_to(Path(outfile))
    else:
        joined = os.pathsep.join(str(file.path) for file in files)
        raise Refused(
            f"--outfile takes one kubeconfig, and there are several: {joined}",
            moves.clients.form("kubelogin convert-kubeconfig --kubeconfig FILE"),
        )


def _warn(given: dict[str, str]) -> None:
    """A secret on a command line is in the shell's history, too, and then in each copy of the kubeconfig."""
    found = [f"--{flag}" for flag in IN_CLEAR if given.get(flag)]
    if found:
        sys.stderr.write(
            f"keyturn: warning: {shlex.join(found)} now stands in clear in the kubeconfig\n"
            f"keyturn: hint: {moves.secrets.secret_variables()}\n"
        )
