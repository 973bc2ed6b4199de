"""Every error keyturn shows, by whose move it is.

    KeyturnError
    ├── UserError            yours: something to set right, or to sign in for
    │   ├── UsageError           wrong words on the command line (exit 2)
    │   ├── ConfigError          config.toml, or a file it names (exit 2)
    │   │   └── ConfigUnreadable     nobody's: no descriptor is free, or the disk fails (exit 1)
    │   ├── SignInNeeded         a person has to sign in (exit 3)
    │   ├── NoTarget             a URL that is near to one of ours (one line, exit 0)
    │   ├── VariablesWanted      the daemon asks for values of the caller's environment (exit 1)
    │   └── Refused              keyturn will not do that (exit 1)
    ├── ProviderError        theirs: what the provider answered, or did not
    │   ├── ProviderRefused      a final no (exit 1)
    │   └── ProviderUnreachable  I/O, 408, 429, 5xx: try later (exit 4)
    └── InternalError        ours
        ├── DaemonUnavailable    no daemon, and none could be started (exit 1)
        ├── StateError           the vault or its key cannot be read or written (exit 1)
        │   └── VaultLocked          its key is in a keyring that a person has to unlock (exit 1)
        ├── AcquisitionDied      a token fetch was killed before it ended (exit 1)
        └── Bug                  report it (exit 1)

Each carries one sentence of what failed and, where there is one, the exact command that helps. Between the
processes they travel as problem documents (RFC 9457), see `to_problem` and keyturn.problems.
"""

from __future__ import annotations

from keyturn.kinds_of_hints import Sentence, printed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar, TextIO

    from keyturn.kinds_of_hints import Hint


class KeyturnError(Exception):
    """One sentence (lower case, no full stop), an optional hint, and the exit status they end in.

    `output` is what the protocol being spoken wants on stdout beside the error: git's `quit=1`. `mistyped` is a name
    that somebody wrote and the one that was meant, `lacking` the words that have to be added to theirs, or an option
    with the value that it should have: whoever knows all their words can say those once more (keyturn.retyped).
    """

    kind: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1
    http_status: ClassVar[int] = 500
    passes: ClassVar[bool] = False
    """Whether it may be gone by itself the next time, so that an old token is better than none (DESIGN 5.6)."""

    def __init__(self, sentence: str, hint: Hint | None = None) -> None:
        """Both texts are folded to one line: an answer of a provider may hold line breaks.

        A `hint` comes from keyturn.hints, keyturn.shell or keyturn.moves.
        """
        self.sentence = one_line(sentence)
        self.hint = Sentence(one_line(printed(hint))) if hint else None
        self.output = ""
        self.mistyped: tuple[str, str] | None = None
        self.lacking: tuple[str, ...] = ()
        super().__init__(self.sentence)

    def lines(self) -> str:
        """What the user reads on stderr."""
        text = f"keyturn: error: {self.sentence}\n"
        return text if self.hint is None else f"{text}keyturn: hint: {self.hint}\n"

    def to_problem(self) -> dict[str, str | int]:
        """The problem document of this error, ready for JSON."""
        problem: dict[str, str | int] = {
            "type": f"urn:keyturn:{self.kind}",
            "title": self.kind.replace("-", " "),
            "status": self.http_status,
            "detail": self.sentence,
            "exit": self.exit_status,
        }
        if self.hint is not None:
            problem["hint"] = str(self.hint)
        if self.output:
            problem["output"] = self.output
        if self.mistyped is not None:
            problem["mistyped"], problem["meant"] = self.mistyped
        if self.lacking:
            problem["lacking"] = " ".join(self.lacking)
        return problem


class UserError(KeyturnError):
    """The user's move."""

    http_status = 400


class UsageError(UserError):
    """Wrong words on the command line, or a request that is not of the interface's form."""

    kind = "usage"
    exit_status = 2


class ConfigError(UserError):
    """A mistake in config.toml or in a file it names."""

    kind = "configuration"
    exit_status = 2
    http_status = 422


class ConfigUnreadable(ConfigError):
    """Such a file cannot be read at this moment, which says nothing of what is in it (keyturn.configuration.trusted).

    Until it can be, nobody knows what it allows: for whoever asks it is as good as invalid, but it passes.
    """

    kind = "configuration-unreadable"
    exit_status = 1
    http_status = 503
    passes = True


class SignInNeeded(UserError):
    """A person has to sign in first."""

    kind = "sign-in-needed"
    exit_status = 3
    http_status = 401


class VariablesWanted(UserError):
    """A secret that stands in the caller's environment is needed: asked for by `names`, each only then sent.

    To a person it is an error: the twin has sent what there is, and nothing was in it.
    """

    kind = "variables-wanted"
    http_status = 428

    def __init__(self, sentence: str, hint: Hint | None = None, *, names: Sequence[str] = ()) -> None:
        super().__init__(sentence, hint)
        self.names = tuple(names)

    def to_problem(self) -> dict[str, str | int]:
        """With the names, separated by blanks."""
        return {**super().to_problem(), "variables": " ".join(self.names)}


class Refused(UserError):
    """Well understood, and not allowed."""

    kind = "refused"
    http_status = 403


class NoTarget(UserError):
    """Not ours, where somebody may have thought so: one line, and for the caller no failure."""

    kind = "no-target"
    exit_status = 0
    http_status = 404

    def lines(self) -> str:
        """One line: what to type instead is in it."""
        return f"keyturn: warning: {self.sentence}\n"


class ProviderError(KeyturnError):
    """The provider's move."""

    http_status = 502


class ProviderRefused(ProviderError):
    """The provider said no, and will say no again until something changes."""

    kind = "provider-refused"


class ProviderUnreachable(ProviderError):
    """No answer, or one that may be different later. `retry_after`: seconds the provider asked for.

    connected: False where there was no way to it, so that it was asked nothing. beside: see Failure.beside.
    """

    kind = "provider-unreachable"
    exit_status = 4
    http_status = 503
    passes = True

    def __init__(
        self, sentence: str, hint: Hint | None = None, *,
        retry_after: float | None = None, connected: bool = True, beside: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(sentence, hint)
        self.retry_after = retry_after
        self.connected = connected
        self.beside = beside


class InternalError(KeyturnError):
    """Our move. It says nothing about the token somebody holds."""

    passes = True


class DaemonUnavailable(InternalError):
    """No daemon answers, and none could be started."""

    kind = "daemon-unavailable"


class StateError(InternalError):
    """The vault or its key cannot be read or written."""

    kind = "state"
    http_status = 507


class VaultLocked(StateError):
    """The key is in a keyring that somebody has to unlock first."""

    kind = "vault-locked"


class AcquisitionDied(InternalError):
    """The process that fetched a token was killed before it ended. Nothing is lost: ask again."""

    kind = "acquisition-died"
    http_status = 503


class Bug(InternalError):
    """Something that cannot happen did."""

    kind = "bug"


def report(error: KeyturnError, stream: TextIO) -> int:
    """Print the error's lines and return its exit status: the one funnel every program ends in."""
    stream.write(error.lines())
    stream.flush()
    return error.exit_status


def one_line(text: str) -> str:
    """`text` with control characters gone and white space folded, so that it cannot forge a second line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
