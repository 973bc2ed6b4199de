"""The stand-in for Azure's kubelogin without a daemon: its errors, in its form."""

from __future__ import annotations

import os

from keyturn.errors import KeyturnError
from keyturn.protocols.kubelogin.variables import PLAIN, SECRET
from keyturn.reach.client import ENVIRONMENT
from keyturn.twin.kube import (
    FIRST,
    MISUSE,
    OPERATIONS,
    PASSES_OVER_UNKNOWN,
    WAITS_FOR_A_PERSON,
    body,
    output_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyturn.reach.client import Reply

__all__ = [
    "FIRST", "MISUSE", "OPERATIONS", "PASSES_OVER_UNKNOWN", "SECRETS", "VARIABLES", "WAITS_FOR_A_PERSON",
    "Told", "alone", "body", "may_ask", "output_of", "told",
]  # fmt: skip
"""kubectl is the client here as there: what is not said below is as for kube."""

VARIABLES = tuple(sorted({*ENVIRONMENT, *PLAIN}))
SECRETS: tuple[str, ...] = SECRET


class Told(KeyturnError):
    """An error as kubelogin prints one."""

    def lines(self) -> str:
        """The line that kubelogin has, and ours with what helps."""
        text = f"Error: {self.sentence}\n"
        return text if self.hint is None else f"{text}keyturn: hint: {self.hint}\n"


def may_ask(request: bytes) -> bool:  # noqa: ARG001 - whatever is said
    """Whenever somebody sits at a terminal: kubelogin passes over what the client says of itself (its issue 150)."""
    return True


def alone(operation: str, options: Sequence[str], request: bytes) -> Reply | None:  # noqa: ARG001 - there is but one
    """Never an answer, but the error that the daemon would only repeat: then none is started."""
    from keyturn.configuration import known_clusters  # noqa: PLC0415 - only where no daemon runs
    from keyturn.configuration.clusters import check_named_cluster  # noqa: PLC0415
    from keyturn.configuration.config import load  # noqa: PLC0415
    from keyturn.configuration.kubelogin.stand_in import stand_in  # noqa: PLC0415
    from keyturn.protocols import kubectl  # noqa: PLC0415
    from keyturn.protocols.kubelogin.flags import parse  # noqa: PLC0415
    from keyturn.protocols.kubelogin.wish import wish  # noqa: PLC0415
    from keyturn.reach.paths import config_file, state_directory  # noqa: PLC0415

    said, config = wish(parse(options), os.environ.get), load(config_file())
    check_named_cluster(config, kubectl.parse(request), lambda: known_clusters.load(state_directory()))
    stand_in(config, said)
    return None


def told(error: KeyturnError, operation: str, request: bytes) -> KeyturnError | None:  # noqa: ARG001
    """`error`, in kubelogin's form and with its exit status, 1."""
    return Told(error.sentence, error.hint)
