"""What starting a daemon takes. Apart from the verbs, because the helper's cold call pays for its imports."""

from __future__ import annotations

from keyturn.errors import KeyturnError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def secret_variables() -> tuple[str, ...]:
    """The environment variables that profiles read their secrets from; none while the configuration is invalid."""
    from keyturn.configuration.trusted import read_trusted  # noqa: PLC0415 - only where a daemon is started
    from keyturn.reach.paths import config_path  # noqa: PLC0415

    file = config_path()
    try:
        content = read_trusted(file) or b""
        return tuple(_named_in(file)) if _may_name_one(content) else ()
    except KeyturnError:
        return ()  # the daemon starts all the same, and says to every request what is wrong


def _may_name_one(content: bytes) -> bool:
    """Whether a key like client_secret_env may stand there: to understand all of it takes longer than the start."""
    return b"_env" in content or b"\\" in content  # TOML may escape any letter of a key


def _named_in(file: str) -> Iterable[str]:
    from pathlib import Path  # noqa: PLC0415 - few name one, and it takes a tenth of a start

    from keyturn.configuration.config import load  # noqa: PLC0415
    from keyturn.configuration.profiles.secrets import InVariable  # noqa: PLC0415

    sources = (
        source
        for profile in load(Path(file)).profiles.values()
        for source in (profile.flow.secret_source, profile.flow.client_secret_source)
    )
    return (source.variable for source in sources if isinstance(source, InVariable))
