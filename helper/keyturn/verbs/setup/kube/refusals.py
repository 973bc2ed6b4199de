"""What `keyturn setup kube` refuses to do, with what it found and what it wanted."""

from __future__ import annotations

from keyturn import hints, moves, shell
from keyturn.configuration.hosts import without_userinfo
from keyturn.configuration.named import no_target
from keyturn.errors import ConfigError, Refused, UsageError
from keyturn.reach.paths import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from keyturn.configuration.config import Config
    from keyturn.kinds_of_hints import Sentence
    from keyturn.verbs.setup.kube.kubeconfig.file import KubeFile

SHOWN = 5
"""Servers in one sentence."""
EXAMPLE = "https://CLUSTER.hcp.REGION.azmk8s.io"


def no_file(file: KubeFile) -> UsageError:
    """For a kubeconfig that was named and is not there."""
    directory = nearest(str(file.path.absolute().parent))
    return UsageError(f"there is no kubeconfig {file.path}", shell.contents(directory))


def no_context(context: str, files: Sequence[KubeFile]) -> UsageError:
    """For a context that was named and is not there."""
    return UsageError(
        f"there is no context {context} in {listed(file.path for file in files)}",
        shell.kubectl("config", "get-contexts"),
    )


def not_a_target(config: Config, context: str, server: str, entry: Mapping[str, Any]) -> Refused:
    """For a context that was named, by this `entry`, and whose cluster is none of ours."""
    if not server:
        sentence = (
            f"no kubeconfig here tells the server of cluster {entry.get('cluster') or ''}, of context {context}"
        )
        return Refused(sentence, shell.kubectl("config", "get-clusters"))
    return Refused(f"the cluster of context {context}, {without_userinfo(server)}, is no kube target", _add(config))


def nothing_to_do(config: Config, files: Sequence[KubeFile], servers: Sequence[str]) -> ConfigError:
    """Which of four things is missing: targets, a kubeconfig, contexts in it, or one of them that is for a target.

    servers: of all contexts.
    """
    where, found = listed(file.path for file in files), list(map(without_userinfo, filter(None, servers)))
    if not config.kube_targets:
        told = f"; the servers in {where} are {listed(found)}" if found else ""
        return no_target(config, "kube", EXAMPLE, told)
    wanted = listed(target.url for target in config.kube_targets)
    if not any(file.is_there for file in files):
        sentence = f"there is no kubeconfig {where}; the kube targets are {wanted}"
        return ConfigError(sentence, moves.clients.fetch_kubeconfig(hints.set_up("kube")))
    if not found:
        sentence = f"{where} has no contexts; the kube targets are {wanted}"
        return ConfigError(sentence, moves.clients.fetch_kubeconfig(hints.set_up("kube")))
    sentence = (
        f"no context in {where} is for a kube target: its servers are {listed(found)}; the targets are {wanted}"
    )
    return ConfigError(sentence, _add(config))


def _add(config: Config) -> Sentence:
    """What a kubeconfig says is in the error: it may be a stranger's, and is not made a line to be pasted."""
    return moves.configuration.add(f'"{EXAMPLE}" = "PROFILE"', "[targets.kube]", str(config.source))


def listed(texts: Iterable[object]) -> str:
    """All of them, or as many as a person reads."""
    found = list(dict.fromkeys(map(str, texts)))
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(found[:SHOWN]) + more
