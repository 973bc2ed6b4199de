"""Who runs an exec plugin, and what asking once more means: what kubectl's two routes share."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from keyturn.errors import KeyturnError, VariablesWanted
from keyturn.protocols import kubectl
from keyturnd.broker import policy
from keyturnd.callers.handed import Client
from keyturnd.callers.peer import arguments_of, program_of, tool_behind
from keyturnd.fetching.wants import with_surroundings
from keyturnd.routes.remembered import AtHand
from keyturnd.server.http import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from keyturnd.broker.signin import Waiter
    from keyturnd.callers.peer import Tool
    from keyturnd.fetching.wants import Want
    from keyturnd.server.http import Request
    from keyturnd.services import Services
    from keyturnd.vault.records import RecordName
    from keyturnd.vault.tokens import Token

COMPLETION = {"__complete", "__completeNoDesc"}
"""What a shell runs when somebody presses Tab: kubectl, helm and all others made with cobra."""
SHELLS = {"sh", "ash", "bash", "busybox", "dash", "ksh", "zsh"}
SILENT_RETRIERS = ("python", "pypy", "java")
"""What kr8s and fabric8 run in: they set no KUBERNETES_EXEC_INFO, and run the plugin again after a 401 only, or for
another client object. client-node, which sets none either, runs it five times at its first requests."""
PYTHONS_JSON = b'": '
"""In the variable as Python's client sets it; client-go's is compact. Every `load_kube_config()` runs the plugin."""


UNDERSTOOD = 512
"""Requests whose meaning is remembered; beyond that all are forgotten."""


class Asked(NamedTuple):
    """What a client says, and what the configuration makes of it. cluster: the server, where somebody names it."""

    want: Want
    key: RecordName
    """The want's."""
    version: str
    cluster: str | None

    def of_caller(self, told: Callable[[str], str | None]) -> Asked:
        """The same, bound to its caller's job or machine as `with_surroundings` does. Raises VariablesWanted."""
        want = with_surroundings(self.want, told)
        return self if want is self.want else self._replace(want=want, key=want.key)


def asked(want: Want, version: str, cluster: str | None) -> Asked:
    """With the key of `want`, which an answer needs three times."""
    return Asked(want, want.key, version, cluster)


def keep_understood(services: Services, digest: bytes, meaning: object) -> None:
    """Remember what the words with this digest mean, until the configuration changes."""
    if len(services.understood) >= UNDERSTOOD:
        services.understood.clear()
    services.understood[digest] = meaning


class Kubectl:
    """kubectl as somebody who waits: only where it says that a person is there, and never for long.

    asking: whether it may ask a person at all.
    """

    patience: float | None = policy.ANSWER_WITHIN["kube"]
    """Seconds for a person: kubectl's discovery gives up after 32 s (reference/kubernetes.md section 1)."""

    def __init__(self, waiter: Waiter, tool: Tool | None, *, asking: bool) -> None:
        completing = tool is not None and not COMPLETION.isdisjoint(arguments_of(tool))
        self.waits = waiter.waits and asking and not completing
        self.told = waiter.told
        self.opens_browser = waiter.opens_browser
        self.show: Callable[[dict[str, Any]], None] = waiter.show


def at_once(services: Services, request: Request, asked: Asked) -> AtHand | None:
    """See keyturnd.routes.table.AT_ONCE. Never for a client that has its token already: it may be refused."""
    helper = request.peer.pid
    client = client_of(request, tool_behind(helper), asked.cluster)
    if client is not None and services.handed.doubtful(client, asked.key, helper) is not None:
        return None
    held = services.broker.at_hand(asked.want)
    if held is None:
        return None
    return AtHand(hand(services, request, asked, held.token, client))


def hand(services: Services, request: Request, asked: Asked, token: Token, client: Client | None) -> Response:
    """The answer with `token`, which `client` counts as having got once it could be written at all."""
    answer = Response(kubectl.answer(token.access_token, token.expires_at, asked.version))
    if client is not None:
        services.handed.note(client, asked.key, request.peer.pid, token.digest)
    return answer


async def told_once(
    services: Services, request: Request, answer: Awaitable[Response], exit_status: int | None = None
) -> Response:
    """`answer`, whose failure is told once per kubectl: the next of a moment fail silently (`exit_status`)."""
    helper = request.peer.pid
    tool = tool_behind(helper)
    try:
        return await answer
    except VariablesWanted:
        raise  # a question to the twin of this very helper, which says no more of the next one
    except KeyturnError as error:
        if services.complaints.is_told(tool, helper, error.sentence):
            return Response(exit_status=exit_status or error.exit_status)
        services.complaints.tell(tool, helper, error.sentence)
        raise


async def token(services: Services, want: Want, person: Kubectl, client: Client | None, helper: int) -> Token:
    """A token; another one than before where `client` asks again because that one was refused."""
    by = services.broker.answer_by(want)
    digest = None if client is None else services.handed.doubtful(client, want.key, helper)
    if client is not None and digest is not None:
        services.handed.doubted(client, want.key)
        await services.broker.doubt(want, digest, by)
    return await services.broker.token(want, person, by)


def client_of(request: Request, tool: Tool | None, cluster: str | None) -> Client | None:
    """Who keeps the token and asks again after a 401; None where asking again says nothing of the last answer.

    reference/kubernetes.md section 1, "Clients that retry on 401".
    """
    if tool is None or PYTHONS_JSON in request.body:
        return None
    if not request.body:
        tool = _past_shell(tool)
        if not PurePath(program_of(tool)).name.startswith(SILENT_RETRIERS):
            return None
    return Client(tool, program_of(tool), cluster)


def _past_shell(tool: Tool) -> Tool:
    """Who started `tool`, if that is a shell with one command: fabric8 starts a new one each time."""
    if PurePath(program_of(tool)).name in SHELLS and arguments_of(tool)[1:2] == ("-c",):
        return tool_behind(tool.pid) or tool
    return tool
