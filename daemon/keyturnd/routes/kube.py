"""kubectl's exec credentials: what `kube-credential-keyturn` asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyturn.errors import ConfigError, KeyturnError, Refused, UsageError
from keyturn.protocols import kubectl
from keyturn.scopes import AKS, of_audience
from keyturn.targets import allows, find_kube, scopes_of
from keyturnd.http import Response
from keyturnd.peer import arguments_of, tool_behind
from keyturnd.routes.bodies import profile_named
from keyturnd.wants import Want

if TYPE_CHECKING:
    from keyturn.config import Config
    from keyturn.profiles import Profile
    from keyturn.protocols.kubectl import ExecRequest, KubeOptions
    from keyturnd.http import Request
    from keyturnd.peer import Tool
    from keyturnd.services import Services
    from keyturnd.signin import Waiter

PATIENCE = 25.0
"""Seconds for a person: kubectl's discovery gives up after 32 s (reference/kubernetes.md section 1)."""


async def get_token(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """An ExecCredential for a cluster that is a target, or for a profile named on the command line.

    A failure is told once per kubectl; its further calls of the same moment fail silently.
    """
    tool = tool_behind(request.peer.pid)
    try:
        info = kubectl.parse(request.body)
        want = _want(services.configuration.current(), info, kubectl.options(request.arguments))
        token = await services.broker.token(want, Kubectl(waiter, info, tool))
    except KeyturnError:
        if services.complaints.is_repetition(tool, request.peer.pid):
            return Response(exit_status=1)
        raise
    return Response(kubectl.answer(token.access_token, token.expires_at, info.api_version))


class Kubectl:
    """kubectl as somebody who waits: only where it says that a person is there, and never for long."""

    patience: float | None = PATIENCE

    def __init__(self, waiter: Waiter, info: ExecRequest, tool: Tool | None) -> None:
        completing = tool is not None and "__complete" in arguments_of(tool)
        self.waits = waiter.waits and info.interactive and not completing
        self._waiter = waiter

    def show(self, event: dict[str, Any]) -> None:
        self._waiter.show(event)


def _want(config: Config, info: ExecRequest, options: KubeOptions) -> Want:
    """What is asked for. The cluster must be a target where one is named: a kubeconfig may be somebody else's."""
    target = None
    if info.cluster_server is not None:
        target = find_kube(config.kube_targets, info.cluster_server)
        if target is None:
            raise Refused(
                "the cluster of this kubeconfig is no target", f"add its server to [targets.kube] in {config.source}"
            )
    name = options.profile or (target.profile if target is not None else None)
    if name is None:
        raise UsageError("neither --profile nor a cluster tells which profile to use", "keyturn setup kube")
    profile = profile_named(config, name)
    _check_protocol(profile)
    scopes = scopes_of(target) if target is not None else AKS
    return Want(profile, _within(config, profile, options.server_id) or scopes, "kube")


def _within(config: Config, profile: Profile, server_id: str | None) -> tuple[str, ...] | None:
    """The scopes of --server-id, if the configuration lets this profile ask for them."""
    if server_id is None:
        return None
    wanted = of_audience(server_id)
    if wanted != AKS and not allows(config, profile.name, wanted):
        raise Refused(
            f"profile {profile.name} may not ask for the server id on the command line",
            f"add it to audiences of profile {profile.name} in {config.source}",
        )
    return wanted


def _check_protocol(profile: Profile) -> None:
    if "kube" not in profile.protocols:
        hint = f'add "kube" to protocols of profile {profile.name}'
        raise ConfigError(f"profile {profile.name} is not for kube", hint)
    if profile.provider != "entra":
        raise ConfigError(f"profile {profile.name} has no tokens for clusters", "keyturn profile list")
