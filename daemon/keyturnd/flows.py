"""What each flow needs and leaves, as data: told apart here, so that nothing else in the daemon has to.

A new flow is a struct in keyturn.configuration.profiles, a row here, and a grant module in keyturnd.acquire.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from keyturn import hints
from keyturn.configuration.profiles.flows.applications import (
    ClientCertificate,
    ClientSecret,
    OfMachine,
    WorkloadIdentity,
)
from keyturn.configuration.profiles.flows.awx import BrowserGrant, ExistingToken, Password, PasswordGrant
from keyturn.configuration.profiles.flows.passing import AzureCli, OnBehalfOf
from keyturn.configuration.profiles.flows.people import Browser, ConfidentialBrowser, DeviceCode, RefreshToken
from keyturn.configuration.profiles.profile import AwxProfile, EntraProfile
from keyturn.configuration.profiles.secrets import IfConfidential, IfProtected, Lent
from keyturn.errors import Refused, SignInNeeded
from keyturnd.messages.states import AwxState, EntraState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn.configuration.profiles.flows.flow import Flow
    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.messages.states import State


class Row(msgspec.Struct, frozen=True):
    """What the daemon needs to know of a flow. Which grant performs it stands beside the grants, in acquire."""

    provider: str
    person: bool
    """Whether a person signs in; without one an application does, all by itself."""
    secret: str | None
    """What the secret that it takes is called, None where it takes none."""
    by_secret: bool
    """Whether that secret alone brings tokens; else it only proves which application a person signs in to."""
    state: type[EntraState | AwxState] | None
    """What a sign-in leaves behind to renew tokens by, None where nothing is kept. Renewals that use the same state
    exclude each other."""
    entrusts: str | None = None
    """What a user entrusts in place of a sign-in, and what becomes the state; None where nobody does."""
    secret_is_token: bool = False
    """Whether that secret is the token itself: another one takes its place at once."""


CHALLENGED_BY_NOBODY = frozenset({"kube", "docker"})
"""Protocols that have no place for a claims challenge."""
FLOWS: Mapping[type[Flow], Row] = {
    Browser: Row("entra", person=True, secret=None, by_secret=False, state=EntraState),
    ConfidentialBrowser: Row(
        "entra", person=True, secret=ConfidentialBrowser.secret_name, by_secret=False, state=EntraState
    ),
    DeviceCode: Row("entra", person=True, secret=None, by_secret=False, state=EntraState),
    ClientSecret: Row("entra", person=False, secret=ClientSecret.secret_name, by_secret=True, state=None),
    AzureCli: Row("entra", person=False, secret=None, by_secret=False, state=None),
    ClientCertificate: Row("entra", person=False, secret=ClientCertificate.secret_name, by_secret=True, state=None),
    OnBehalfOf: Row("entra", person=False, secret=OnBehalfOf.secret_name, by_secret=True, state=None),
    RefreshToken: Row(
        "entra",
        person=False,
        secret=RefreshToken.secret_name,
        by_secret=False,
        state=EntraState,
        entrusts=RefreshToken.entrusts,
    ),
    OfMachine: Row("entra", person=False, secret=None, by_secret=False, state=None),
    WorkloadIdentity: Row("entra", person=False, secret=None, by_secret=False, state=None),
    Password: Row("awx", person=True, secret=Password.secret_name, by_secret=True, state=AwxState),
    ExistingToken: Row(
        "awx", person=True, secret=ExistingToken.secret_name, by_secret=True, state=AwxState, secret_is_token=True
    ),
    BrowserGrant: Row("awx", person=True, secret=None, by_secret=False, state=AwxState),
    PasswordGrant: Row("awx", person=True, secret=PasswordGrant.secret_name, by_secret=True, state=AwxState),
}


def row(profile: Profile) -> Row:
    """The row of the flow of `profile`."""
    return FLOWS[type(profile.flow)]


def handles_challenges(profile: Profile, protocol: str) -> bool:
    """Whether tokens of `profile` may live until a claims challenge ends them (reference/entra.md section 4, CAE).

    Only what can bring such a challenge here may declare that: kubectl and docker would keep a dead token for a day.
    """
    return isinstance(profile, EntraProfile) and profile.cae and protocol not in CHALLENGED_BY_NOBODY


def missing(profile: Profile, state: State | None, secret: str | None) -> SignInNeeded | None:
    """Why no token can be fetched without a person, None if one can."""
    needs = row(profile)
    if (error := lacking(profile, secret)) is not None:
        return error
    if needs.state is None or (needs.by_secret and secret) or (state is not None and renews_itself(state)):
        return None
    if needs.entrusts is not None:
        return SignInNeeded(_without(profile, needs.entrusts, state), hints.entrust(profile.name))
    return SignInNeeded(f"nobody is signed in for profile {profile.name}", hints.login(profile.name))


def _without(profile: Profile, token: str, state: State | None) -> str:
    """That there is no `token`, and whose the last one was."""
    if state is None or not state.account:
        return f"profile {profile.name} has no {token} yet"
    return f"profile {profile.name} has no {token} any more: that of {state.account} was refused"


def lacking(profile: Profile, secret: str | None) -> SignInNeeded | None:
    """Why not even a person could bring a token: `secret` is missing, and is none that is typed at the sign-in."""
    needs = row(profile)
    if needs.secret is None or secret is not None or (needs.person and needs.by_secret) or _optional(profile):
        return None
    return SignInNeeded(f"profile {profile.name} has no {needs.secret} yet", hints.entrust(profile.name))


def asks(profile: Profile) -> bool:
    """Whether a person may be asked for something: to sign in, or for a passphrase."""
    return row(profile).person or isinstance(profile.flow.secret_source, IfProtected)


def _optional(profile: Profile) -> bool:
    """Whether it may go without the secret that it has a place for."""
    source = profile.flow.secret_source
    return isinstance(source, IfConfidential | IfProtected) or (isinstance(source, Lent) and not source.needed)


def entrusted_state(profile: Profile, secret: str) -> EntraState | None:
    """What `secret` becomes, where it is what brings the tokens, and not what an application proves itself with."""
    return None if row(profile).entrusts is None else EntraState(secret, generation=new_generation())


def new_generation() -> str:
    """What tells a sign-in from every other one."""
    return secrets.token_hex(8)


def refused_state(state: State) -> State | None:
    """What stays of a `state` whose refresh token was refused, where nobody signs in for another: whose it was."""
    if not isinstance(state, EntraState) or not state.account:
        return None
    return replace(state, refresh_token="")


def takes_its_caller(profile: Profile) -> bool:
    """Whether each token takes a caller who brings what it is got with: then nothing is renewed ahead of time."""
    return isinstance(profile.flow.secret_source, Lent) or bool(profile.flow.variables)


def begins_anew(profile: Profile) -> bool:
    """Whether a sign-in has no use for the state there is: AWX's also tells what to clean up on the server."""
    return isinstance(profile, EntraProfile) and row(profile).entrusts is None


def wanted_account(profile: Profile) -> str | None:
    """Who must be the one to sign in, where the configuration says so."""
    if isinstance(profile, AwxProfile):
        return profile.username
    return profile.account if row(profile).state is not None else None


def is_somebody_elses(profile: Profile, account: str) -> bool:
    """Whether what `account` signed in to is not for `profile`, which names another one (now)."""
    wanted = wanted_account(profile)
    return bool(wanted) and account.casefold() != str(wanted).casefold()


def check_account(profile: Profile, account: str) -> None:
    """Raises Refused when what `account` signed in to is not for `profile`."""
    if is_somebody_elses(profile, account):
        who, name = account or "somebody without a name", profile.name
        hint = hints.login(name) if row(profile).entrusts is None else hints.entrust(name)
        raise Refused(f"{who} signed in, but profile {name} is for {wanted_account(profile)}", hint)


def sign_in_of(state: State | None) -> str:
    """Which sign-in `state` is of: account and generation, never empty for a person's at Entra ID.

    Empty for an AWX: a token of its is bound to the one state that holds it.
    """
    return f"{state.home_account_id or state.account} {state.generation}" if isinstance(state, EntraState) else ""


def ends_tokens(state: State, before: State | None) -> bool:
    """Whether no token that `before` brought is to be given once `state` is kept.

    One of an AWX's is deleted there as soon as its successor is sealed, though that may never come.
    """
    if isinstance(state, AwxState) and isinstance(before, AwxState):
        return bool(before.token) and before.token != state.token
    return sign_in_of(state) != sign_in_of(before)


def keeps_typed_password(profile: Profile) -> bool:
    """Whether a password typed at a sign-in is entrusted to the vault."""
    return profile.flow.keeps_typed


def renews_itself(state: State) -> bool:
    """Whether `state` holds what tokens are fetched by.

    An AWX's may just tell what is to be cleaned up there, one of Entra ID just who signed in.
    """
    return bool(state.token if isinstance(state, AwxState) else state.refresh_token)
