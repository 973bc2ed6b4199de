"""What verbs need of the configuration itself, without asking a daemon."""

from __future__ import annotations

import gc
import os
import sys

from keyturn import hints
from keyturn.errors import UsageError
from keyturn.reach.paths import config_file, config_path
from keyturn.signals import PutOff

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.config import Config

LATER = ("ipaddress", "msgspec.inspect", "ntpath", "textwrap")
"""What is imported on the way to a configuration, and wanted by nobody there."""


def configuration() -> Config:
    """The configuration of this environment. Raises ConfigError."""
    gc.disable()  # what is loaded now stays to the end, and is not looked through for garbage forty times
    with PutOff():  # it clears whatever is raised as it is loaded: Ctrl-C would go unheard
        _load_msgspec()
    # A verb that asks the daemon for a named profile reads no configuration: `keyturn run` stands before every call.
    from keyturn.configuration.config import load  # noqa: PLC0415

    gc.freeze()
    gc.enable()
    return load(config_file())


def _load_msgspec() -> None:
    """Without its help for the types of an older Python, which loads `inspect`: half of what all of it takes.

    And without what it loads to describe types, and urllib and pathlib for the addresses and the paths of others.
    """
    from keyturn.later import Later, load_msgspec  # noqa: PLC0415 - as all of this

    spare = "typing_extensions"
    sys.modules.setdefault(spare, None)  # type: ignore[arg-type] # "not found" (language reference 5.3.1)
    for name in LATER:
        sys.modules.setdefault(name, Later(name))
    load_msgspec()
    if sys.modules[spare] is None:
        del sys.modules[spare]  # others may want it


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
    error = UsageError(f"which profile: {', '.join(known)}?", hints.for_profile(command, known[0]))
    error.lacking = ("--profile", known[0]) if command.endswith(" --profile") else (known[0],)
    raise error
