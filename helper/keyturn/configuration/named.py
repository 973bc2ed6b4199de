"""Profiles by their names, and what to say where there is none of that name."""

from __future__ import annotations

from keyturn import hints, moves
from keyturn.configuration.tables import nearest
from keyturn.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile


def profile_named(config: Config, name: str, *, written: bool = False) -> Profile:
    """The profile `name`. Raises ConfigError when there is none.

    What is like no name there is not repeated: somebody may have typed a password in its place. Nobody has where it
    was `written` into another program's configuration.
    """
    profile = config.profiles.get(name)
    if profile is not None:
        return profile
    if not config.profiles:
        raise no_profile(config)
    meant = nearest(name, config.profiles.keys())
    told = f"profile {name}" if meant or written else "profile of that name"
    error = ConfigError(f"there is no {told} in {config.source}", hints.profile(meant) if meant else hints.profiles())
    error.mistyped = (name, meant) if meant else None
    raise error


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
    return ConfigError(f"there is no profile in {config.source}", moves.configuration.write_configuration())


def no_target(config: Config, table: str, example: str, told: str = "") -> ConfigError:
    """Why there is no target in `table` (git, docker, kube): without a profile there cannot be any.

    example: what a target could be called; told: what else there is to say.
    """
    if not config.profiles:
        return no_profile(config)
    profile = next(iter(config.profiles)) if len(config.profiles) == 1 else "PROFILE"
    hint = moves.configuration.add(f'"{example}" = "{profile}"', f"[targets.{table}]", str(config.source))
    return ConfigError(f"{config.source} has no {table} targets{told}", hint)
