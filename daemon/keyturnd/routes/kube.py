"""kubectl's exec credentials: what `kube-credential-keyturn` asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from keyturn.configuration.clusters import token_for
from keyturn.protocols import kubectl
from keyturnd.callers.peer import tool_behind
from keyturnd.fetching.wants import Want, with_surroundings
from keyturnd.routes import exec_plugins
from keyturnd.routes.recorded_clusters import recorded
from keyturnd.routes.remembered import AtHand
from keyturnd.server.http import Response

if TYPE_CHECKING:
    from keyturn.protocols.kubectl import ExecRequest, KubeOptions
    from keyturnd.broker.signin import Waiter
    from keyturnd.callers.handed import Client
    from keyturnd.callers.peer import Tool
    from keyturnd.server.http import Request
    from keyturnd.services import Services
    from keyturnd.vault.tokens import Token


class Asked(NamedTuple):
    """What a client says, and what the configuration makes of it."""

    info: ExecRequest
    options: KubeOptions
    want: Want


def _asked(services: Services, request: Request) -> Asked:
    """Raises UsageError, Refused or ConfigError, as keyturn.configuration.clusters.token_for does."""
    info, options = kubectl.parse(request.body), kubectl.options(request.arguments)
    known = recorded(services.state_directory).now()
    token = token_for(services.configuration.current(), info, options, known)
    want = with_surroundings(Want(token.profile, token.scopes, "kube"), request.environment)
    return Asked(info, options, want)


def at_once(services: Services, request: Request) -> AtHand | None:
    """See keyturnd.routes.table.AT_ONCE. Never for a client that has its token already: it may be refused."""
    asked, helper = _asked(services, request), request.peer.pid
    client = _client(request, tool_behind(helper), asked)
    if client is not None and services.handed.doubtful(client, asked.want.key, helper) is not None:
        return None
    held = services.broker.at_hand(asked.want)
    if held is None:
        return None
    return AtHand(_hand(services, request, asked, held.token, client))


async def get_token(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """An ExecCredential for a cluster that is a target, or for a profile named on the command line.

    A failure is told once per kubectl; its further calls of the same moment fail silently, with the same status.
    """
    return await exec_plugins.told_once(services, request, _get_token(services, request, waiter))


async def _get_token(services: Services, request: Request, waiter: Waiter) -> Response:
    helper = request.peer.pid
    tool = tool_behind(helper)
    told = services.complaints.is_told_anything(tool, helper)
    asked = _asked(services, request)
    person = exec_plugins.Kubectl(waiter, tool, asking=asked.info.interactive and not told)
    client = _client(request, tool, asked)
    token = await exec_plugins.token(services, asked.want, person, client, helper)
    return _hand(services, request, asked, token, client)


def _hand(services: Services, request: Request, asked: Asked, token: Token, client: Client | None) -> Response:
    """The answer with `token`, which `client` counts as having got once it could be written at all."""
    version = kubectl.version_of(request.body, asked.info, asked.options)
    answer = Response(kubectl.answer(token.access_token, token.expires_at, version))
    if client is not None:
        services.handed.note(client, asked.want.key, request.peer.pid, token.digest)
    return answer


def _client(request: Request, tool: Tool | None, asked: Asked) -> Client | None:
    return exec_plugins.client_of(request, tool, asked.info.cluster_server or asked.options.server)
