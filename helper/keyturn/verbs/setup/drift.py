"""What `keyturn setup` would change: where a tool's configuration and the targets have come apart."""

from __future__ import annotations

from keyturn.verbs.setup.docker import command as docker
from keyturn.verbs.setup.git import command as git
from keyturn.verbs.setup.kube import command as kube

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sized

    from keyturn.configuration.config import Config

TOOLS: dict[str, Callable[[Config], Sized]] = {
    "git": lambda config: config.git_targets,
    "kube": lambda config: config.kube_targets,
    "docker": lambda config: config.docker_targets,
}
"""The targets of each tool."""


def drift(tool: str, config: Config) -> Iterator[str]:
    """A sentence for each thing that is not as the targets want it; nothing where the tool has none.

    Raises what setting the tool up does.
    """
    if not TOOLS[tool](config):
        return
    if tool == "git":
        steps = git.planned().steps.items()
        yield from (f"git does not ask keyturn for {place}" for place, commands in steps if commands)
    elif tool == "docker":
        yield from (change.sentence() for change in docker.planned().changes)
    else:
        yield from kube.unlike(config)
