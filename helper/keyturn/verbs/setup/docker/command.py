"""`keyturn setup docker`."""

from __future__ import annotations

import sys

from keyturn import hints
from keyturn.configuration.hosts import Place, UnfitName
from keyturn.configuration.named import no_target
from keyturn.configuration.targets.docker import find_docker, registry
from keyturn.configuration.targets.images import registry_of
from keyturn.console.configured import configuration
from keyturn.console.requests import print_json
from keyturn.errors import ConfigError, UsageError, one_line
from keyturn.kinds_of_hints import printed
from keyturn.verbs.setup import proposals
from keyturn.verbs.setup.docker import discover, places
from keyturn.verbs.setup.docker.plan import Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence, Sized

    from keyturn.configuration.config import Config
    from keyturn.console.parsing import Parser
    from keyturn.verbs.setup.advice import Advice

HELP = "let docker, podman, skopeo and helm use keyturn"
DESCRIPTION = """\
Let docker, podman, skopeo and whoever else reads their configuration ask keyturn for the registries of your docker
targets: one entry per registry under credHelpers, in docker's config.json, in containers/auth.json and in helm's.
Where docker has no store for other passwords yet, its default one is named. Nothing else is touched, and --undo
brings back what stood there before. Run it again after you have added targets.
"""
EPILOG = """\
--registries-conf writes a drop-in of containers' registries.conf: podman, skopeo and buildah then ask keyturn for
every registry, their logout reaches it, and a new target needs no further set-up for them.

examples:
  keyturn setup docker --dry-run
  keyturn setup docker contoso.azurecr.io
  keyturn setup docker --discover
  keyturn setup docker --undo
"""


def add_arguments(parser: Parser) -> None:
    """What comes after `keyturn setup docker`."""
    parser.add_argument("hosts", metavar="HOST", nargs="*", help="the login server of a docker target (default: all)")
    parser.add_argument(
        "--discover", action="store_true", help="print targets for the Azure registries in your files"
    )
    parser.add_argument(
        "--registries-conf", action="store_true", help="also let podman and skopeo ask for every registry (see below)"
    )
    parser.add_argument("--dry-run", action="store_true", help="print what would change, and change nothing")
    parser.add_argument("--undo", action="store_true", help="bring back what was there, for all registries or HOST")
    parser.add_json()


def run(options: Namespace) -> int:
    """The exit status."""
    if options.discover:
        found = list(discover.proposals(configuration(), places.files()))
        return proposals.report(found, as_json=options.json)
    if options.undo:
        plan = _undoing([_normal(word) for word in options.hosts])
    else:
        plan = _asking(configuration(), options.hosts, for_all=options.registries_conf)
    if not options.dry_run:
        plan.carry_out()
    _report(plan, options)
    return 0


def targets(config: Config) -> Sized:
    """The registries that docker may ask keyturn for."""
    return config.docker_targets


def is_set_up() -> bool:
    """Whether there is something to undo. Raises Refused where that cannot be read."""
    return bool(_undoing([]).changes)


def unlike(config: Config) -> Iterator[str]:
    """A sentence for each entry that has to be written. Raises what `run` does."""
    return (change.lack() for change in _asking(config, [], for_all=False).changes)


def hindrances(config: Config) -> list[Advice]:
    """What keeps docker and its like from asking keyturn, however it is set up. Raises what `run` does."""
    return _asking(config, [], for_all=False).advice


def _asking(config: Config, hosts: Sequence[str], *, for_all: bool) -> Plan:
    """Our helper for all docker targets and for nothing else, or for `hosts` too."""
    plan, login_servers = Plan(), _chosen(config, hosts)
    plan.ask_keyturn(login_servers)
    if not hosts:
        plan.keep_to(login_servers)
    plan.ask_for_all(wanted=for_all)
    return plan


def _undoing(login_servers: Sequence[str]) -> Plan:
    """Our helper taken out for `login_servers`, or everywhere."""
    plan = Plan()
    plan.undo(login_servers)
    plan.give_up_drop_ins(login_servers)
    return plan


def _chosen(config: Config, words: Sequence[str]) -> list[str]:
    """The login servers of all docker targets, or of those that `words` name, each once."""
    if not config.docker_targets:
        raise _without_target(config)
    if not words:
        return [target.login_server for target in config.docker_targets]
    found = []
    for word in words:
        name = _normal(word)
        target = find_docker(config.docker_targets, name)
        if target is None:
            raise UsageError(f"{name} is no docker target", hints.targets())
        found.append(target.login_server)
    return list(dict.fromkeys(found))


def _without_target(config: Config) -> ConfigError:
    error = no_target(config, "docker", "REGISTRY.azurecr.io")
    if config.profiles and any(discover.proposals(config, places.files())):
        return ConfigError(error.sentence, hints.set_up("docker", "--discover"))
    return error


def _normal(word: str) -> str:
    """`word` as a login server is written. Raises UsageError."""
    try:
        return (registry_of(word) or Place(*registry(word))).netloc
    except UnfitName as error:
        raise UsageError(f"HOST: {error}", hints.usage("keyturn setup docker")) from None


def _report(plan: Plan, options: Namespace) -> None:
    if options.json:
        changes = [change._asdict() | {"file": str(change.file)} for change in plan.changes]
        warnings = [{"sentence": advice.sentence, "hint": printed(advice.hint)} for advice in plan.advice]
        print_json({"dry_run": options.dry_run, "changes": changes, "warnings": warnings})
        return
    for change in plan.changes:
        print(f"keyturn: {'would change ' if options.dry_run else ''}{one_line(change.sentence())}")
    if not plan.changes:
        print("keyturn: docker: nothing to change")
    for advice in plan.advice:
        told, hint = one_line(advice.sentence), one_line(printed(advice.hint))
        print(f"keyturn: warning: {told}\nkeyturn: hint: {hint}", file=sys.stderr)
