"""What verbs need of the configuration itself, without asking a daemon."""

from __future__ import annotations

from keyturn.configuration.config import load
from keyturn.configuration.tables import did_you_mean
from keyturn.errors import ConfigError, UsageError
from keyturn.reach.paths import config_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile


def configuration() -> Config:
    """The configuration of this environment. Raises ConfigError."""
    return load(config_file())


def profile_named(config: Config, name: str) -> Profile:
    """The profile `name`. Raises ConfigError when there is none."""
    profile = config.profiles.get(name)
    if profile is None:
        hint = did_you_mean(name, config.profiles.keys()) or "keyturn profile list"
        raise ConfigError(f"there is no profile {name} in {config.source}", hint)
    return profile


def named_or_only(name: str | None, command: str) -> str:
    """`name`, else the name of the only profile. Raises UsageError where there are several, or none."""
    if name is not None:
        return name
    config = configuration()
    if len(config.profiles) == 1:
        return next(iter(config.profiles))
    if not config.profiles:
        raise ConfigError(f"there is no profile in {config.source}", f"add [profile.NAME] to {config.source}")
    raise UsageError(f"which profile: {', '.join(config.profiles)}?", f"{command} {next(iter(config.profiles))}")
