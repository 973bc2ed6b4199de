"""What `init` will write: a profile, unless there is a fitting one, and its targets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import msgspec

from keyturn import hints, moves
from keyturn.configuration.profiles.described import described
from keyturn.configuration.profiles.flows.applications import WorkloadIdentity
from keyturn.configuration.profiles.flows.people import Browser, ConfidentialBrowser
from keyturn.configuration.profiles.flows.sign_in_page import SignInPage
from keyturn.configuration.profiles.identity import DEFAULT_CLOUD
from keyturn.console import browser
from keyturn.errors import Refused, UsageError
from keyturn.verbs.init.fitting import check_profile
from keyturn.verbs.init.places import PROTOCOLS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.entra import EntraProfile
    from keyturn.configuration.profiles.flows.awx import AwxFlow
    from keyturn.configuration.profiles.flows.entra import EntraFlow
    from keyturn.configuration.profiles.profile import Profile
    from keyturn.editing.config_document import ConfigDocument, Value
    from keyturn.verbs.init.places import Place

AZURE_CLI = "preset:azure-cli"
"""An application that every tenant knows: nobody has to register one to begin with."""


class Proposal(NamedTuple):
    """`keys`: those of the new table [profile.NAME]; empty where the profile is there already."""

    profile: str
    keys: dict[str, str | bool]
    place: Place
    target: Value
    former: str | None = None
    """Whose target it has been until now; empty where only others of its tool were there, None where none was."""
    stands: bool = False
    """Whether the target is there as it is wanted: it may have more to it, scopes for instance."""
    doubt: str = ""
    """What speaks against the profile, where it is there already."""

    @property
    def table(self) -> tuple[str, ...]:
        """The table of the target; empty for an AWX, which is none."""
        return () if self.place.service == "awx" else ("targets", PROTOCOLS[self.place.service])

    def write(self, document: ConfigDocument) -> None:
        """Put it into `document`."""
        for key, value in self.keys.items():
            document.set(("profile", self.profile), key, value)
        if self.table and not self.stands:
            document.set(self.table, self.place.key, self.target)

    def tables(self) -> Iterator[tuple[str, list[str]]]:
        """Headers and lines, as config.toml will have them."""
        if self.keys:
            lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in self.keys.items()]
            yield f"[profile.{self.profile}]", lines
        if self.table and not self.stands:
            yield f"[{'.'.join(self.table)}]", [f'"{self.place.key}" = {self._shown_target()}']

    def _shown_target(self) -> str:
        if isinstance(self.target, dict):
            return "{ " + ", ".join(f'{key} = "{value}"' for key, value in self.target.items()) + " }"
        return f'"{self.profile}"'

    def remarks(self) -> Iterator[str]:
        """What it means for whoever agrees to it."""
        if self.place.is_inside:
            yield f"{self.place.given} is in the registry {self.place.key}: tokens are for all of that"
        if self.place.named_in:
            yield f"{self.place.key} comes from {self.place.named_in}: see that it is the one you mean"
        if self.stands:
            yield f"{self.place.key} is a target of profile {self.profile} already (--profile NAME takes another)"
        elif self.former and self.former != self.profile:
            yield f"{self.place.key} is a target of profile {self.former} until now"
        if self.doubt:
            yield self.doubt
        if self.keys.get("application_id") == AZURE_CLI:
            yield "it signs in as Microsoft's own application Azure CLI: sign-in logs and Conditional Access see that"
            yield "--application-id takes one of your own, and keyturn profile explain tells what that needs"


def propose(config: Config, place: Place, options: Namespace, *, tenant: str, environment: str) -> Proposal:
    """What to write for `place`, from the options and from what was found out."""
    keys = _awx_keys(place, options) if place.service == "awx" else _entra_keys(options, tenant, environment)
    wanted = _described(keys)
    check_profile(wanted, options)
    same = next((profile for profile in config.profiles.values() if _is_it(profile, wanted)), None)
    named: str | None = options.profile
    if same is not None and named in {None, same.name}:
        return propose_target(place, same.name, options)
    if named in config.profiles:
        raise Refused(f"there is a profile {named} already, which signs in otherwise", hints.profile(str(named)))
    name = named or _free_name(config, "awx" if place.service == "awx" else "work")
    return Proposal(name, keys, place, _target(place, name, options))


def same_application(profile: EntraProfile, options: Namespace) -> bool:
    """Whether `profile` signs in through the application that the options mean; the flow may be another."""
    wanted = _described(_entra_keys(options, profile.tenant, ""))
    return (profile.authority, profile.client_id) == (wanted.authority, wanted.client_id)


def propose_target(place: Place, profile: str, options: Namespace) -> Proposal:
    """What to write for `place` where `profile` signs in there as it is."""
    return Proposal(profile, {}, place, _target(place, profile, options))


def _described(keys: dict[str, str | bool]) -> Profile:
    try:
        return described(keys, "awx") if keys["provider"] == "awx" else described(keys, "entra")
    except UsageError as error:
        sentence = error.sentence.replace("--username: ", "--account: ", 1)  # as it is called here
        raise UsageError(sentence, hints.usage("keyturn init")) from None


def _entra_keys(options: Namespace, tenant: str, environment: str) -> dict[str, str | bool]:
    environment = options.environment or environment
    wishes = {
        "provider": "entra",
        "flow": options.flow or _usual_flow(options),
        "tenant": tenant,
        "application_id": options.application_id or AZURE_CLI,
        "environment": environment if environment != DEFAULT_CLOUD else None,
        "authority": options.authority,
        "account": options.account,
        "certificate": _path(options.certificate),
        "send_x5c": options.send_x5c,
        "federated_token_file": _path(options.federated_token_file),
        "service_connection": options.service_connection,
        "ca_file": _path(options.ca_file),
    }
    return {key: value for key, value in wishes.items() if value}


def _path(typed: str | None) -> str | None:
    """As config.toml takes it: what is typed is meant from here, and config.toml lies elsewhere."""
    return typed if typed is None or typed.startswith("~") else str(Path(typed).absolute())


def _usual_flow(options: Namespace) -> str:
    if options.certificate:
        return "client-certificate"
    return "browser" if browser.is_here() else "device-code"


def _awx_keys(place: Place, options: Namespace) -> dict[str, str | bool]:
    flow = options.flow or "password"
    if flow == "password" and not options.account:
        what_helps = moves.configuration.name_it(options.again, "--account", "NAME")
        raise UsageError("your user name there is needed", what_helps)
    wishes = {
        "provider": "awx", "flow": flow, "url": place.key, "username": options.account,
        "ca_file": _path(options.ca_file),
    }  # fmt: skip
    return {key: value for key, value in wishes.items() if value}


def _target(place: Place, profile: str, options: Namespace) -> Value:
    service = options.service
    return profile if service is None or place.names_its_service else {"profile": profile, "service": service}


def _is_it(profile: Profile, wanted: Profile) -> bool:
    """Whether `profile` is the sign-in that is wanted, so that a second one would be the same twice."""
    if (profile.authority, profile.client_id, _who(profile)) != (wanted.authority, wanted.client_id, _who(wanted)):
        return False
    return getattr(profile, "account", None) == getattr(wanted, "account", None)


def _who(profile: Profile) -> EntraFlow | AwxFlow:
    """The flow but for what it asks of the sign-in page, or whom a job may ask: how it is done, not by whom."""
    flow = profile.flow
    if isinstance(flow, WorkloadIdentity):
        return msgspec.structs.replace(flow, federation=msgspec.structs.replace(flow.federation, hosts=()))
    return (
        msgspec.structs.replace(flow, page=SignInPage()) if isinstance(flow, Browser | ConfidentialBrowser) else flow
    )


def _free_name(config: Config, wish: str) -> str:
    names = (wish, *(f"{wish}{number}" for number in range(2, len(config.profiles) + 3)))
    return next(name for name in names if name not in config.profiles)
