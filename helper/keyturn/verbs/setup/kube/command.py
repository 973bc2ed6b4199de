"""`keyturn setup kube`."""

from __future__ import annotations

import sys

from keyturn import hints, moves
from keyturn.configuration.config import parse
from keyturn.console.configured import configuration
from keyturn.console.requests import print_json
from keyturn.reach.paths import config_file
from keyturn.verbs.setup import proposals
from keyturn.verbs.setup.advice import Advice
from keyturn.verbs.setup.kube import discover, kuberc, stand_in
from keyturn.verbs.setup.kube.kubeconfig import text, users
from keyturn.verbs.setup.kube.plan import Plan
from keyturn.verbs.setup.kube.register import outdated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Iterator, Sized
    from typing import Any

    from keyturn.configuration.config import Config
    from keyturn.console.parsing import Parser
    from keyturn.hints import Sentence
    from keyturn.verbs.setup.kube.plan import Change
    from keyturn.verbs.setup.kube.register import Register

HELP = "let kubectl, helm and k9s use keyturn"
DESCRIPTION = """\
Let kubectl, and whoever else reads its configuration, ask keyturn for the clusters of your kube targets: each of
their contexts gets a user that runs keyturn's helper. The user it had before stays as it is, and --undo brings it
back. Run it again after you have added targets, fetched a kubeconfig anew, or moved keyturn.
"""
EPILOG = """\
--as-kubelogin puts a program `kubelogin` on PATH that takes what that of Azure takes: kubeconfigs of az work as they
are. It has sign-ins of its own, and never uses those of a profile.

examples:
  keyturn setup kube --dry-run
  keyturn setup kube --context contoso-aks
  keyturn setup kube --undo
  keyturn setup kube --all --profile work
  keyturn setup kube --as-kubelogin
"""


def add_arguments(parser: Parser) -> None:
    """What comes after `keyturn setup kube`."""
    parser.add_argument("--context", metavar="NAME", help="this context only (default: those of kube targets)")
    parser.add_argument("--kubeconfig", metavar="FILE", help="change FILE instead of what kubectl reads by itself")
    parser.add_argument("--profile", metavar="NAME", help="use this profile instead of the target's")
    parser.add_argument("--as-kubelogin", action="store_true", help="also be found as Azure's kubelogin (see below)")
    parser.add_argument("--dry-run", action="store_true", help="print what would change, and change nothing")
    parser.add_argument("--all", action="store_true", help="first make every AKS cluster a target (see --discover)")
    parser.add_argument(
        "--discover", action="store_true", help="print targets for the AKS clusters that are none yet"
    )
    parser.add_argument("--check", action="store_true", help="name the contexts that have to be set up again")
    parser.add_argument("--undo", action="store_true", help="give the contexts their former users back")
    parser.add_json()


def run(options: Namespace) -> int:
    """The exit status."""
    if options.as_kubelogin:
        return _stand_in(options)
    plan = Plan(options.kubeconfig, options.context)
    if options.discover:
        return proposals.report(list(discover.proposals(configuration(), plan.files)), as_json=options.json)
    if options.check:
        return _check(plan, options)
    if options.undo:
        plan.undo()
    else:
        plan.ask_keyturn(_with_all(plan, options) if options.all else configuration(), options.profile)
    if not options.dry_run:
        plan.carry_out(undoing=options.undo)
    _report(plan, options)
    return 0


def _with_all(plan: Plan, options: Namespace) -> Config:
    """The configuration with every cluster of AKS as a target, but those whose profile nobody can tell."""
    from keyturn.editing.config_document import ConfigDocument  # noqa: PLC0415 - slow to import

    document = ConfigDocument(config_file())
    for proposal in discover.proposals(document.config, plan.files):
        profile = options.profile or proposal.profile
        if profile == proposals.ANY:
            told = f"nothing tells the profile for {proposal.place}, of {proposal.why}"
            plan.warnings.append((told, moves.clients.form(proposal.line())))
        else:
            document.set(("targets", "kube"), proposal.place, profile)
            plan.notes.append(f"{proposal.place} gets tokens of profile {profile}")
    return parse(config_file(), document.text.encode()) if options.dry_run else document.save()


def targets(config: Config) -> Sized:
    """The clusters that kubectl may ask keyturn for."""
    return config.kube_targets


def unlike(config: Config) -> Iterator[str]:
    """A sentence for each context of a target that does not ask keyturn as it should. Raises what `run` does."""
    plan = Plan(None, None)
    yield from map(_printable, plan.not_asking(config))
    for _, name, user in plan.asking():
        if (why := _wrong(user, plan.register)) is not None:
            yield f"context {_printable(name)} {why}"


def hindrances(config: Config) -> Iterator[Advice]:  # noqa: ARG001 - kubeconfigs are what they are
    """What `run` does not mend: secrets in clear, and a policy of kubectl's own."""
    plan = Plan(None, None)
    for file in plan.files:
        for name in users.with_secrets(file.users):
            told = f"{file.path}: user {_printable(name)} holds a secret that everybody can read who has the file"
            yield Advice(told, moves.secrets.secret_variables())
    for hint in _policies(user for _, _, user in plan.asking()):
        yield Advice("kubectl's policy (kuberc) forbids keyturn's helper", hint)


def _stand_in(options: Namespace) -> int:
    """The kubeconfigs stay as they are: those that run `kubelogin` then run us."""
    if options.undo:
        removed = stand_in.remove()
        for path in removed:
            print(f"keyturn: removed {path}")
        if not removed:
            print("keyturn: nothing to change")
        return 0
    path, notes = stand_in.install()
    print(f"keyturn: {path} is keyturn now: kubeconfigs that run kubelogin get their tokens from it")
    print("keyturn: as with Azure's kubelogin, their flags choose who signs in, and for which cluster is not known")
    for note in notes:
        print(f"keyturn: warning: {note}", file=sys.stderr)
    return 0


def _check(plan: Plan, options: Namespace) -> int:
    """Exit status 1 where there is something to do."""
    for config in plan.files:
        for name in users.with_secrets(config.users):
            told = f"{config.path}: user {_printable(name)} holds a secret that everybody can read who has the file"
            print(f"keyturn: warning: {told}\nkeyturn: hint: {moves.secrets.secret_variables()}", file=sys.stderr)
    asking = list(plan.asking())
    found = [(file.path, name, why) for file, name, user in asking if (why := _wrong(user, plan.register))]
    if options.json:
        print_json(
            {
                "asking": len(asking),
                "outdated": [{"file": str(file), "context": name, "why": why} for file, name, why in found],
            }
        )
    else:
        for file, name, why in found:
            print(f"keyturn: {file}: context {_printable(name)} {why}")
        if not found:
            print(
                f"keyturn: {'every context that asks keyturn is up to date' if asking else 'no context asks keyturn'}"
            )
    if asking and not found:
        return 0
    for hint in _policies(user for _, _, user in asking):
        print(f"keyturn: hint: {hints.printed(hint)}", file=sys.stderr)
    print(f"keyturn: hint: {hints.printed(hints.set_up('kube'))}", file=sys.stderr)
    return 1


def _wrong(user: dict[str, Any], register: Register) -> str | None:
    """What has to be done about a user of ours; what setting it up again cures comes first."""
    if (why := outdated(user, register)) is not None:
        return why
    program = str(user["exec"]["command"])
    return None if kuberc.forbids(program) is None else f"may not run {program}: kubectl's policy forbids it"


def _report(plan: Plan, options: Namespace) -> None:
    changes = list(plan.changes())
    stanzas = [{"exec": stanza} for file in plan.files for stanza in file.added.values()]
    forbidden = [("kubectl's policy (kuberc) forbids keyturn's helper", hint) for hint in _policies(stanzas)]
    for sentence, hint in [*plan.warnings, *forbidden]:
        print(
            f"keyturn: warning: {_printable(sentence)}\nkeyturn: hint: {_printable(hints.printed(hint))}",
            file=sys.stderr,
        )
    if options.json:
        added = {name: stanza for file in plan.files for name, stanza in file.added.items()}
        listed = [change._asdict() | {"file": str(change.file)} for change in changes]
        print_json({"dry_run": options.dry_run, "changes": listed, "users": added, "notes": plan.notes})
        return
    for change in changes:
        print(f"keyturn: {'would change ' if options.dry_run else ''}{_printable(_sentence(change))}")
    for note in plan.notes:
        print(f"keyturn: {_printable(note)}")
    if not changes:
        print("keyturn: nothing to change")
    if options.dry_run:
        for name, stanza in {name: stanza for file in plan.files for name, stanza in file.added.items()}.items():
            print(*text.user_lines(name, stanza), sep="\n")


def _policies(asking: Iterable[dict[str, Any]]) -> list[Sentence]:
    """How to let kubectl run each program of ours that it must not, by the very path in the kubeconfig."""
    programs = dict.fromkeys(str(user["exec"]["command"]) for user in asking)
    return [moves.clients.allow_plugin(program) for program in programs if kuberc.forbids(program) is not None]


def _sentence(change: Change) -> str:
    told = f"{change.file}: context {change.context} with user {change.after}"
    if change.before == change.after:
        return told
    return f"{told} again" if change.is_back else f"{told} instead of {change.before or 'none'}"


def _printable(text: str) -> str:
    """A kubeconfig may be somebody else's, names and all."""
    return "".join(character if character.isprintable() else "?" for character in text)
