"""What each provider's flows need: told apart here, so that nothing else in the daemon has to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keyturn.configuration.profiles.profile import AwxProfile, EntraProfile
from keyturn.errors import SignInNeeded
from keyturnd.messages import AwxIdentity, AwxState, EntraIdentity

if TYPE_CHECKING:
    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.messages import Identity, State

PERSONAL = frozenset({"device-code", "password"})
"""Flows in which a person can sign in, and that leave a state to keep: a refresh token, or AWX's token itself."""
SECRET_NAMES = {"client-secret": "client secret", "password": "password"}
"""What the secret of a flow is called, for those that take one."""


def identity_of(profile: Profile) -> Identity:
    """What an acquisition learns of `profile`."""
    if isinstance(profile, EntraProfile):
        return EntraIdentity(profile.name, profile.flow, profile.application_id, profile.authority, profile.account)
    return AwxIdentity(
        profile=profile.name,
        url=profile.url,
        username=profile.username,
        scope=profile.scope,
        max_age=profile.max_age,
        host=os.uname().nodename,
        application=profile.application,
        description=profile.description,
    )


def secret_elsewhere(profile: Profile) -> str | None:
    """The file or the variable that holds the secret, None where the vault does."""
    if isinstance(profile, AwxProfile):
        return None
    return profile.client_secret_file or profile.client_secret_env


def missing(profile: Profile, state: State | None, secret: str | None) -> SignInNeeded | None:
    """Why no token can be fetched without a person, None if one can."""
    if profile.flow == "client-secret":
        if secret is None:
            return SignInNeeded(
                f"profile {profile.name} has no client secret yet", f"keyturn secret set {profile.name}"
            )
        return None
    if secret is not None or (state is not None and renews_itself(state)):
        return None
    return SignInNeeded(f"nobody is signed in for profile {profile.name}", f"keyturn login {profile.name}")


def begins_anew(profile: Profile) -> bool:
    """Whether a sign-in has no use for the state there is: AWX's also tells what to clean up on the server."""
    return isinstance(profile, EntraProfile)


def wanted_account(profile: Profile) -> str | None:
    """Who must be the one to sign in, where the configuration says so."""
    return profile.account if isinstance(profile, EntraProfile) and profile.flow in PERSONAL else None


def is_somebody_elses(profile: Profile, account: str) -> bool:
    """Whether what `account` signed in to is not for `profile`, which names another one (now)."""
    wanted = wanted_account(profile)
    return bool(wanted) and account.casefold() != str(wanted).casefold()


def is_token_of(state: State | None, profile: AwxProfile, token: str) -> bool:
    """Whether `token` is the one that lives on the server, and what `profile` asks for (now)."""
    identity = identity_of(profile)
    if not isinstance(state, AwxState) or not isinstance(identity, AwxIdentity):
        return False
    return state.token == token and state.requested == identity.requested


def keeps_typed_password(profile: Profile) -> bool:
    """Whether a password typed at a sign-in is entrusted to the vault."""
    return isinstance(profile, AwxProfile) and profile.keep_password


def renews_itself(state: State) -> bool:
    """Whether `state` holds what tokens are fetched by: an AWX's may just tell what is to be cleaned up there."""
    return not isinstance(state, AwxState) or bool(state.token)
