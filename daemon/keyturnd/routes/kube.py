"""kubectl's exec credentials: what `kube-credential-keyturn` asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyturn.configuration.clusters import token_for
from keyturn.errors import KeyturnError
from keyturn.protocols import kubectl
from keyturnd.callers.handed import Client
from keyturnd.callers.peer import arguments_of, program_of, tool_behind
from keyturnd.fetching.wants import Want
from keyturnd.routes.remembered import AtHand
from keyturnd.server.http import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn.protocols.kubectl import ExecRequest
    from keyturnd.broker.signin import Waiter
    from keyturnd.callers.peer import Tool
    from keyturnd.server.http import Request
    from keyturnd.services import Services
    from keyturnd.vault.tokens import Token

PATIENCE = 25.0
"""Seconds for a person: kubectl's discovery gives up after 32 s (reference/kubernetes.md section 1)."""
COMPLETION = {"__complete", "__completeNoDesc"}
"""What a shell runs when somebody presses Tab: kubectl, helm and all others made with cobra."""


def at_once(services: Services, request: Request) -> AtHand | None:
    """See keyturnd.routes.table.AT_ONCE. Never for a client that has its token already: it may be refused."""
    info = kubectl.parse(request.body)
    asked = token_for(services.configuration.current(), info, kubectl.options(request.arguments))
    want, helper = Want(asked.profile, asked.scopes, "kube"), request.peer.pid
    client = _client(request, tool_behind(helper), info)
    if client is not None and services.handed.doubtful(client, want.key, helper) is not None:
        return None
    held = services.broker.at_hand(want)
    if held is None:
        return None
    if client is not None:
        services.handed.note(client, held.key, helper, held.token.digest)
    return AtHand(Response(kubectl.answer(held.token.access_token, held.token.expires_at, info.api_version)))


async def get_token(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """An ExecCredential for a cluster that is a target, or for a profile named on the command line.

    A failure is told once per kubectl; its further calls of the same moment fail silently.
    """
    helper = request.peer.pid
    tool = tool_behind(helper)
    told = services.complaints.is_told(tool, helper)
    try:
        info = kubectl.parse(request.body)
        asked = token_for(services.configuration.current(), info, kubectl.options(request.arguments))
        person = Kubectl(waiter, tool, asking=info.interactive and not told)
        want = Want(asked.profile, asked.scopes, "kube")
        token = await _token(services, want, person, _client(request, tool, info), helper)
    except KeyturnError:
        if services.complaints.is_told(tool, helper):
            return Response(exit_status=1)
        services.complaints.tell(tool, helper)
        raise
    return Response(kubectl.answer(token.access_token, token.expires_at, info.api_version))


class Kubectl:
    """kubectl as somebody who waits: only where it says that a person is there, and never for long.

    asking: whether it may ask a person at all.
    """

    patience: float | None = PATIENCE

    def __init__(self, waiter: Waiter, tool: Tool | None, *, asking: bool) -> None:
        completing = tool is not None and not COMPLETION.isdisjoint(arguments_of(tool))
        self.waits = waiter.waits and asking and not completing
        self.show: Callable[[dict[str, Any]], None] = waiter.show


async def _token(services: Services, want: Want, person: Kubectl, client: Client | None, helper: int) -> Token:
    if client is None:
        return await services.broker.token(want, person)
    if (digest := services.handed.doubtful(client, want.key, helper)) is not None:
        await services.broker.doubt(want, digest)
    token = await services.broker.token(want, person)
    services.handed.note(client, want.key, helper, token.digest)
    return token


def _client(request: Request, tool: Tool | None, info: ExecRequest) -> Client | None:
    """Who keeps the token; None for the JavaScript client, which says nothing and asks five times at once."""
    if tool is None or not request.body:
        return None
    return Client(tool, program_of(tool), info.cluster_server)
