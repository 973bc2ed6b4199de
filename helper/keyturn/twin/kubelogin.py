"""The stand-in for Azure's kubelogin without a daemon: its errors, in its form."""

from __future__ import annotations

import os

from keyturn.errors import KeyturnError, UsageError
from keyturn.protocols.kubelogin.variables import PLAIN, SECRET
from keyturn.reach.client import ENVIRONMENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyturn.errors import UserError
    from keyturn.reach.client import Reply

OPERATIONS: tuple[str, ...] = ("get-token",)
FIRST = True
PASSES_OVER_UNKNOWN = False
MISUSE: type[UserError] = UsageError
WAITS_FOR_A_PERSON = False
VARIABLES = tuple(sorted({*ENVIRONMENT, *PLAIN}))
SECRETS: tuple[str, ...] = SECRET


class Told(KeyturnError):
    """An error as kubelogin prints one."""

    def lines(self) -> str:
        """The line that kubelogin has, and ours with what helps."""
        text = f"Error: {self.sentence}\n"
        return text if self.hint is None else f"{text}keyturn: hint: {self.hint}\n"


def body() -> bytes:
    """KUBERNETES_EXEC_INFO, as for kube."""
    return os.environb.get(b"KUBERNETES_EXEC_INFO", b"")


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


def output_of(error: KeyturnError, operation: str, request: bytes) -> str:  # noqa: ARG001
    """Nothing: kubectl reads an answer there, or fails."""
    return ""


def told(error: KeyturnError, operation: str, request: bytes) -> KeyturnError | None:  # noqa: ARG001
    """`error`, in kubelogin's form and with its exit status, 1."""
    return Told(error.sentence, error.hint)
