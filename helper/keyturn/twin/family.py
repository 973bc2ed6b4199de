"""One room for each family of the helper: what it can answer without a daemon, and when it must not start one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from keyturn.errors import KeyturnError, UserError
    from keyturn.reach.client import Reply

    class Family(Protocol):
        """What `keyturn helper` needs to know of a family. Its modules import nothing heavy before they have to."""

        OPERATIONS: tuple[str, ...]
        FIRST: bool
        """Whether the operation is the first of the arguments, or the last."""
        PASSES_OVER_UNKNOWN: bool
        """Whether an operation that we do not know is none of our business: a later git may have new ones."""
        MISUSE: type[UserError]
        """What a missing or wrong operation ends in: docker's clients know but one failure, exit status 1."""
        WAITS_FOR_A_PERSON: bool
        """Whether a sign-in is beside the deadline: kubectl's callers have their own, docker's ask nobody."""

        VARIABLES: tuple[str, ...]
        """The caller's variables that go with a request, sorted."""
        SECRETS: tuple[str, ...]
        """Those that go with it where the daemon asks for them."""

        def body(self) -> bytes:
            """The request itself. Raises UsageError for one that is too long."""

        def may_ask(self, request: bytes) -> bool:
            """Whether the caller lets a person be asked; whether one is there is not the question."""

        def alone(self, operation: str, options: Sequence[str], request: bytes) -> Reply | None:
            """The answer that the configuration alone gives, None when it takes a daemon.

            Raises the errors that it would end in, too.
            """

        def output_of(self, error: KeyturnError, operation: str, request: bytes) -> str:
            """What the caller has to read on stdout when not even a daemon could be asked."""

        def told(self, error: KeyturnError, operation: str, request: bytes) -> KeyturnError | None:
            """What stderr says where the caller must read `error` as "not found", or something here explains it.

            The exit status is 1 then; None where `error` is told as it is.
            """
