"""Who signs in, asked at the terminal where the command line leaves it open."""

from __future__ import annotations

import sys

from keyturn import hints
from keyturn.configuration.hosts import https_url
from keyturn.configuration.profiles.entra import EntraProfile
from keyturn.configuration.targets import git
from keyturn.console import person
from keyturn.console.profile_texts import target_name
from keyturn.errors import UsageError
from keyturn.folding import folded, width_of
from keyturn.reach import client
from keyturn.verbs.init.places import PROTOCOLS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from keyturn.configuration.config import Config
    from keyturn.configuration.targets.entries import Protocol
    from keyturn.configuration.targets.target import Target
    from keyturn.verbs.init.places import Place, Service

WHO = (
    "tenant", "subscription", "flow", "application_id", "certificate", "secret", "environment", "authority",
    "account", "ca_file",
)  # fmt: skip
"""Options that say who signs in, other than by a profile's name."""
NUMBERS = ("1", "2", "3")
CHOICES = """\
1  you, through Microsoft's own application Azure CLI: nothing has to be registered, its policies apply, logs name it
2  you, through an application of your own
3  an application by itself (a service principal), with a secret or a certificate
   (keyturn profile explain tells what an application of your own needs)
"""


def standing(config: Config, place: Place) -> Target | None:
    """The target that this very place is already."""
    tables: dict[Service, Iterable[Target]] = {
        "aks": config.kube_targets, "acr": config.docker_targets,
    }  # fmt: skip
    if place.service == "azure-devops":  # an organization in any case of its letters
        return config.git_targets.by_place.get(git.folded(https_url(place.key)))
    return next((target for target in tables.get(place.service, ()) if target_name(target) == place.key), None)


def as_written(config: Config, place: Place) -> Place:
    """`place` by the name that it has in the configuration, where it is there."""
    target = standing(config, place)
    return place if target is None else place._replace(key=target_name(target))


def named(config: Config, place: Place, options: Namespace) -> str | None:
    """The profile of Entra ID that the options name and say nothing else of, or whose target the place is already.

    It stays as it is.
    """
    target = standing(config, place)
    profile = config.profiles.get(options.profile or (target.profile if target else ""))
    if profile is None or profile.provider != "entra" or place.service == "awx":
        return None
    return None if _says_who(options) else profile.name


def _says_who(options: Namespace) -> bool:
    return any(getattr(options, option) is not None for option in WHO)


def ask_who(options: Namespace, config: Config, places: Sequence[Place]) -> None:
    """Ask for what is not said and cannot be found out, unless nobody is there to be asked, or nothing is open."""
    if options.yes or not places or not client.has_terminal():
        return
    tools = {PROTOCOLS[place.service] for place in places if place.service != "awx"}
    if tools:
        _ask_for_entra(options, offered_profiles(options, config, tools))
    elif options.account is None and options.flow in {None, "password"}:
        options.account = person.ask_line("your user name there: ") or None


def offered_profiles(options: Namespace, config: Config, tools: AbstractSet[Protocol]) -> dict[str, EntraProfile]:
    """The profiles that are there for it as they are, unless the options say already who signs in."""
    if options.profile is not None or _says_who(options):
        return {}
    entra = (profile for profile in config.profiles.values() if isinstance(profile, EntraProfile))
    return {each.name: each for each in entra if tools <= each.protocols and each.name not in NUMBERS}


def _ask_for_entra(options: Namespace, offered: Mapping[str, EntraProfile]) -> None:
    """`offered`: profiles by their names; the only one is what nothing entered means."""
    if options.flow is not None or options.application_id is not None:
        return
    print("keyturn: who signs in?")
    profiles = [f"{name}  as for its other places: {_described(each)}" for name, each in offered.items()]
    for choice in (*profiles, *CHOICES.splitlines()):
        print(folded(f"  {choice}", width_of(sys.stdout), " " * 5), flush=True)
    usual = next(iter(offered)) if len(offered) == 1 else "1"
    question = f"1, 2, 3 or a profile [{usual}]: " if offered else f"1, 2 or 3 [{usual}]: "
    answer = person.ask_fitting(question, {*NUMBERS, *offered}.__contains__, "one of these") or usual
    if answer in offered:
        options.profile = answer
    elif answer != "1":
        _ask_for_application(options, itself=answer == "3")


def _described(profile: EntraProfile) -> str:
    return ", ".join(filter(None, (profile.flow.name, profile.account, profile.tenant)))


def _ask_for_application(options: Namespace, *, itself: bool) -> None:
    """An application of one's own; itself: no person signs in to it."""
    options.application_id = person.ask_line("its application (client) id: ")
    if not options.application_id:  # Azure CLI's in its place would sign in as what was not chosen
        raise UsageError("the id of an application is needed", hints.verb("profile", "explain"))
    if itself:
        options.certificate = person.ask_line("the file of its certificate and key [it has a secret]: ") or None
        options.flow = "client-certificate" if options.certificate else "client-secret"
