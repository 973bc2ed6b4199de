"""What `keyturn setup kube` tells of what it did, or would do."""

from __future__ import annotations

import sys

from keyturn import moves
from keyturn.console.requests import print_json
from keyturn.kinds_of_hints import printed
from keyturn.reach.installed import program
from keyturn.verbs.setup.kube import kuberc
from keyturn.verbs.setup.kube.kubeconfig import text, users

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence
    from typing import Any

    from keyturn.kinds_of_hints import Hint, Sentence
    from keyturn.verbs.setup.kube.plan import Change, Plan


def show(plans: Sequence[Plan], options: Namespace) -> None:
    """Warnings first; then each context that changed, and what else there is to say."""
    added = {name: stanza for plan in plans for file in plan.files for name, stanza in file.added.items()}
    forbidden = [("kubectl's policy (kuberc) forbids keyturn's helper", hint) for hint in policies(added.values())]
    warnings = [*(each for plan in plans for each in plan.warnings), *forbidden]
    for sentence, hint in warnings:
        warn(sentence, hint)
    changes = [change for plan in plans for change in plan.changes()]
    notes = [note for plan in plans for note in plan.notes]
    if options.json:
        listed = [change._asdict() | {"file": str(change.file)} for change in changes]
        told = [{"sentence": sentence, "hint": printed(hint)} for sentence, hint in warnings]
        report = {"changes": listed, "users": added, "notes": notes, "warnings": told}
        print_json({"dry_run": options.dry_run, **report})
        return
    for change in changes:
        print(f"keyturn: {'would change ' if options.dry_run else ''}{printable(_sentence(change))}")
    for note in notes:
        print(f"keyturn: {printable(note)}")
    if not changes and not notes:  # what was left out, or for a person to decide, is no nothing
        print("keyturn: kubectl: nothing to change")
    if options.dry_run:
        for name, stanza in added.items():
            print(*text.user_lines(name, stanza), sep="\n")


def warn(sentence: str, hint: Hint) -> None:
    """On stderr, with the command that helps."""
    told = f"keyturn: warning: {printable(sentence)}\nkeyturn: hint: {printable(printed(hint))}"
    print(told, file=sys.stderr)


def policies(stanzas: Iterable[dict[str, Any]]) -> list[Sentence]:
    """How to let kubectl run our program, where a stanza names it and kubectl must not.

    By its very path: a kubeconfig of somebody else's may name another program that is called so, and nobody shall be
    told to allow that.
    """
    ours = program(users.PROGRAM)
    if not any(stanza["command"] == ours for stanza in stanzas):
        return []
    policy = kuberc.forbids(ours)
    return [] if policy is None else [moves.clients.allow_plugin(ours, policy.allowed, str(policy.file))]


def _sentence(change: Change) -> str:
    told = f"{change.file}: context {change.context} with user {change.after}"
    if change.before == change.after:
        return told
    return f"{told} again" if change.is_back else f"{told} instead of {change.before or 'none'}"


def printable(text: str) -> str:
    """A kubeconfig may be somebody else's, names and all."""
    return "".join(character if character.isprintable() else "?" for character in text)
