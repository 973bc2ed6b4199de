"""kubectl's exec credentials: what `kube-credential-keyturn` asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.configuration.clusters import token_for
from keyturn.protocols import kubectl
from keyturnd.callers.peer import tool_behind
from keyturnd.fetching.wants import Want, with_surroundings
from keyturnd.routes import exec_plugins
from keyturnd.routes.exec_plugins import Asked
from keyturnd.routes.recorded_clusters import recorded

if TYPE_CHECKING:
    from keyturn.protocols.kubectl import ExecRequest
    from keyturnd.broker.signin import Waiter
    from keyturnd.routes.remembered import AtHand
    from keyturnd.server.http import Request, Response
    from keyturnd.services import Services


def _asked(services: Services, request: Request) -> tuple[Asked, ExecRequest]:
    """Raises UsageError, Refused or ConfigError, as keyturn.configuration.clusters.token_for does."""
    info, options = kubectl.parse(request.body), kubectl.options(request.arguments)
    known = recorded(services.state_directory).now()
    token = token_for(services.configuration.current(), info, options, known)
    want = with_surroundings(Want(token.profile, token.scopes, "kube"), request.environment)
    version = kubectl.version_of(request.body, info, options)
    return Asked(want, version, info.cluster_server or options.server), info


def at_once(services: Services, request: Request) -> AtHand | None:
    """See keyturnd.routes.table.AT_ONCE."""
    return exec_plugins.at_once(services, request, _asked(services, request)[0])


async def get_token(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """An ExecCredential for a cluster that is a target, or for a profile named on the command line.

    A failure is told once per kubectl; its further calls of the same moment fail silently, with the same status.
    """
    return await exec_plugins.told_once(services, request, _get_token(services, request, waiter))


async def _get_token(services: Services, request: Request, waiter: Waiter) -> Response:
    helper = request.peer.pid
    tool = tool_behind(helper)
    told = services.complaints.is_told_anything(tool, helper)
    asked, info = _asked(services, request)
    person = exec_plugins.Kubectl(waiter, tool, asking=info.interactive and not told)
    client = exec_plugins.client_of(request, tool, asked.cluster)
    token = await exec_plugins.token(services, asked.want, person, client, helper)
    return exec_plugins.hand(services, request, asked, token, client)
