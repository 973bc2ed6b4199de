"""What a profile's records are called.

A record's name carries provider, authority and client id. Change one of those in the configuration and the old
records are simply not found under the new name: they are set aside, never sent to the new place (DESIGN 5.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturnd.vault.records import RecordName

if TYPE_CHECKING:
    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.messages.identities import Registry
    from keyturnd.vault.records import Kind


def token_name(
    profile: Profile,
    scopes: tuple[str, ...],
    registry: Registry | None = None,
    *,
    claims: str | None = None,
    cae: bool = False,
    surroundings: str | None = None,
) -> RecordName:
    """What an access token of `profile` for `scopes` is filed under: the broker's key as well.

    surroundings: the digest of those that it was got in; such a token is filed in memory alone.
    """
    place = None if registry is None else " ".join(filter(None, (registry.login_server, registry.tenant)))
    return RecordName(
        kind="access-token",
        profile=profile.name,
        provider=profile.provider,
        authority=profile.authority,
        client_id=profile.client_id,
        scopes=scopes,
        registry=place,
        claims=claims,
        cae=cae,
        surroundings=surroundings,
    )


def state_name(profile: Profile) -> RecordName:
    """What the sign-in state of `profile` is filed under."""
    return _name("state", profile)


def secret_name(profile: Profile) -> RecordName:
    """What the entrusted secret of `profile` is filed under."""
    return _name("secret", profile)


def _name(kind: Kind, profile: Profile) -> RecordName:
    return RecordName(
        kind=kind,
        profile=profile.name,
        provider=profile.provider,
        authority=profile.authority,
        client_id=profile.client_id,
    )
