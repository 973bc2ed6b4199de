"""`kubelogin VERB …`, and `keyturn kubelogin VERB …`, where it is not installed under that name."""

from __future__ import annotations

import os
import sys

from keyturn import __version__, hints
from keyturn.errors import KeyturnError, UsageError
from keyturn.kubelogin import completion
from keyturn.twin import helper
from keyturn.twin.kubelogin import VARIABLES, Told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

HELP = """\
usage: keyturn kubelogin VERB [FLAG…]
       kubelogin VERB [FLAG…]            once installed by: keyturn setup kube --as-kubelogin

keyturn in the place of Azure's kubelogin:

  get-token --server-id ID   print a token as kubectl wants it
  convert-kubeconfig         make users of Azure's kind in kubeconfigs ask kubelogin
  remove-cache-dir           forget the sign-ins with this --cache-dir
  completion bash|fish|zsh   print a script for that shell

Flags and variables are those of Azure's kubelogin: https://azure.github.io/kubelogin/
login methods: devicecode, interactive, spn, msi, azurecli, workloadidentity, azurepipelines
"""
VERBS = ("get-token", "convert-kubeconfig", "remove-cache-dir", "remove-tokens", "completion", "help")


def run(arguments: Sequence[str]) -> int:
    """The exit status: 1 for every failure, as kubelogin has it."""
    try:
        return _run(*_split(arguments))
    except KeyturnError as error:
        sys.stderr.write(Told(error.sentence, error.hint).lines())
        return 1


def _split(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The verb and the words behind it; flags of the whole program may stand in front."""
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        flag = rest.pop(0)
        if flag in {"--version", "--help", "-h"}:
            return flag, rest
        if flag in {"-v", "--v"} and rest:
            rest.pop(0)
        elif not flag.startswith(("-v", "--v=", "--logtostderr")):
            name = flag.partition("=")[0] if flag.startswith("--") else flag[:2]  # what follows may be a secret
            raise UsageError(f"unknown flag: {name}", hints.usage("kubelogin"))
    return (rest[0], rest[1:]) if rest else ("--help", [])


def _run(verb: str, rest: list[str]) -> int:
    if verb == "--version":
        print(f"kubelogin version keyturn/{__version__}")
        return 0
    if verb in {"help", "-h", "--help"} or not {"-h", "--help"}.isdisjoint(rest):
        print(HELP, end="")
        raise SystemExit(0)
    if verb == "get-token":
        return helper.run(["kubelogin", verb, *rest])
    if verb in {"remove-cache-dir", "remove-tokens"}:
        return _forget(rest)
    if verb == "completion":
        print(completion.script(rest[0] if rest else ""), end="")
        return 0
    if verb == "convert-kubeconfig":
        from keyturn.kubelogin import convert  # noqa: PLC0415 - a token does not pay for it

        return convert.run(rest, os.environ.get)
    raise UsageError(f'unknown command "{verb}" for "kubelogin"', hints.usage("kubelogin"))


def _forget(flags: list[str]) -> int:
    """There is no cache directory of ours: its name tells identities apart, and these are forgotten."""
    from keyturn.console import other_daemon  # noqa: PLC0415 - only here
    from keyturn.console.starting import secret_variables  # noqa: PLC0415
    from keyturn.reach import client, launch  # noqa: PLC0415

    other_daemon.warn()
    request = client.Request("POST", "/v1/kubelogin/remove-cache-dir", tuple(flags), variables=VARIABLES)
    return launch.insist(request, secret_variables).exit_status
