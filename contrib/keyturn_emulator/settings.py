"""What a test may turn while the emulator runs."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass
class Settings:
    """All lifetimes in seconds, with Entra's defaults (reference/entra.md section 4)."""

    token_lifetime: int = HOUR
    refresh_token_lifetime: int = 90 * DAY
    # Entra does not revoke a refresh token by its use; strict refuses the second use and, as providers that
    # detect reuse do, kills the whole family.
    refresh_tokens_strict: bool = False
    # Tokens of clients that declare the capability CP1 (continuous access evaluation).
    cae_token_lifetime: int = DAY
    # As AD FS, B2C and managed identity write it.
    expires_in_as_text: bool = False
    # Whether a client assertion is good for one request (RFC 7523), or as often as Entra takes it.
    assertions_once: bool = True
    code_lifetime: int = 10 * MINUTE
    # Whether every new sign-in shows what the application is to be allowed, not only `prompt=consent`.
    consent_asked: bool = False
    # As AD FS answers: by query, whatever response mode was asked for.
    answers_by_query: bool = False
    device_interval: int = 5
    device_lifetime: int = 15 * MINUTE
    # Azure Arc's agent: the size of its key files in bytes, and whether it names one outside its directory, or
    # is too old to know of other identities than the machine's.
    arc_key_size: int = 64
    arc_key_elsewhere: bool = False
    arc_ignores_identity: bool = False
    # Azure Container Registry's own tokens (reference/docker.md section 2).
    registry_refresh_lifetime: int = 3 * HOUR
    registry_access_lifetime: int = 75 * MINUTE
    # Whether those who are let in may push, or only pull.
    registry_writable: bool = True
    # Whether a role's condition lets them do that in some repositories only (an ABAC-enabled registry).
    registry_abac: bool = False
    # Whether those who bring nothing may pull (`az acr update --anonymous-pull-enabled`).
    registry_anonymous_pull: bool = False
    # Whether the registry lives in the other tenant, whose tokens alone it takes then.
    registry_elsewhere: bool = False
    # Whether it lets in other networks than ours only (`az acr update --default-action Deny`).
    registry_firewalled: bool = False
    # Whether layers come from an endpoint of their own (`az acr update --data-endpoint-enabled`).
    registry_data_endpoint: bool = False
    # AWX's own (reference/awx.md section 4): 1000 years by default. The token endpoint goes on with what its
    # process began with, so that it has a setting of its own.
    awx_token_lifetime: int = 31_536_000_000
    awx_grant_lifetime: int = 31_536_000_000
    awx_refresh_lifetime: int = 2_628_000
    # For how many seconds a second refresh with one and the same token counts as sent at the same time.
    awx_refresh_race: int = 0
    # Whether accounts of an identity provider get tokens, and whether a name and password is taken by the API.
    awx_allow_external: bool = False
    awx_basic: bool = True

    def update(self, wanted: Mapping[str, object]) -> None:
        """Set what `wanted` names; ValueError, and nothing changed, if a name or value is not right."""
        for name, value in wanted.items():
            kind = type(getattr(Settings, name, None))
            if name not in self.as_dict() or type(value) is not kind:
                raise ValueError(f"{name!r} is no setting, or its value is not of type {kind.__name__}")
            if isinstance(value, int) and value < 0:
                raise ValueError(f"{name!r} must not be negative")
        for name, value in wanted.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, int | bool]:
        """All settings by name."""
        return dataclasses.asdict(self)

    def reset(self) -> None:
        """Back to the defaults."""
        self.update(Settings().as_dict())
