"""Profiles by their names, and what to say where there is none of that name."""

from __future__ import annotations

from keyturn import hints, moves
from keyturn.configuration.tables import did_you_mean
from keyturn.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile


def profile_named(config: Config, name: str) -> Profile:
    """The profile `name`. Raises ConfigError when there is none."""
    profile = config.profiles.get(name)
    if profile is not None:
        return profile
    if not config.profiles:
        raise no_profile(config)
    hint = did_you_mean(name, config.profiles.keys()) or hints.profiles()
    raise ConfigError(f"there is no profile {name} in {config.source}", hint)


def no_profile(config: Config, provider: str | None = None) -> ConfigError:
    """Why there is no profile at all, or none of `provider`: a list of them would be a circle."""
    if not config.source.exists():
        return ConfigError(
            f"there is no configuration: {config.source} does not exist", moves.configuration.write_configuration()
        )
    if config.profiles:
        line = f'[profile.NAME] with provider = "{provider}"'
        return ConfigError(
            f"no profile in {config.source} is one of {provider}", moves.configuration.add(line, str(config.source))
        )
    return ConfigError(
        f"there is no profile in {config.source}", moves.configuration.add("[profile.NAME]", str(config.source))
    )


def no_target(config: Config, table: str, example: str, told: str = "") -> ConfigError:
    """Why there is no target in `table` (git, docker, kube): without a profile there cannot be any.

    example: what a target could be called; told: what else there is to say.
    """
    if not config.profiles:
        return no_profile(config)
    profile = next(iter(config.profiles)) if len(config.profiles) == 1 else "PROFILE"
    hint = moves.configuration.add(f'"{example}" = "{profile}"', f"[targets.{table}]", str(config.source))
    return ConfigError(f"{config.source} has no {table} targets{told}", hint)
