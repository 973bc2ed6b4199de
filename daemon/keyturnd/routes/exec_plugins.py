"""Who runs an exec plugin, and what asking once more means: what kubectl's two routes share."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from keyturn.errors import KeyturnError, VariablesWanted
from keyturn.protocols import kubectl
from keyturnd.broker import policy
from keyturnd.callers.handed import Client
from keyturnd.callers.peer import arguments_of, program_of, tool_behind
from keyturnd.fetching.wants import with_surroundings
from keyturnd.routes.recorded_clusters import recorded
from keyturnd.routes.remembered import AtHand
from keyturnd.server.http import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from keyturn.configuration.known_clusters import KnownCluster
    from keyturnd.broker.signin import Waiter
    from keyturnd.callers.handed import Handed
    from keyturnd.callers.peer import Tool
    from keyturnd.fetching.wants import Want
    from keyturnd.routes.recorded_clusters import RecordedClusters
    from keyturnd.server.http import Request
    from keyturnd.services import Services
    from keyturnd.vault.records import RecordName
    from keyturnd.vault.tokens import Token

Habit = Literal["keeps its token", "says nothing", "asks for no reason"]
"""How a client asks that has its token: after a 401 alone, or it depends on what it runs in, or for every request."""
COMPLETION = {"__complete", "__completeNoDesc"}
"""What a shell runs when somebody presses Tab: kubectl, helm and all others made with cobra."""
SHELLS = {"sh", "ash", "bash", "busybox", "dash", "ksh", "zsh"}
SILENT_RETRIERS = ("python", "pypy", "java")
"""What kr8s and fabric8 run in: they set no KUBERNETES_EXEC_INFO, and run the plugin again after a 401 only, or for
another client object. client-node, which sets none either, runs it five times at its first requests."""
CLIENT_GOS_END = b"\n"
"""Of the variable, which client-go leaves to Go's encoder. Neither Python's client ends it so, of which every
`load_kube_config()` runs the plugin, nor kube-rs, of which every client object runs it three times
(findings/kube-runs-its-plugin-three-times-for-a-client.sh)."""

UNDERSTOOD = 512
"""Requests whose meaning is remembered; beyond that all are forgotten."""


class Asked(NamedTuple):
    """What a client says, and what the configuration makes of it. cluster: the server, where somebody names it."""

    want: Want
    key: RecordName
    """The want's, which an answer needs three times."""
    version: str
    cluster: str | None
    habit: Habit

    def of_caller(self, told: Callable[[str], str | None]) -> Asked:
        """The same, bound to its caller's job or machine as `with_surroundings` does. Raises VariablesWanted."""
        want = with_surroundings(self.want, told)
        return self if want is self.want else self._replace(want=want, key=want.key)


def asked(want: Want, version: str, cluster: str | None, info: bytes) -> Asked:
    """What the client means that says `info` of itself."""
    return Asked(want, want.key, version, cluster, _habit(info))


def _habit(info: bytes) -> Habit:
    if not info:
        return "says nothing"
    return "keeps its token" if info.endswith(CLIENT_GOS_END) else "asks for no reason"


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


class Again(NamedTuple):
    """What has to be so for the next who says the same words to get the same answer. digest: of the token in it."""

    handed: Handed
    clusters: RecordedClusters
    known: Mapping[str, KnownCluster]
    asked: Asked
    digest: bytes

    def holds(self, helper: int) -> bool:
        """Whether it is so for whoever started `helper`, who then counts as having got the token.

        What is recorded of clusters must be what the words were checked against, or a cluster that has been set up
        anew would be trusted as before. And nobody may have this token already: a client says the same words after a
        401, and would be told the refused one for ever. Raises as RecordedClusters.now does.
        """
        if self.clusters.now() is not self.known:
            return False
        client = client_of(self.asked, tool_behind(helper))
        if client is None:
            return True
        if self.handed.doubtful(client, self.asked.key, helper) is not None:
            return False
        self.handed.note(client, self.asked.key, helper, self.digest)
        return True


def at_once(
    services: Services, request: Request, asked: Asked, known: Mapping[str, KnownCluster] | None = None
) -> AtHand | None:
    """See keyturnd.routes.table.AT_ONCE. Never for a client that has its token already: it may be refused.

    known: the recorded clusters that `asked` follows from, where its words are fit to be remembered.
    """
    helper = request.peer.pid
    client = client_of(asked, tool_behind(helper))
    if client is not None and services.handed.doubtful(client, asked.key, helper) is not None:
        return None
    held = services.broker.at_hand(asked.want)
    if held is None:
        return None
    answer = hand(services, request, asked, held.token, client)
    if known is None:
        return AtHand(answer)
    clusters = recorded(services.state_directory)
    return AtHand(answer, held, Again(services.handed, clusters, known, asked, held.token.digest))


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


def client_of(asked: Asked, tool: Tool | None) -> Client | None:
    """Who keeps the token and asks again after a 401; None where asking again says nothing of the last answer.

    reference/kubernetes.md section 1, "Clients that retry on 401".
    """
    if tool is None or asked.habit == "asks for no reason":
        return None
    if asked.habit == "says nothing":
        tool = _past_shell(tool)
        if not PurePath(program_of(tool)).name.startswith(SILENT_RETRIERS):
            return None
    return Client(tool, program_of(tool), asked.cluster)


def _past_shell(tool: Tool) -> Tool:
    """Who started `tool`, if that is a shell with one command: fabric8 starts a new one each time."""
    if PurePath(program_of(tool)).name in SHELLS and arguments_of(tool)[1:2] == ("-c",):
        return tool_behind(tool.pid) or tool
    return tool
