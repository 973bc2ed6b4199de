"""Who signs in: the secrets that are read before anything is written, and the sign-ins once it is."""

from __future__ import annotations

from keyturn import hints
from keyturn.errors import SignInNeeded
from keyturn.kinds_of_hints import after, printed
from keyturn.reach import client
from keyturn.verbs import secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable

    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile
    from keyturn.kinds_of_hints import Command, Hint

WITH_SECRET = {"client-secret", "confidential-browser", "refresh-token"}
"""Flows of which `init` asks for the secret."""


def read_secrets(config: Config, names: Iterable[str], options: Namespace) -> list[tuple[Profile, str | None]]:
    """The profiles called so, each once and with the secret that it is to be given, if any.

    Raises UsageError and Refused where it cannot be read, or nothing is entered.
    """
    profiles = [config.profiles[name] for name in dict.fromkeys(names)]
    if options.secret is None and options.flow not in WITH_SECRET:
        return [(profile, None) for profile in profiles]
    hint = (*options.again, "--secret", "env:NAME") if options.secret is None else hints.usage("keyturn init")
    return [(profile, secret.read_for(profile, options.secret, hint)) for profile in profiles]


def sign_in(profile: Profile, given: str | None, again: Command) -> None:
    """`given`: the secret to be entrusted first. Raises what `keyturn login` does, with `again` in its place."""
    from keyturn.verbs.login import command as login  # noqa: PLC0415 - only once there is something to sign in to

    if given is not None:
        secret.entrust(profile, given)
    try:
        login.run([profile.name])
    except SignInNeeded as error:
        if error.hint == printed(_at_terminal(hints.login(profile.name))):
            error.hint = printed(_at_terminal(again))
        raise


def _at_terminal(command: Command) -> Hint:
    return command if client.has_terminal() else after("go to a terminal", command)
