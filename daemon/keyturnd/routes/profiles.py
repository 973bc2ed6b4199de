"""Signing in and out, and entrusting secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyturn import hints, moves
from keyturn.configuration.audiences import all_scopes
from keyturn.configuration.entrusting import check_fits, check_takes
from keyturn.configuration.hosts import HTTPS_PORT, UnfitName, https_url
from keyturn.configuration.named import profile_named
from keyturn.configuration.profiles import clouds
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.configuration.targets.git import is_azure_devops
from keyturn.errors import ConfigError, Refused, UsageError
from keyturnd import flows
from keyturnd.broker.policy import LOGIN
from keyturnd.fetching.discovery import discover
from keyturnd.fetching.wants import Want, with_surroundings
from keyturnd.messages.states import AwxState
from keyturnd.routes.bodies import Body, read_body
from keyturnd.server.http import json_response

if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.broker.signin import Waiter
    from keyturnd.server.http import Request, Response
    from keyturnd.services import Services

SUBSCRIPTION = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


class LoginBody(Body, frozen=True):
    """`again`: sign in anew even if the profile is signed in."""

    profile: str
    again: bool = False


class LogoutBody(Body, frozen=True):
    """`locally`: forget without asking the server to delete what lives there."""

    profile: str
    locally: bool = False


class SecretBody(Body, frozen=True):
    """A secret to keep in the vault. `of_application`: what its application proves itself with, beside a token."""

    profile: str
    secret: str
    of_application: bool = False

    def __repr__(self) -> str:
        return f"SecretBody(profile={self.profile!r})"


class DiscoveryBody(Body, frozen=True):
    """The URL of an organization, or the id of a subscription in a cloud, that nobody has a profile for yet."""

    url: str = ""
    subscription: str = ""
    environment: str = "AzureCloud"


class AnswerBody(Body, frozen=True):
    """A person's answer. Secret."""

    value: str

    def __repr__(self) -> str:
        return "AnswerBody()"


async def login(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """Sign in, or prove that the profile is signed in."""
    body = read_body(request, LoginBody)
    config = services.configuration.current()
    profile = profile_named(config, body.profile)
    refused = services.fetcher.refused.first(profile)
    want = refused or with_surroundings(Want(profile, _first_scopes(config, profile), LOGIN), request.environment)
    if refused is not None:
        waiter.show({"event": "progress", "message": f"signing in for {_audience(want)}, which was refused"})
    token = await services.broker.login(want, waiter, again=body.again)
    return json_response(
        {
            "profile": profile.name,
            "account": token.account,
            "scopes": want.scopes,
            "expires_at": int(token.expires_at),
            "warnings": services.untold_warnings(),
        }
    )


async def logout(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """Forget a profile's tokens, sign-in and secret. Works for profiles the configuration no longer has."""
    body = read_body(request, LogoutBody)
    known = services.configuration.error is None
    configured = services.configuration.known.profiles.get(body.profile) if known else None
    asked = None if body.locally else configured
    if configured is None and not body.locally:
        await _check_leaves_nothing(services, body.profile)
    revoked = isinstance(asked, AwxProfile) and isinstance(await services.holdings.state(asked), AwxState)
    forgotten = await services.broker.logout(body.profile, asked)
    if not forgotten and known:
        profile_named(services.configuration.current(), body.profile)
    return json_response({"profile": body.profile, "records": forgotten, "revoked": revoked})


async def entrust_secret(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """Keep a profile's secret in the vault."""
    body = read_body(request, SecretBody)
    profile = profile_named(services.configuration.current(), body.profile)
    check_takes(profile, of_application=body.of_application)
    state = None if body.of_application else flows.entrusted_state(profile, body.secret)
    check_fits(body.secret, hints.entrust(profile.name))
    if state is None:
        await services.holdings.keep_secret(profile, body.secret)
    else:
        await services.holdings.keep_state(profile, state)
    if flows.row(profile).secret_is_token:
        services.broker.forget(profile.name)
        await services.holdings.drop_tokens(profile.name)
    services.broker.failures.clear(profile.name)
    return json_response({"profile": profile.name, "warnings": services.untold_warnings()})


async def answer(services: Services, request: Request, waiter: Waiter, ask: str) -> Response:  # noqa: ARG001
    """A person's answer to a question of a sign-in."""
    services.broker.sign_ins.answer(ask, read_body(request, AnswerBody).value)
    return json_response({})


def _first_scopes(config: Config, profile: Profile) -> tuple[str, ...]:
    """What a sign-in asks for: one resource is enough, the refresh token it brings is good for the others."""
    scopes = all_scopes(config, profile.name)
    if not scopes:
        raise ConfigError(
            f"profile {profile.name} has nothing to sign in for: no target, scopes or audiences",
            moves.configuration.example(f'audiences = ["https://management.azure.com"] in [profile.{profile.name}]'),
        )
    return scopes[0]


def _audience(want: Want) -> str:
    return clouds.spoken(want.scopes) if want.registry is None else want.registry.login_server


async def _check_leaves_nothing(services: Services, profile: str) -> None:
    """Raises Refused where a token lives on at an AWX: without its profile nobody knows how to delete it there."""
    for name in await services.holdings.names():
        if (name.profile, name.provider, name.kind) == (profile, "awx", "state"):
            services.configuration.current()  # where it is invalid, that is what has to be said
            sentence = f"the configuration has no profile {profile}, whose token at {name.authority} may live on"
            raise Refused(sentence, hints.forget_locally(profile))


async def discovery(services: Services, request: Request, _waiter: Waiter, _: str) -> Response:
    """The tenant and cloud of an organization or a subscription, empty where it does not tell.

    Nobody but Azure DevOps and Azure's own Resource Manager is asked.
    """
    body = read_body(request, DiscoveryBody)
    method, url = ("GET", _subscription(body)) if body.subscription else ("HEAD", _organization(body.url))
    found = await discover(services.acquisitions, url, method, services.fetcher.network())
    return json_response({"tenant": found.tenant, "environment": found.environment})


def _organization(url: str) -> str:
    try:
        place = https_url(url)
    except UnfitName as error:
        raise UsageError(f"url: {error}", hints.usage("keyturn init")) from None
    if not is_azure_devops(place.host) or place.port != HTTPS_PORT:
        raise UsageError(f"{place.netloc} is not Azure DevOps", hints.usage("keyturn init"))
    return place.url


def _subscription(body: DiscoveryBody) -> str:
    """What is refused with a challenge that names the tenant (RFC 6750 section 3), whoever asks.

    The version is one that the Subscriptions API lists; that ARM answers so could not be tried from here.
    """
    known = clouds.cloud(body.environment)
    if known is None or "arm" not in known.resources:
        raise UsageError(f"no Resource Manager is known of {body.environment}", hints.usage("keyturn init"))
    if not SUBSCRIPTION.fullmatch(body.subscription):
        raise UsageError("a subscription is named by its id", hints.usage("keyturn init"))
    return f"{known.resources['arm']}/subscriptions/{body.subscription.lower()}?api-version=2022-12-01"
