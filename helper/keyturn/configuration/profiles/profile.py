"""`[profile.NAME]`: an identity at one of the providers, typed and validated."""

from __future__ import annotations

from typing import TypeAlias

from keyturn.configuration.profiles.awx import AwxProfile, read_awx_profile
from keyturn.configuration.profiles.entra import EntraProfile, read_entra_profile
from keyturn.configuration.profiles.uses import PROTOCOLS
from keyturn.configuration.tables import either

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.tables import Table

__all__ = ["PROTOCOLS", "PROVIDERS", "AwxProfile", "EntraProfile", "Profile", "read_profile"]

Profile: TypeAlias = EntraProfile | AwxProfile
PROVIDERS = (EntraProfile.provider, AwxProfile.provider)


def read_profile(name: str, table: Table) -> Profile:
    """The profile in `table`. Raises ConfigError at the first mistake.

    The provider is looked at before the other keys: those of another provider would be called unknown.
    """
    provider = table.choice("provider", PROVIDERS)
    if provider is None:
        raise table.expected("provider", either(PROVIDERS), f'"{PROVIDERS[0]}"')
    return read_awx_profile(name, table) if provider == AwxProfile.provider else read_entra_profile(name, table)
