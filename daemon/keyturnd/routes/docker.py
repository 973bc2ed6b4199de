"""docker's credential helper protocol: what `docker-credential-keyturn` asks."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import keyturn
from keyturn.configuration.targets.docker import find_docker
from keyturn.configuration.targets.target import scopes_of
from keyturn.errors import ConfigError, KeyturnError, ProviderUnreachable, Refused
from keyturn.protocols import docker
from keyturnd.broker.signin import Absent
from keyturnd.fetching.wants import Want
from keyturnd.messages import Registry
from keyturnd.routes.bodies import profile_named
from keyturnd.routes.remembered import AtHand
from keyturnd.server.http import Response

if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturn.configuration.targets.docker import DockerTarget
    from keyturnd.broker.signin import Waiter
    from keyturnd.server.http import Request
    from keyturnd.services import Services
    from keyturnd.vault.tokens import Token

PATIENCE = 15.0
"""Seconds: no docker client has a limit of its own, and a pull that hangs is worse than one that fails."""


def at_once(services: Services, request: Request) -> AtHand | None:
    """See keyturnd.routes.table.AT_ONCE."""
    config = services.configuration.current()
    docker.check_arguments(request.arguments)
    server = docker.server_name(request.body)
    target = find_docker(config.docker_targets, server)
    if target is None:
        return AtHand(Response(docker.unknown(server), exit_status=1))
    held = services.broker.at_hand(_want(config, target))
    return None if held is None else AtHand(_credential(server, held.token), held)


async def get(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """A registry's refresh token for a login server that is a target; never a question to a person."""
    config = services.configuration.current()
    docker.check_arguments(request.arguments)
    server = docker.server_name(request.body)
    target = find_docker(config.docker_targets, server)
    if target is None:
        return Response(docker.unknown(server), exit_status=1)
    try:
        token = await _patiently(services, _want(config, target))
    except KeyturnError as error:
        raise _spoken(error) from None
    return _credential(server, token)


async def store(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """Accepted for registries that are targets, where `docker login` stores what it just got from us."""
    server = docker.parse_store(request.body)
    if find_docker(services.configuration.current().docker_targets, server) is None:
        return Response(docker.KEEPS_NOTHING, exit_status=1)
    return Response()


async def erase(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """The next request gets another token: `docker logout` is how a person tells that one was refused.

    Not ours is a success too: a refusal would fail `podman logout`.
    """
    config = services.configuration.current()
    target = find_docker(config.docker_targets, docker.server_name(request.body))
    if target is not None:
        with suppress(Refused):  # replaced a moment ago: nothing is left to erase, and `docker logout` shall not fail
            await services.broker.reject(_want(config, target), None)
    return Response()


async def listing(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """The login servers that are targets."""
    targets = services.configuration.current().docker_targets
    return Response(docker.listing(target.login_server for target in targets))


async def version(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """Name and version."""
    return Response(docker.version(keyturn.__version__))


def _credential(server: str, token: Token) -> Response:
    return Response(docker.answer(server, docker.NULL_GUID, token.access_token))


async def _patiently(services: Services, want: Want) -> Token:
    """The token, within the time a docker client is made to wait.

    A timeout is remembered like any failure, or the helper's twin, which explains it, would wait as long again.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            return await services.broker.token(want, Absent())
    except TimeoutError:
        error = ProviderUnreachable(f"no token for the registry within {PATIENCE:.0f} seconds", "try again later")
        services.broker.failures.remember(want.key, error, jitter=0.0)
        raise error from None


def _want(config: Config, target: DockerTarget) -> Want:
    profile = profile_named(config, target.profile)
    if "docker" not in profile.protocols:
        raise ConfigError(
            f"profile {profile.name} is not for docker", f'add "docker" to protocols of profile {profile.name}'
        )
    return Want(profile, scopes_of(target), "docker", Registry(target.login_server, target.tenant))


def _spoken(error: KeyturnError) -> KeyturnError:
    """`error` with its reason for stdout, which is where docker reads it; old ones show stderr only."""
    error.output = docker.refusal(error.sentence, error.hint)
    return error
