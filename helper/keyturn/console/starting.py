"""What starting a daemon takes. Apart from the verbs, because the helper's cold call pays for its imports."""

from __future__ import annotations

from keyturn.errors import KeyturnError


def secret_variables() -> tuple[str, ...]:
    """The environment variables that profiles read their secrets from; none while the configuration is invalid."""
    from keyturn.configuration.config import load  # noqa: PLC0415 - only where a daemon is started
    from keyturn.configuration.profiles.secrets import InVariable  # noqa: PLC0415
    from keyturn.reach.paths import config_file  # noqa: PLC0415

    try:
        profiles = load(config_file()).profiles.values()
    except KeyturnError:
        return ()  # the daemon starts all the same, and says to every request what is wrong
    sources = [
        source for profile in profiles for source in (profile.flow.secret_source, profile.flow.client_secret_source)
    ]
    return tuple(source.variable for source in sources if isinstance(source, InVariable))
