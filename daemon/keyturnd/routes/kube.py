"""kubectl's exec credentials: what `kube-credential-keyturn` asks."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from keyturn.configuration import known_clusters
from keyturn.configuration.clusters import token_for
from keyturn.errors import KeyturnError
from keyturn.protocols import kubectl
from keyturnd.broker import policy
from keyturnd.callers.handed import Client
from keyturnd.callers.peer import arguments_of, program_of, tool_behind
from keyturnd.fetching.wants import Want
from keyturnd.routes.remembered import AtHand
from keyturnd.server.http import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn.protocols.kubectl import ExecRequest, KubeOptions
    from keyturnd.broker.signin import Waiter
    from keyturnd.callers.peer import Tool
    from keyturnd.server.http import Request
    from keyturnd.services import Services
    from keyturnd.vault.tokens import Token

COMPLETION = {"__complete", "__completeNoDesc"}
"""What a shell runs when somebody presses Tab: kubectl, helm and all others made with cobra."""
SHELLS = {"sh", "ash", "bash", "busybox", "dash", "ksh", "zsh"}
SILENT_RETRIERS = ("python", "pypy", "java")
"""What kr8s and fabric8 run in: they set no KUBERNETES_EXEC_INFO, and run the plugin again after a 401 only, or for
another client object. client-node, which sets none either, runs it five times at its first requests."""
PYTHONS_JSON = b'": '
"""In the variable as Python's client sets it; client-go's is compact. Every `load_kube_config()` runs the plugin."""


class Asked(NamedTuple):
    """What a client says, and what the configuration makes of it."""

    info: ExecRequest
    options: KubeOptions
    want: Want


def _asked(services: Services, request: Request) -> Asked:
    """Raises UsageError, Refused or ConfigError, as keyturn.configuration.clusters.token_for does."""
    info, options = kubectl.parse(request.body), kubectl.options(request.arguments)
    known = known_clusters.load(services.state_directory)
    token = token_for(services.configuration.current(), info, options, known)
    return Asked(info, options, Want(token.profile, token.scopes, "kube"))


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
    helper = request.peer.pid
    tool = tool_behind(helper)
    told = services.complaints.is_told_anything(tool, helper)
    try:
        asked = _asked(services, request)
        person = Kubectl(waiter, tool, asking=asked.info.interactive and not told)
        client = _client(request, tool, asked)
        token = await _token(services, asked.want, person, client, helper)
    except KeyturnError as error:
        if services.complaints.is_told(tool, helper, error.sentence):
            return Response(exit_status=error.exit_status)
        services.complaints.tell(tool, helper, error.sentence)
        raise
    return _hand(services, request, asked, token, client)


def _hand(services: Services, request: Request, asked: Asked, token: Token, client: Client | None) -> Response:
    """The answer with `token`, which `client` counts as having got once it could be written at all."""
    version = kubectl.version_of(request.body, asked.info, asked.options)
    answer = Response(kubectl.answer(token.access_token, token.expires_at, version))
    if client is not None:
        services.handed.note(client, asked.want.key, request.peer.pid, token.digest)
    return answer


class Kubectl:
    """kubectl as somebody who waits: only where it says that a person is there, and never for long.

    asking: whether it may ask a person at all.
    """

    patience: float | None = policy.ANSWER_WITHIN["kube"]
    """Seconds for a person: kubectl's discovery gives up after 32 s (reference/kubernetes.md section 1)."""

    def __init__(self, waiter: Waiter, tool: Tool | None, *, asking: bool) -> None:
        completing = tool is not None and not COMPLETION.isdisjoint(arguments_of(tool))
        self.waits = waiter.waits and asking and not completing
        self.show: Callable[[dict[str, Any]], None] = waiter.show


async def _token(services: Services, want: Want, person: Kubectl, client: Client | None, helper: int) -> Token:
    by = services.broker.answer_by(want)
    digest = None if client is None else services.handed.doubtful(client, want.key, helper)
    if digest is not None:
        await services.broker.doubt(want, digest, by)
    return await services.broker.token(want, person, by)


def _client(request: Request, tool: Tool | None, asked: Asked) -> Client | None:
    """Who keeps the token and asks again after a 401; None where asking again says nothing of the last answer.

    reference/kubernetes.md section 1, "Clients that retry on 401".
    """
    if tool is None or PYTHONS_JSON in request.body:
        return None
    if not request.body:
        tool = _past_shell(tool)
        if not PurePath(program_of(tool)).name.startswith(SILENT_RETRIERS):
            return None
    return Client(tool, program_of(tool), asked.info.cluster_server or asked.options.server)


def _past_shell(tool: Tool) -> Tool:
    """Who started `tool`, if that is a shell with one command: fabric8 starts a new one each time."""
    if PurePath(program_of(tool)).name in SHELLS and arguments_of(tool)[1:2] == ("-c",):
        return tool_behind(tool.pid) or tool
    return tool
