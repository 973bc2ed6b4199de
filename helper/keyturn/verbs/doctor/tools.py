"""Whether git, kubectl and docker ask keyturn for what are targets."""

from __future__ import annotations

from keyturn import hints
from keyturn.errors import KeyturnError
from keyturn.verbs.doctor.finding import Finding, failed, ok
from keyturn.verbs.setup.command import TOOLS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturn.configuration.config import Config


def look(config: Config) -> Iterator[Finding]:
    """What each tool's own configuration lacks, and what stands in the way there."""
    for tool, module in TOOLS.items():
        if not module.targets(config):
            continue
        try:
            found = list(module.unlike(config))
        except KeyturnError as error:
            yield failed(error, f"{tool}: ")
            continue
        for sentence in found:
            yield Finding("error", f"{tool}: {sentence}", hints.set_up(tool), safe=True)
        if not found:
            yield ok(f"{tool} asks keyturn for all of its targets")
