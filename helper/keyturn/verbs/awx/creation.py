"""What `keyturn awx new-token` would create, and where: known before anything is sent."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from keyturn import hints
from keyturn.configuration.named import profile_named
from keyturn.configuration.profiles.described import changed, described
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.console.configured import configuration
from keyturn.errors import UsageError
from keyturn.verbs.awx import asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any

PROGRAM = "keyturn awx new-token"


class Creation(NamedTuple):
    """A token to be created as `profile` says, with `scope`; `body` asks the daemon for it, but for the password."""

    profile: AwxProfile
    scope: str
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
        return f"a {kind} of {profile.username or 'yours'} at {profile.url}, scope {self.scope}{described_as}"

    def facts(self) -> dict[str, Any]:
        """For programs."""
        names = ("url", "username", "application", "description")
        return {**{name: getattr(self.profile, name) for name in names}, "scope": self.scope}


def creation(options: Namespace) -> Creation:
    """What the command line asks for. Raises UsageError and ConfigError."""
    _place(options)
    own = {name: getattr(options, name) for name in ("url", "username", "ca_file")}
    given = {name: value for name, value in own.items() if value is not None}
    if given and options.profile is not None:
        raise UsageError("a profile has its own url, username and ca_file", hints.usage(PROGRAM))
    scope = asking.scope(options.scope, PROGRAM)
    if given:
        return _of_nobody_known(given, options, scope)
    return _of_a_profile(options, scope)


def _place(options: Namespace) -> None:
    """What the positional word is: a number is the application, as the cmdlet takes it, a name the profile."""
    word = options.which
    if word is None:
        return
    if word.isascii() and word.isdecimal():
        if options.application is not None:
            raise UsageError("an application was given twice", hints.usage(PROGRAM))
        options.application = asking.number(word)
    elif options.profile is not None:
        raise UsageError("--application: expected the id of an application", hints.usage(PROGRAM))
    else:
        options.profile = word
        profile_named(configuration(), word)  # or the line below would repeat what may be a secret
        print(f"keyturn: {word} is taken for a profile; --profile {word} says so in every version", file=sys.stderr)


def _of_a_profile(options: Namespace, scope: str | None) -> Creation:
    name = asking.profile_of(options.profile, PROGRAM)
    profile = profile_named(configuration(), name)
    if not isinstance(profile, AwxProfile):
        raise UsageError(f"profile {name} is not one of an AWX", hints.profiles())
    changes = _changes(options)
    body = {"named": name, "profile": changes, "name": options.name, "scope": scope}
    return Creation(changed(profile, changes), scope or profile.scope, body)


def _of_nobody_known(given: dict[str, Any], options: Namespace, scope: str | None) -> Creation:
    table = {"flow": "password", **given, **_changes(options)}
    if "ca_file" in table:
        table["ca_file"] = str(Path(table["ca_file"]).absolute())
    body = {"profile": table, "name": options.name, "scope": scope}
    return Creation(described(table, "awx"), scope or "write", body)


def _changes(options: Namespace) -> dict[str, Any]:
    names = ("application", "description")
    changes = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    return {**changes, "application": None} if options.personal and options.application is None else changes
