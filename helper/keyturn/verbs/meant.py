"""What somebody means by a word that is no verb: a slip, another program's word for it, or a verb to come."""

from __future__ import annotations

from difflib import get_close_matches

from keyturn import hints
from keyturn.errors import UsageError
from keyturn.kinds_of_hints import after
from keyturn.verbs.known import VERBS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyturn.kinds_of_hints import Hint

ELSEWHERE = {
    "signin": "login", "sign-in": "login", "auth": "login", "signout": "logout", "sign-out": "logout",
    "list": "profile list", "ls": "profile list", "add": "profile add --help", "remove": "profile remove --help",
    "rm": "profile remove --help", "config": "status", "show": "status", "whoami": "status", "account": "status",
    "check": "doctor", "start": "daemon start", "stop": "daemon stop", "restart": "daemon restart",
    "kube": "setup kube", "kubectl": "setup kube", "docker": "setup docker",
    "exec": "run --help", "env": "run --help",
    "get-token": "token", "new-token": "azure new-token --help", "new-secmgmtaccesstoken": "azure new-token --help",
    "refresh": "token --renew", "renew": "token --renew",
    "import": "git import --help",
}  # fmt: skip
"""Words of az, git, kubectl, docker, aws-vault, oidc-agent and PowerShell, and ours for the same; in lower case."""
LATER: dict[str, tuple[str, Hint]] = {
    "lock": (
        "as long as the keyring that holds its key is open, the vault is",
        after("lock that keyring", hints.stop_daemon()),
    ),
    "unlock": ("the vault is open whenever the keyring that holds its key is", hints.verb("status")),
    "vault": ("status tells whether the vault is open, and where its key is", hints.verb("status")),
}
"""Verbs that nobody has built yet, with what there is in their place."""
LIKENESS = 0.65
"""Of two words, of 1: `remove` is no slip of `demo`."""


def no_verb(word: str, rest: Sequence[str] = ()) -> UsageError:
    """What is like no verb is not repeated: a paste may have been a password. rest: what stands behind it."""
    if word.startswith("-") and rest and rest[0] in VERBS:
        option = word if word == "--json" else "--help"  # the one that nearly every verb has
        return UsageError("options stand behind the verb", hints.verb(rest[0], option))
    if word in LATER:
        instead, hint = LATER[word]
        return UsageError(f"the verb {word} is not there yet: {instead}", hint)
    ours = ELSEWHERE.get(word.lower())
    close = [ours] if ours else get_close_matches(word, VERBS, n=1, cutoff=LIKENESS)
    if close:
        return UsageError(f"there is no verb {word!r}", hints.verb(*close[0].split()))
    return UsageError("there is no such verb", hints.verb("--help"))
