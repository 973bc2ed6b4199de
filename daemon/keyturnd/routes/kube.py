"""kubectl's exec credentials: what `kube-credential-keyturn` asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyturn.errors import ConfigError, KeyturnError, Refused, UsageError
from keyturn.protocols import kubectl
from keyturn.scopes import AKS, of_audience
from keyturn.targets import allows, find_kube, scopes_of
from keyturnd.handed import Client
from keyturnd.http import Response
from keyturnd.peer import arguments_of, program_of, tool_behind
from keyturnd.routes.bodies import profile_named
from keyturnd.wants import Want

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn.config import Config
    from keyturn.profiles import Profile
    from keyturn.protocols.kubectl import ExecRequest, KubeOptions
    from keyturn.targets import KubeTarget
    from keyturnd.http import Request
    from keyturnd.peer import Tool
    from keyturnd.services import Services
    from keyturnd.signin import Waiter
    from keyturnd.tokens import Token

PATIENCE = 25.0
"""Seconds for a person: kubectl's discovery gives up after 32 s (reference/kubernetes.md section 1)."""
COMPLETION = {"__complete", "__completeNoDesc"}
"""What a shell runs when somebody presses Tab: kubectl, helm and all others made with cobra."""


async def get_token(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """An ExecCredential for a cluster that is a target, or for a profile named on the command line.

    A failure is told once per kubectl; its further calls of the same moment fail silently.
    """
    helper = request.peer.pid
    tool = tool_behind(helper)
    told = services.complaints.is_told(tool, helper)
    try:
        info = kubectl.parse(request.body)
        want = _want(services.configuration.current(), info, kubectl.options(request.arguments))
        person = Kubectl(waiter, tool, asking=info.interactive and not told)
        token = await _token(services, want, person, _client(request, tool, info))
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


async def _token(services: Services, want: Want, person: Kubectl, client: Client | None) -> Token:
    if client is None:
        return await services.broker.token(want, person)
    if (digest := services.handed.digest(client, want.key)) is not None:
        await services.broker.doubt(want, digest)
    token = await services.broker.token(want, person)
    services.handed.note(client, want.key, token.digest)
    return token


def _client(request: Request, tool: Tool | None, info: ExecRequest) -> Client | None:
    """Who keeps the token; None for the JavaScript client, which says nothing and asks five times at once."""
    if tool is None or not request.body:
        return None
    return Client(tool, program_of(tool), info.cluster_server)


def _want(config: Config, info: ExecRequest, options: KubeOptions) -> Want:
    """What is asked for."""
    target = _target(config, info)
    name = options.profile or (target.profile if target is not None else None)
    if name is None:
        raise UsageError("neither --profile nor a cluster tells which profile to use", "keyturn setup kube")
    profile = profile_named(config, name)
    _check_protocol(profile)
    return Want(profile, _scopes(config, profile, target, options.server_id), "kube")


def _target(config: Config, info: ExecRequest) -> KubeTarget | None:
    """The cluster must be a target where one is named: a kubeconfig may be somebody else's."""
    if info.cluster_server is None:
        return None
    target = find_kube(config.kube_targets, info.cluster_server)
    if target is None:
        raise Refused(
            "the cluster of this kubeconfig is no target", f"add its server to [targets.kube] in {config.source}"
        )
    return target


def _scopes(config: Config, profile: Profile, target: KubeTarget | None, server_id: str | None) -> tuple[str, ...]:
    """The target's, or AKS's, or those of --server-id: all but the first only if the configuration allows them.

    Where no cluster is named, the arguments of a kubeconfig are all there is, and it may be somebody else's.
    """
    implied = AKS if target is None else scopes_of(target)
    wanted = implied if server_id is None else of_audience(server_id)
    if (target is None or wanted != implied) and not allows(config, profile.name, wanted):
        raise Refused(
            f"profile {profile.name} may not ask for {wanted[0]}",
            f"add its clusters to [targets.kube], or the id to its audiences, in {config.source}",
        )
    return wanted


def _check_protocol(profile: Profile) -> None:
    if profile.provider != "entra":
        raise ConfigError(f"profile {profile.name} has no tokens for clusters", "keyturn profile list")
    if "kube" not in profile.protocols:
        raise ConfigError(f"profile {profile.name} is not for kube", f'add "kube" to protocols of profile {profile.name}')
