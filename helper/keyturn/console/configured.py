"""What verbs need of the configuration itself, without asking a daemon."""

from __future__ import annotations

from keyturn import hints
from keyturn.configuration.config import load
from keyturn.configuration.named import no_profile
from keyturn.errors import UsageError
from keyturn.reach.paths import config_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.config import Config


def configuration() -> Config:
    """The configuration of this environment. Raises ConfigError."""
    return load(config_file())


def named_or_only(name: str | None, command: str) -> str:
    """`name`, else the name of the only profile. Raises UsageError where there are several, or none."""
    if name is not None:
        return name
    config = configuration()
    if len(config.profiles) == 1:
        return next(iter(config.profiles))
    if not config.profiles:
        raise no_profile(config)
    hint = hints.for_profile(command, next(iter(config.profiles)))
    raise UsageError(f"which profile: {', '.join(config.profiles)}?", hint)
