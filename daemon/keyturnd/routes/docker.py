"""docker's credential helper protocol: what `docker-credential-keyturn` asks."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import keyturn
from keyturn import moves
from keyturn.configuration.named import profile_named
from keyturn.configuration.targets.docker import find_docker
from keyturn.configuration.targets.target import scopes_of
from keyturn.errors import ConfigError, KeyturnError, Refused
from keyturn.protocols import docker
from keyturnd.broker.signin import Absent
from keyturnd.fetching.wants import Want, with_surroundings
from keyturnd.messages.identities import Registry
from keyturnd.routes.remembered import AtHand
from keyturnd.server.http import Response

if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturn.configuration.targets.docker import DockerTarget
    from keyturnd.broker.signin import Waiter
    from keyturnd.server.http import Request
    from keyturnd.services import Services
    from keyturnd.vault.tokens import Token


def at_once(services: Services, request: Request) -> AtHand | None:
    """See keyturnd.routes.table.AT_ONCE."""
    config = services.configuration.current()
    docker.check_arguments(request.arguments)
    server = docker.server_name(request.body)
    target = find_docker(config.docker_targets, server)
    if target is None:
        return AtHand(Response(docker.unknown(server), exit_status=1))
    held = services.broker.at_hand(_bound(config, target, request))
    return None if held is None else AtHand(_credential(server, held.token), held)


async def get(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """A registry's refresh token for a login server that is a target; never a question to a person."""
    docker.check_arguments(request.arguments)
    server = docker.server_name(request.body)
    try:
        config = services.configuration.current()
        target = find_docker(config.docker_targets, server)
        if target is None:
            return Response(docker.unknown(server), exit_status=1)
        token = await services.broker.token(_bound(config, target, request), Absent(told=waiter.told))
    except KeyturnError as error:
        error.output = docker.failed(error)
        raise
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
        with suppress(Refused):  # replaced within the minute, and so kept in mind: `docker logout` shall not fail
            await services.broker.reject(_bound(config, target, request), None)
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


def _bound(config: Config, target: DockerTarget, request: Request) -> Want:
    """`want_of`, by the caller's job or machine where that is the identity."""
    return with_surroundings(want_of(config, target), request.environment)


def want_of(config: Config, target: DockerTarget) -> Want:
    """What is wanted for the registry `target`. Raises ConfigError where its profile is not for docker."""
    profile = profile_named(config, target.profile)
    if "docker" not in profile.protocols:
        raise ConfigError(
            f"profile {profile.name} is not for docker",
            moves.configuration.allow("docker", profile.name, str(config.source)),
        )
    return Want(profile, scopes_of(target), "docker", Registry(target.login_server, target.tenant))
