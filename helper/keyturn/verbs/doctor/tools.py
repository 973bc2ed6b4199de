"""Whether git, kubectl and docker ask keyturn for what are targets."""

from __future__ import annotations

from keyturn import hints
from keyturn.errors import KeyturnError
from keyturn.verbs.doctor.finding import Finding, failed, ok
from keyturn.verbs.setup.command import TOOLS
from keyturn.verbs.setup.kube import stand_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturn.configuration.config import Config


TAKES_A_LOOK = frozenset({"kube"})
"""Tools whose set-up is no safe command: a cluster's CA and proxy count as its kubeconfig has them then, and that may
be somebody else's. Whom tokens are sent to is for a person to see first."""


def look(config: Config) -> Iterator[Finding]:
    """What each tool's own configuration lacks, and what stands in the way there."""
    for tool, module in TOOLS.items():
        if not module.targets(config):
            continue
        try:
            found, hindrances = list(module.unlike(config)), list(module.hindrances(config))
        except KeyturnError as error:
            yield failed(error, f"{tool}: ")
            continue
        for sentence in found:
            told = sentence if sentence.startswith(tool) else f"{tool}: {sentence}"
            yield Finding("error", told, hints.set_up(tool), safe=tool not in TAKES_A_LOOK)
        if not found:
            yield ok(f"{tool} asks keyturn for all of its targets")
        yield from (Finding("warning", f"{tool}: {told}", hint) for told, hint in hindrances)
    yield from _look_at_kubelogin(config)


def _look_at_kubelogin(config: Config) -> Iterator[Finding]:
    """Keyturn under the name of Azure's kubelogin, which needs no target."""
    installed = stand_in.installed()
    if not installed:
        return
    found = list(stand_in.hindrances())
    if not found:
        yield ok(f"kubelogin is {installed[0]}, which asks keyturn")
    if not config.kube_targets:
        found += TOOLS["kube"].hindrances(config)
    yield from (Finding("warning", f"kube: {told}", hint) for told, hint in found)
