"""Which token somebody asks for by the name of a profile, and whether the configuration lets it be given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from msgspec.structs import replace

from keyturn import hints, moves
from keyturn.configuration.audiences import all_scopes, allowed_scopes
from keyturn.configuration.hosts import UnfitName, host_and_port
from keyturn.configuration.named import profile_named
from keyturn.configuration.profiles import clouds
from keyturn.configuration.profiles.awx import AwxProfile, Scope
from keyturn.configuration.profiles.scopes import DEFAULT_SUFFIX, UnfitScopes, for_flow, of_audience
from keyturn.configuration.tables import nearest
from keyturn.configuration.targets.docker import find_docker, is_azure
from keyturn.configuration.targets.images import is_of_docker_hub
from keyturn.errors import Refused, UsageError
from keyturn.kinds_of_hints import printed
from keyturn.protocols.claims_challenge import claims_in
from keyturnd.broker.policy import CHECK
from keyturnd.fetching.wants import Want
from keyturnd.routes import docker
from keyturnd.routes.bodies import Body

if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import EntraProfile
    from keyturn.kinds_of_hints import Hint


class TokenBody(Body, frozen=True):
    """`audience` and `scopes` exclude each other; without either the profile must leave no choice."""

    profile: str
    audience: str | None = None
    scopes: tuple[str, ...] = ()
    purpose: Literal["token", "run", "check"] = "token"
    """The last one for whether there is one: nobody is given it."""
    registry: str | None = None
    """A container registry, whose refresh token is wanted: neither audience nor scopes."""
    renew: bool = False
    """The server refused the last one: fetch another."""
    claims: str | None = None
    """What the server that refused the last one wants: JSON, or base64 as in its WWW-Authenticate."""
    min_life: float = 0.0
    """Seconds that must be left of it."""


def want_of(config: Config, body: TokenBody) -> Want:
    """What is wanted. Raises ConfigError, Refused and UsageError."""
    profile = profile_named(config, body.profile)
    if body.purpose not in {*profile.protocols, CHECK}:
        hint = moves.configuration.allow(body.purpose, body.profile, str(config.source))
        raise Refused(f"profile {body.profile} is not for {body.purpose}", hint)
    if isinstance(profile, AwxProfile):
        return Want(profile, _scopes_of_awx(profile, body), body.purpose)
    claims = _claims(body)
    if body.registry is not None:
        return _registry(config, body)
    return Want(profile, _scopes(config, profile, body), body.purpose, claims=claims)


def _scopes_of_awx(profile: AwxProfile, body: TokenBody) -> tuple[str, ...]:
    """The profile's own. Raises UsageError for what only Entra ID knows."""
    foreign = next((name for name in ("audience", "registry", "claims") if getattr(body, name) is not None), None)
    as_it_is = (hints.run if body.purpose == "run" else hints.token)(profile.name)
    if foreign is not None:
        raise UsageError(
            f"--{foreign} is for tokens of Entra ID, and profile {profile.name} is one of an AWX", as_it_is
        )
    own = (profile.scope,)
    if body.scopes in {(), own}:
        return own
    wanted = " ".join(body.scopes)
    change = hints.verb("profile", "edit", profile.name, f"scope={wanted}")
    told = f"profile {profile.name} has tokens of the scope {profile.scope}, and an AWX knows"
    raise UsageError(
        f"{told} {' and '.join(get_args(Scope))} only", change if wanted in get_args(Scope) else as_it_is
    )


def _claims(body: TokenBody) -> str | None:
    """What the next token has to be got with. Raises UsageError for what no provider would understand."""
    if body.claims is None:
        return None
    usage = _usage(body)
    if body.registry is not None:
        raise UsageError("claims are for tokens of Entra ID itself", usage)
    found = claims_in(body.claims)
    if found is None:
        raise UsageError("the claims are neither a JSON object nor the base64 of one", usage)
    return found


def _scopes(config: Config, profile: EntraProfile, body: TokenBody) -> tuple[str, ...]:
    """The scopes asked for, if the configuration allows them: a caller's wish alone is not enough (DESIGN 5.1)."""
    if body.audience is not None and body.scopes:
        raise UsageError("an audience and scopes at once", _usage(body))
    try:
        wanted = body.scopes if body.audience is None else of_audience(_written_out(config, body))
    except UnfitScopes as error:
        raise UsageError(f"audience: {error}", _usage(body)) from None
    if not wanted:
        return _only_scopes(config, body)
    allowed = allowed_scopes(config, body.profile, wanted)
    if allowed is None:
        meant = _meant(body.audience)
        again = hints.run if body.purpose == "run" else hints.token
        hint = again(profile.name, audience=meant) if meant else _remedy(body, profile, wanted)
        refused = Refused(f"profile {body.profile} may not ask for {clouds.spoken(wanted)}", hint)
        refused.mistyped = (body.audience or "", meant) if meant else None
        raise refused
    return allowed


def _written_out(config: Config, body: TokenBody) -> str:
    """The audience asked for, where it is a short name that of the profile's cloud."""
    return clouds.audience(body.audience or "", config.profiles[body.profile].authority)


def _usage(body: TokenBody) -> Hint:
    return hints.usage("keyturn profile" if body.purpose == CHECK else f"keyturn {body.purpose}")


def _registry(config: Config, body: TokenBody) -> Want:
    """What docker would want for the registry, which must be a target of the profile."""
    if body.audience is not None or body.scopes:
        raise UsageError("a registry and an audience or scopes at once", hints.usage("keyturn token"))
    target = find_docker(config.docker_targets, body.registry or "")
    if target is None or target.profile != body.profile:
        raise _no_target(config, body.registry or "", body.profile)
    want = docker.want_of(config, target)
    return replace(want, protocol=CHECK) if body.purpose == CHECK else want


def _no_target(config: Config, registry: str, profile: str) -> Refused:
    if not is_of_docker_hub(registry):
        return Refused(f"the registry is no docker target of profile {profile}", _as_target(registry, profile))
    own = [target.login_server for target in config.docker_targets if target.profile == profile]
    hint = hints.add_target("REGISTRY.azurecr.io", profile) if not own else hints.targets()
    refused = Refused("--registry wants a login server; without one, an image is of Docker Hub", hint)
    if len(own) == 1:
        refused.hint = printed(hints.verb("token", profile, "--registry", own[0]))
        refused.lacking = ("--registry", own[0])
    return refused


def _as_target(registry: str, profile: str) -> Hint:
    try:
        known = is_azure(*host_and_port(registry))
    except UnfitName:
        return hints.targets()
    return hints.add_target(registry, profile, *(() if known else ("--protocol", "docker", "--service", "acr")))


def _meant(audience: str | None) -> str | None:
    """The short name that a word is nearly: allowed as it is, it would be refused in Entra ID."""
    word = (audience or "").lower()
    return None if not word or word in clouds.SPOKEN else nearest(word, clouds.SPOKEN)


def _remedy(body: TokenBody, profile: EntraProfile, scopes: tuple[str, ...]) -> Hint:
    if len(scopes) == 1 and scopes[0].endswith(DEFAULT_SUFFIX):
        wanted = [*profile.audiences, scopes[0].removesuffix(DEFAULT_SUFFIX)]
        return hints.set_audiences(profile.name, *(_as_written(audience, profile.authority) for audience in wanted))
    try:
        for_flow((*profile.scopes, *scopes), profile.flow)
        at_once = for_flow(scopes, profile.flow)
    except UnfitScopes as error:
        raise Refused(f"scope: {error}", _usage(body)) from None
    if len(at_once) > 1:
        raise Refused("the scopes are of several resources, and a token is for one", _usage(body))
    return hints.set_scopes(profile.name, *profile.scopes, *scopes)


def _as_written(audience: str, authority: str) -> str:
    """The short name of `audience`, if that is this very one in the profile's cloud."""
    short = clouds.short_name([f"{audience}{DEFAULT_SUFFIX}"])
    return short if short is not None and clouds.audience(short, authority) == audience else audience


def _only_scopes(config: Config, body: TokenBody) -> tuple[str, ...]:
    profile = body.profile
    allowed = all_scopes(config, profile)
    if not allowed:
        hint = moves.configuration.example(f'audiences = ["https://management.azure.com"] in [profile.{profile}]')
        raise UsageError(f"profile {profile} has no target, scopes or audiences", hint)
    if len(allowed) > 1:
        cure = (hints.run if body.purpose == "run" else hints.token)(
            profile, *allowed[0], audience=clouds.short_name(allowed[0])
        )
        choices = [hints.token(profile, *each, audience=clouds.short_name(each))[3:] for each in allowed]
        error = UsageError(f"profile {profile} has several audiences: {', '.join(map(' '.join, choices))}", cure)
        error.lacking = choices[0]
        raise error
    return allowed[0]
