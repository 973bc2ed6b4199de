"""`keyturn profile list` and `keyturn profile show`."""

from __future__ import annotations

import sys

from keyturn.configuration.audiences import all_scopes, targets_of
from keyturn.configuration.named import no_profile, profile_named
from keyturn.configuration.profiles.clouds import spoken
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.console.configured import configuration
from keyturn.console.look import table
from keyturn.console.moments import duration
from keyturn.console.profile_texts import details, protocol_of, secret_source, summary, target_name
from keyturn.console.requests import print_json
from keyturn.folding import folded, width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import EntraProfile, Profile

COLUMN = 15


def list_all(*, as_json: bool) -> None:
    """Every profile with its targets. Raises ConfigError."""
    config = configuration()
    profiles = [summary(config, profile) for profile in config.profiles.values()]
    if as_json:
        print_json(profiles)
        return
    if not profiles:
        error = no_profile(config)
        print(f"keyturn: {error.sentence}\nkeyturn: hint: {error.hint}")
        return
    rows = [
        (each["name"], each["flow"], each.get("tenant") or each["url"], ", ".join(each["targets"]) or "-")
        for each in profiles
    ]
    print(*table(("PROFILE", "FLOW", "TENANT OR URL", "TARGETS"), rows, width_of(sys.stdout)), sep="\n")


def show(name: str, *, as_json: bool) -> None:
    """One profile, as lines or as JSON. Raises ConfigError."""
    config = configuration()
    profile = profile_named(config, name)
    if as_json:
        print_json(details(config, profile))
    else:
        width = width_of(sys.stdout)
        for key, text in _lines(config, profile):
            print(folded(f"{key:<{COLUMN}}{text}", width, " " * COLUMN))


def _lines(config: Config, profile: Profile) -> Iterator[tuple[str, str]]:
    yield "profile", profile.name
    yield "provider", profile.provider
    yield "flow", f"{profile.flow.name} ({secret_source(profile)})"
    yield from _awx(profile) if isinstance(profile, AwxProfile) else _entra(profile)
    if profile.ca_file:
        yield "ca_file", profile.ca_file
    yield "protocols", " ".join(sorted(profile.protocols))
    yield from _listed("may ask for", [spoken(scopes) for scopes in all_scopes(config, profile.name)])
    yield from _targets(config, profile)


def _entra(profile: EntraProfile) -> Iterator[tuple[str, str]]:
    if profile.application_id:
        yield "application", profile.application_id
    yield "authority", profile.authority
    if profile.account:
        yield "account", profile.account


def _awx(profile: AwxProfile) -> Iterator[tuple[str, str]]:
    yield "url", profile.url
    if profile.username:
        yield "username", profile.username
    yield "token", f"{_kind(profile)}, scope {profile.scope}, replaced after {duration(profile.max_age)}"
    if profile.description:
        yield "description", profile.description
    if profile.flow.keeps_typed:
        yield "password", "entrusted to the vault when it is typed"


def _kind(profile: AwxProfile) -> str:
    return "personal" if profile.application is None else f"of application {profile.application}"


def _targets(config: Config, profile: Profile) -> Iterator[tuple[str, str]]:
    targets = list(targets_of(config, profile.name))
    for protocol in dict.fromkeys(map(protocol_of, targets)):
        ours = [target for target in targets if protocol_of(target) == protocol]
        yield from _listed(f"{protocol} targets", [f"{target_name(target)} ({target.service})" for target in ours])
    if not targets:
        yield "targets", "none"


def _listed(name: str, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    for number, text in enumerate(texts or ["nothing"]):
        yield ("" if number else name), text
