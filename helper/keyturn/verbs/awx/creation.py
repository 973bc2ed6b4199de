"""What `keyturn awx new-token` would create, and where: known before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from keyturn import hints
from keyturn.configuration.named import profile_named
from keyturn.configuration.profiles.described import changed, described
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.console.configured import configuration, named_or_only
from keyturn.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any

PROGRAM = "keyturn awx new-token"


class Creation(NamedTuple):
    """A token to be created as `profile` says; `body` asks the daemon for it, but for the password."""

    profile: AwxProfile
    body: dict[str, Any]

    @property
    def named(self) -> bool:
        """Whether the profile is one of the configuration, whose password the vault may hold."""
        return "named" in self.body

    def sentence(self) -> str:
        """For people."""
        profile = self.profile
        kind = "personal token" if profile.application is None else f"token of application {profile.application}"
        described_as = "" if profile.description is None else f', described as "{profile.description}"'
        return f"a {kind} of {profile.username} at {profile.url}, scope {profile.scope}{described_as}"

    def facts(self) -> dict[str, Any]:
        """For programs."""
        names = ("url", "username", "application", "scope", "description")
        return {name: getattr(self.profile, name) for name in names}


def creation(options: Namespace) -> Creation:
    """What the command line asks for. Raises UsageError and ConfigError."""
    own = {name: getattr(options, name) for name in ("url", "username", "ca_file")}
    given = {name: value for name, value in own.items() if value is not None}
    if given and options.profile is not None:
        raise UsageError("a profile has its own url, username and ca_file", hints.usage(PROGRAM))
    return _of_nobody_known(given, options) if given else _of_a_profile(options)


def _of_a_profile(options: Namespace) -> Creation:
    name = named_or_only(options.profile, PROGRAM, "awx")
    profile = profile_named(configuration(), name)
    if not isinstance(profile, AwxProfile):
        raise UsageError(f"profile {name} is not one of an AWX", hints.profiles())
    changes = _changes(options)
    return Creation(changed(profile, changes), {"named": name, "profile": changes})


def _of_nobody_known(given: dict[str, Any], options: Namespace) -> Creation:
    table = {"flow": "password", **given, **_changes(options)}
    if "ca_file" in table:
        table["ca_file"] = str(Path(table["ca_file"]).absolute())
    return Creation(described(table, "awx"), {"profile": table})


def _changes(options: Namespace) -> dict[str, Any]:
    names = ("application", "scope", "description")
    changes = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    return {**changes, "application": None} if options.personal else changes
