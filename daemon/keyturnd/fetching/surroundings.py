"""What a caller's job or machine tells it, for profiles whose identity is that of their surroundings.

And what the daemon's own environment tells of the network.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from keyturn import moves
from keyturn.configuration.settings import VARIABLES
from keyturn.errors import ConfigError, VariablesWanted
from keyturn.protocols.surroundings import is_text
from keyturnd.messages.identities import Network

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn.configuration.profiles.profile import Profile
    from keyturn.configuration.settings import NetworkSettings


class Surroundings(msgspec.Struct, frozen=True):
    """The variables, by name, and what tells them from those of another job. Secret.

    A token got with them is filed under the digest: it is given to nobody who does not bring the same.
    """

    digest: str
    variables: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Surroundings({self.digest!r})"

    @property
    def forgotten(self) -> Surroundings:
        """The same without what is secret, to be kept beside a token."""
        return Surroundings(self.digest)


def network_of(configured: NetworkSettings, own_ca: str | None) -> Network:
    """[network] of the configuration, else the environment this daemon was started with; `own_ca` of a profile first.

    Raises ConfigError for a variable that an acquisition could not be told.
    """
    found = configured.in_environment(os.environ)
    if own_ca is not None:
        found = replace(found, ca_file=own_ca, ca_directory=None)
    for name, variable in VARIABLES.items():
        if not is_text(getattr(found, name) or ""):
            set_as = variable if os.environ.get(variable) else variable.lower()
            sentence = f"{set_as} is not UTF-8 where the daemon was started"
            raise ConfigError(sentence, moves.machines.other_variable(set_as))
    return Network(found.proxy, found.no_proxy, found.ca_file, found.ca_directory, configured.proxy is not None)


def surroundings_of(profile: Profile, told: Callable[[str], str | None]) -> Surroundings | None:
    """The variables that `profile` takes, None where it takes none.

    told: a variable of the caller's, None where it was not sent. Raises VariablesWanted, which has the twin send
    them: an empty text for those that are not set; ConfigError for one that an acquisition could not be told.
    """
    names = profile.flow.variables
    if not names:
        return None
    values = {name: value for name in names if (value := told(name)) is not None}
    if len(values) < len(names):
        raise VariablesWanted(f"profile {profile.name} takes variables of its caller", names=names)
    for name, value in values.items():
        if not is_text(value):
            raise ConfigError(f"{name} is not UTF-8", moves.machines.as_told(name))
    return Surroundings(_digest(values), values)


def _digest(values: dict[str, str]) -> str:
    return hashlib.sha256(msgspec.json.encode(values, order="sorted")).hexdigest()
