"""What verbs need of the configuration itself, without asking a daemon."""

from __future__ import annotations

import os

from keyturn import hints
from keyturn.errors import UsageError
from keyturn.reach.paths import config_file, config_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.config import Config


def configuration() -> Config:
    """The configuration of this environment. Raises ConfigError."""
    # A verb that asks the daemon for a named profile reads no configuration: `keyturn run` stands before every call.
    from keyturn.configuration.config import load  # noqa: PLC0415

    return load(config_file())


def named_or_only(name: str | None, command: str, provider: str | None = None) -> str:
    """`name`, else the name of the only profile, of those of `provider` if that is given.

    Raises UsageError where there are several, ConfigError where there is none or no configuration at all: no daemon
    has to be started to say that.
    """
    if name is not None and os.path.exists(config_path()):  # noqa: PTH110 - see above
        return name
    config = configuration()
    known = [profile.name for profile in config.profiles.values() if provider in {None, profile.provider}]
    if not known:
        from keyturn.configuration.named import no_profile  # noqa: PLC0415 - see above

        raise no_profile(config, provider)
    if len(known) == 1 and name is None:
        return known[0]
    raise UsageError(f"which profile: {', '.join(known)}?", hints.for_profile(command, known[0]))
