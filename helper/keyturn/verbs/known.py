"""All verbs by name, and where each is: nothing of one is imported until it is called."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERBS = {
    "init": "begin here: configure, sign in and set up your tools",
    "login": "sign in, or check that a profile is signed in",
    "logout": "forget a profile's tokens, sign-in and secret",
    "token": "print an access token",
    "run": "run a command with an access token in its environment",
    "doctor": "look for what could be wrong, and say what helps",
    "status": "show the daemon and every profile's state",
    "profile": "show, add, change, check or remove profiles",
    "target": "show, add or remove what profiles are for",
    "secret": "entrust a profile's secret to the vault",
    "setup": "let git, kubectl or docker use keyturn",
    "git": "show, forget or take over what is kept for hosts without a target",
    "kubelogin": "do what Azure's kubelogin does",
    "azure": "acquire a token of Entra ID without a profile",
    "awx": "tokens and applications of an AWX",
    "completion": "print a script for your shell to complete all this",
    "daemon": "start, stop or restart the daemon",
    "log": "show the daemon's log",
    "demo": "watch it all work, against an emulator on this machine",
    "helper": "what git, kubectl and docker start (not for people)",
}
"""Every verb has a module of its name in `verbs`, with `run(arguments) -> exit status`, or stands in ROOMS."""
ROOMS = {
    "init": "keyturn.verbs.init.command",
    "status": "keyturn.verbs.status.command",
    "log": "keyturn.verbs.log.command",
    "login": "keyturn.verbs.login.command",
    "profile": "keyturn.verbs.profile.command",
    "doctor": "keyturn.verbs.doctor.command",
    "setup": "keyturn.verbs.setup.command",
    "git": "keyturn.verbs.git.command",
    "awx": "keyturn.verbs.awx.command",
    "azure": "keyturn.verbs.azure.command",
    "run": "keyturn.verbs.run.command",
    "completion": "keyturn.verbs.completion.command",
    "demo": "keyturn.verbs.demo.command",
    "kubelogin": "keyturn.kubelogin.command",
    "helper": "keyturn.twin.helper",
}


def module_of(verb: str) -> Any:
    """The module with the verb's `run(arguments) -> exit status` and, if people type it, its `parser()`."""
    name = ROOMS.get(verb, f"keyturn.verbs.{verb}")
    __import__(name)  # importlib's own function is a module more to load, and every call of ours loads it
    return sys.modules[name]
