"""`keyturn target`: what the profiles are for."""

from __future__ import annotations

import sys
from urllib.parse import urlsplit

from keyturn import hints
from keyturn.configuration.hosts import without_userinfo
from keyturn.configuration.named import no_profile, profile_named
from keyturn.configuration.profiles.profile import EntraProfile
from keyturn.configuration.targets.git import is_azure_devops
from keyturn.configuration.targets.recognized import recognize
from keyturn.console.configured import configuration
from keyturn.console.look import table
from keyturn.console.parsing import Parser
from keyturn.console.profile_texts import protocol_of, target_name
from keyturn.console.requests import print_json
from keyturn.errors import KeyturnError, Refused, UsageError
from keyturn.kinds_of_hints import printed
from keyturn.reach.paths import config_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Container, Iterator, Mapping, Sequence

    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile
    from keyturn.configuration.targets.entries import Protocol
    from keyturn.configuration.targets.recognized import RecognizedTarget
    from keyturn.configuration.targets.target import Target

PROTOCOLS = ("git", "kube", "docker")
TOOLS: dict[str | None, Protocol] = {"azure-devops": "git", "aks": "kube", "acr": "docker"}
"""Who asks for tokens of a service, where its name tells: anybody may be asked for a plain one."""
DESCRIPTION = """\
Show and change the targets in config.toml: for which places git, kubectl and docker get tokens, and of which profile.
What is added is set up at once, as by `keyturn setup TOOL`; `keyturn setup` takes back what no target needs any more.
"""
EPILOG = """\
examples:
  keyturn target add https://dev.azure.com/contoso work
  keyturn target add contoso.azurecr.io work
  keyturn target add https://git.example/tfs work --service azure-devops
  keyturn target remove contoso.azurecr.io
"""


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn target", description=DESCRIPTION, epilog=EPILOG)
    actions = made.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="list all targets", description="List all targets.").add_json()
    add = actions.add_parser(
        "add", help="add a target, or change one", description="Add or change a target.", epilog=EPILOG
    )
    add.add_argument("place", metavar="URL", help="a URL for git or kubectl, a login server for docker")
    add.add_argument("profile", metavar="PROFILE", help="whose tokens it gets")
    add.add_argument("--protocol", choices=PROTOCOLS, help="where neither place nor service tells (default: git)")
    add.add_argument("--service", metavar="NAME", help="what answers there: azure-devops, aks, acr or plain")
    add.add_argument("--scope", dest="scopes", metavar="SCOPE", action="append", help="what a plain one gets")
    add.add_argument("--no-setup", action="store_true", help="leave the tool's own configuration as it is")
    remove = actions.add_parser("remove", help="remove targets", description="Remove targets.")
    remove.add_argument("places", metavar="URL", nargs="+", help="as `keyturn target list` shows it")
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = parser().parse(arguments)
    {"list": _list, "add": _add, "remove": _remove}[options.action](options)
    return 0


def _list(options: Namespace) -> None:
    config = configuration()
    targets = list(_targets(config))
    if options.json:
        print_json([_facts(target) for target in targets])
        return
    if not targets:
        print(_none(config))
        return
    rows = [(protocol_of(target), target.profile, target_name(target)) for target in targets]
    print(*table(("TOOL", "PROFILE", "TARGET"), rows), sep="\n")


def _none(config: Config) -> str:
    """Why there is nothing to list, with what helps."""
    if not config.profiles:
        error = no_profile(config)
        return f"keyturn: {error.sentence}\nkeyturn: hint: {error.hint}"
    return f"keyturn: no target in {config_file()}\nkeyturn: hint: {printed(hints.usage('keyturn target add'))}"


def _add(options: Namespace) -> None:
    from keyturn.editing.config_document import ConfigDocument  # noqa: PLC0415 - slow to import

    document = ConfigDocument(config_file())
    found = _place(options, document.config)
    profile = profile_named(document.config, options.profile)
    extra = {"service": options.service, "scopes": options.scopes}
    given = {key: value for key, value in extra.items() if value is not None}
    table, key = ("targets", found.protocol), found.key
    before = document.value(table, key)
    kept = before if isinstance(before, dict) else {}  # what is said nothing of here: authtype, a registry's tenant
    _check_told(found, profile, {**kept, **given})
    document.set(table, key, {**kept, "profile": options.profile, **given} if kept or given else options.profile)
    document.save()
    print(f"keyturn: {key} gets tokens of profile {options.profile}")
    if not options.no_setup:
        _set_up(found.protocol, key)


def _check_told(found: RecognizedTarget, profile: Profile, said: Mapping[str, object]) -> None:
    """Raises UsageError where nothing tells what answers at a server that git asks: config.toml has other words.

    said: the target's table, as far as it is told here or stands already.
    """
    told = said.get("service") or said.get("scopes") or is_azure_devops(urlsplit(found.key).hostname or "")
    if found.protocol != "git" or told or not isinstance(profile, EntraProfile):
        return
    sentence = f"what answers at {found.key} has to be said: --service azure-devops, or --scope SCOPE of another"
    service = "--service", "azure-devops"
    error = UsageError(sentence, hints.add_target(found.key, profile.name, *service))
    error.lacking = service
    raise error


def _place(options: Namespace, config: Config) -> RecognizedTarget:
    """The target that is meant. Raises UsageError, also for a place and a profile in the wrong order."""
    known = _known(config)
    protocol = options.protocol or TOOLS.get(options.service) or known.get(options.place)
    if options.place not in config.profiles or options.profile in config.profiles:
        return recognize(options.place, protocol)
    place = recognize(options.profile, protocol).key
    given = {"--protocol": [options.protocol], "--service": [options.service], "--scope": options.scopes or []}
    words = [word for option, values in given.items() for value in values if value for word in (option, value)]
    more = [*words, *(["--no-setup"] if options.no_setup else [])]
    raise UsageError("the place comes first, and then the profile", hints.add_target(place, options.place, *more))


def _set_up(tool: str, place: str) -> None:
    """The target stands even where its tool cannot be set up yet: there may be no kubeconfig of it."""
    from keyturn.verbs.setup import command as setup  # noqa: PLC0415 - only here

    try:
        setup.run([tool, *([] if tool == "kube" else [place])])
    except KeyturnError as error:
        told = f"keyturn: warning: {tool} is not set up: {error.sentence}"
        print(told, *([f"keyturn: hint: {error.hint}"] if error.hint else []), sep="\n", file=sys.stderr)


def _remove(options: Namespace) -> None:
    from keyturn.editing.config_document import ConfigDocument  # noqa: PLC0415 - slow to import

    document = ConfigDocument(config_file())
    known = _known(document.config)
    removed = list(dict.fromkeys(_as_listed(place, known) for place in options.places))
    for place in removed:
        if place not in known:
            shown = f"there is no target {without_userinfo(place)}" if place.isprintable() else "no such target"
            raise Refused(shown, hints.targets())
        document.remove(("targets", known[place]), place)
    document.save()
    print(f"keyturn: no longer a target: {', '.join(removed)}; now: {printed(hints.verb('setup'))}")


def _as_listed(place: str, known: Container[str]) -> str:
    """`place` as it is, else as `target add` would have written it."""
    try:
        return place if place in known else recognize(place).key
    except UsageError:
        return place


def _known(config: Config) -> dict[str, Protocol]:
    """The tools of the targets there are, by name."""
    return {target_name(target): protocol_of(target) for target in _targets(config)}


def _targets(config: Config) -> Iterator[Target]:
    yield from config.git_targets
    yield from config.kube_targets
    yield from config.docker_targets


def _facts(target: Target) -> dict[str, str]:
    return {
        "protocol": protocol_of(target), "target": target_name(target),
        "profile": target.profile, "service": target.service,
    }  # fmt: skip
