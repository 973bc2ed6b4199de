"""kubectl's exec credentials: what `kube-credential-keyturn` asks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from keyturn.configuration.clusters import token_for
from keyturn.protocols import kubectl
from keyturnd.callers.peer import tool_behind
from keyturnd.fetching.wants import Want
from keyturnd.routes import exec_plugins
from keyturnd.routes.recorded_clusters import recorded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn.configuration.config import Config
    from keyturn.configuration.known_clusters import KnownCluster
    from keyturn.protocols.kubectl import ExecRequest
    from keyturnd.broker.signin import Waiter
    from keyturnd.routes.exec_plugins import Asked
    from keyturnd.routes.remembered import AtHand
    from keyturnd.server.http import Request, Response
    from keyturnd.services import Services


class Meaning(NamedTuple):
    """What a request's words mean, and by what: they mean something else when one of these is read anew."""

    config: Config
    known: Mapping[str, KnownCluster]
    asked: Asked
    info: ExecRequest


def _meaning(services: Services, request: Request) -> Meaning:
    """Raises UsageError, Refused or ConfigError, as keyturn.configuration.clusters.token_for does."""
    config, known = services.configuration.current(), recorded(services.state_directory).now()
    digest = _digest(request)
    meaning: Meaning | None = services.understood.get(digest)
    if meaning is None or meaning.config is not config or meaning.known is not known:
        meaning = _understand(request, config, known)
        exec_plugins.keep_understood(services, digest, meaning)
    return meaning._replace(asked=meaning.asked.of_caller(request.environment))


def _understand(request: Request, config: Config, known: Mapping[str, KnownCluster]) -> Meaning:
    info, options = kubectl.parse(request.body), kubectl.options(request.arguments)
    token = token_for(config, info, options, known)
    version = kubectl.version_of(request.body, info, options)
    asked = exec_plugins.asked(
        Want(token.profile, token.scopes, "kube"), version, info.cluster_server or options.server, request.body
    )
    return Meaning(config, known, asked, info)


def _digest(request: Request) -> bytes:
    """Of all that is said. Longer than those of the kubelogin stand-in, whose meanings are of another kind."""
    return b"kube" + hashlib.sha256(b"%r\0%b" % (request.arguments, request.body)).digest()


def at_once(services: Services, request: Request) -> AtHand | None:
    """See keyturnd.routes.table.AT_ONCE."""
    meaning = _meaning(services, request)
    return exec_plugins.at_once(services, request, meaning.asked, meaning.known)


async def get_token(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """An ExecCredential for a cluster that is a target, or for a profile named on the command line.

    A failure is told once per kubectl; its further calls of the same moment fail silently, with the same status.
    """
    return await exec_plugins.told_once(services, request, _get_token(services, request, waiter))


async def _get_token(services: Services, request: Request, waiter: Waiter) -> Response:
    helper = request.peer.pid
    tool = tool_behind(helper)
    told = services.complaints.is_told_anything(tool, helper)
    meaning = _meaning(services, request)
    asked, asking = meaning.asked, meaning.info.interactive and not told
    person = exec_plugins.Kubectl(waiter, tool, asking=asking)
    client = exec_plugins.client_of(asked, tool)
    token = await exec_plugins.token(services, asked.want, person, client, helper)
    return exec_plugins.hand(services, request, asked, token, client)
