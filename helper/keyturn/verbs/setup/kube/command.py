"""`keyturn setup kube`."""

from __future__ import annotations

import sys

from keyturn import hints, moves
from keyturn.configuration.config import parse
from keyturn.configuration.named import no_profile
from keyturn.console.configured import configuration
from keyturn.errors import Refused, UsageError
from keyturn.reach.paths import config_file
from keyturn.verbs.setup import proposals
from keyturn.verbs.setup.kube import agreement, checking, discover, refusals, report, stand_in
from keyturn.verbs.setup.kube.checking import hindrances, unlike
from keyturn.verbs.setup.kube.plan import Plan
from keyturn.verbs.setup.kube.register import Register

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sized

    from keyturn.configuration.config import Config
    from keyturn.console.parsing import Parser

__all__ = ["DESCRIPTION", "EPILOG", "HELP", "add_arguments", "hindrances", "is_set_up", "run", "targets", "unlike"]

HELP = "let kubectl, helm and k9s use keyturn"
DESCRIPTION = """\
Let kubectl, and whoever else reads its configuration, ask keyturn for the clusters of your kube targets: each of
their contexts gets a user that runs keyturn's helper. The user it had before stays as it is, and --undo brings it
back, in each kubeconfig that --kubeconfig once named, too. Run it again after you have added targets, fetched a
kubeconfig anew, or moved keyturn.
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
    """The exit status: 1 where something was asked for that was not done, be the rest as it may."""
    if options.as_kubelogin:
        return _stand_in(options)
    if options.check:
        return checking.run(options)
    if options.undo:
        return _undo(options)
    plan = Plan(options.kubeconfig, options.context)
    if options.discover:
        return proposals.report(list(discover.proposals(configuration(), plan.files)), as_json=options.json)
    config = _with_all(plan, options) if options.all else configuration()
    if not plan.ask_keyturn(config, options.profile, looks=options.dry_run):
        _check_others(plan, config, options)
    if not options.dry_run:
        plan.carry_out(undoing=False)
    report.show([plan], options)
    return int(bool(plan.warnings) and not options.dry_run)


def _check_others(plan: Plan, config: Config, options: Namespace) -> None:
    """Raises ConfigError and UsageError for what is missing, unless a kubeconfig that was named before has it."""
    known = [] if options.kubeconfig or options.context else Register().elsewhere(plan.files)
    if not any(list(Plan(str(file), None).asking()) for file in known):
        for sentence, hint in plan.warnings:  # of `--all`: why nothing has become a target
            raise UsageError(sentence, hint)
        raise refusals.nothing_to_do(config, plan.files, list(plan.servers()))


def _undo(options: Namespace) -> int:
    """In kubectl's files first, then in each that was named before: one by one, as they share a record."""
    plans = [Plan(options.kubeconfig, options.context)]
    others = [] if options.kubeconfig or options.context else plans[0].register.elsewhere(plans[0].files)
    for file in (None, *others):
        if file is not None:
            plans.append(Plan(str(file), None))
        plans[-1].undo()
        if not options.dry_run:
            plans[-1].carry_out(undoing=True)
    report.show(plans, options)
    return 0


def _check_agreed(plan: Plan, options: Namespace) -> None:
    """Raises Refused where `--all` would be the choice of a kubeconfig that nobody has agreed to."""
    files = [file.path for file in plan.files]
    if options.kubeconfig is not None or agreement.is_own(path.parent for path in files):
        return
    typed = ["--profile", options.profile] if options.profile else []
    named = hints.set_up("kube", "--all", *typed, "--kubeconfig", str(files[0]) if len(files) == 1 else "FILE")
    if not agreement.given("every AKS cluster becomes a target", files, moves.clients.name_kubeconfig(named)):
        raise Refused("nothing was changed", named)


def _with_all(plan: Plan, options: Namespace) -> Config:
    """The configuration with every cluster of AKS as a target, but those whose profile nobody can tell.

    Raises Refused where that is the choice of a kubeconfig that nobody has agreed to, ConfigError without a profile.
    """
    from keyturn.editing.config_document import ConfigDocument  # noqa: PLC0415 - slow to import

    document = ConfigDocument(config_file())
    if not document.config.profiles:
        raise no_profile(document.config)
    found = list(discover.proposals(document.config, plan.files))
    if found and not options.dry_run:
        _check_agreed(plan, options)
    chosen = {proposal.place: options.profile or proposal.profile for proposal in found}
    if unclear := [place for place, profile in chosen.items() if profile == proposals.ANY]:
        named = ["--kubeconfig", options.kubeconfig] if options.kubeconfig else []
        told = f"nothing tells the profile for {refusals.listed(unclear)}"
        plan.warnings.append((told, hints.set_up("kube", "--discover", *named)))
    for place, profile in chosen.items():
        if place not in unclear:
            document.set(("targets", "kube"), place, profile)
            plan.notes.append(f"{place} gets tokens of profile {profile}")
    return parse(config_file(), document.text.encode()) if options.dry_run else document.save()


def targets(config: Config) -> Sized:
    """The clusters that kubectl may ask keyturn for."""
    return config.kube_targets


def is_set_up() -> bool:
    """Whether there is something to undo."""
    return bool(Register().elsewhere([]))


def _stand_in(options: Namespace) -> int:
    """The kubeconfigs stay as they are: those that run `kubelogin` then run us."""
    if options.undo:
        removed = stand_in.remove()
        for path in removed:
            print(f"keyturn: removed {path}")
        if not removed:
            print("keyturn: kubelogin: nothing to change")
        return 0
    path, notes = stand_in.install()
    print(f"keyturn: {path} is keyturn now: kubeconfigs that run kubelogin get their tokens from it")
    print("keyturn: as with Azure's kubelogin, their flags choose who signs in, and for which cluster is not known")
    for note in notes:
        print(f"keyturn: warning: {note}", file=sys.stderr)
    if (advice := stand_in.forbidden(path)) is not None:
        report.warn(*advice)
    return 0
