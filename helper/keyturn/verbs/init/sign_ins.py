"""Who signs in: the secrets that are read before anything is written, and the sign-ins once it is."""

from __future__ import annotations

from keyturn import hints
from keyturn.verbs import secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable

    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile

WITH_SECRET = {"client-secret", "confidential-browser"}
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


def sign_in(profile: Profile, given: str | None) -> None:
    """`given`: the secret to be entrusted first. Raises what `keyturn login` does."""
    from keyturn.verbs.login import command as login  # noqa: PLC0415 - only once there is something to sign in to

    if given is not None:
        secret.entrust(profile, given)
    login.run([profile.name])
