"""kubectl's exec credentials without a daemon: the errors that the configuration alone can tell."""

from __future__ import annotations

import os

from keyturn.errors import UsageError
from keyturn.reach.client import ENVIRONMENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyturn.errors import KeyturnError, UserError
    from keyturn.reach.client import Reply

OPERATIONS: tuple[str, ...] = ("get-token",)
FIRST = True
PASSES_OVER_UNKNOWN = False
MISUSE: type[UserError] = UsageError
WAITS_FOR_A_PERSON = False
WORD = "--word"
"""What `setup kube` puts into a stanza (keyturn.protocols.kubectl.OPTIONS)."""
VARIABLES: tuple[str, ...] = ENVIRONMENT
SECRETS: tuple[str, ...] = ()


def body() -> bytes:
    """KUBERNETES_EXEC_INFO; never stdin, which is kubectl's own, or a pipe that nobody closes."""
    return os.environb.get(b"KUBERNETES_EXEC_INFO", b"")


def may_ask(request: bytes) -> bool:
    """Whether the client calls itself interactive."""
    if b"interactive" not in request:
        return False
    from keyturn.protocols import kubectl  # noqa: PLC0415 - only where somebody might be there

    try:
        return kubectl.parse(request).interactive
    except UsageError:
        return False


def alone(operation: str, options: Sequence[str], request: bytes) -> Reply | None:  # noqa: ARG001 - there is but one
    """Never an answer, but the error that the daemon would only repeat: then none is started.

    Where `setup kube` wrote the stanza the cluster was a target, and understanding the configuration would take as
    long as the start.
    """
    if WORD in options:
        return None
    from keyturn.configuration import known_clusters  # noqa: PLC0415
    from keyturn.configuration.clusters import token_for  # noqa: PLC0415 - only where no daemon runs
    from keyturn.configuration.config import load  # noqa: PLC0415
    from keyturn.protocols import kubectl  # noqa: PLC0415
    from keyturn.reach.paths import config_file, state_directory  # noqa: PLC0415

    known = known_clusters.load(state_directory())
    token_for(load(config_file()), kubectl.parse(request), kubectl.options(options), known)
    return None


def output_of(error: KeyturnError, operation: str, request: bytes) -> str:  # noqa: ARG001
    """Nothing: kubectl reads an answer there, or fails."""
    return ""


def told(error: KeyturnError, operation: str, request: bytes) -> KeyturnError | None:  # noqa: ARG001
    """Nothing is ever "not found" here: silence, or a failure."""
    return None
