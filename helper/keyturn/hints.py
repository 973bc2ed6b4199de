"""Hints that are commands: each is built here, as the list of words that it is run as, and printed quoted.

A hint is of one of three kinds. A *cure*, run as printed, changes the state that the error is about. A *show*
prints the fact that decides, which the error lacks. Everything else is *another's move*: a sentence, told where no
command of the user's own would help. Every function here has a row in tests/integration/test_hints.py, which runs it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Command = tuple[str, ...]
    Builder = Callable[..., Command]

CURES: dict[str, Builder] = {}
SHOWS: dict[str, Builder] = {}


def printed(hint: str | Sequence[str]) -> str:
    """A hint as a person reads it: a sentence as it is, a command quoted for a shell."""
    if isinstance(hint, str):
        return hint
    import shlex  # noqa: PLC0415 - a helper that has nothing to complain of does not pay for it

    return shlex.join(hint)


def after(what: str, command: Sequence[str]) -> str:
    """A command that helps once somebody has done `what`."""
    return f"{what}, then: {printed(command)}"


def _cure(builder: Builder) -> Builder:
    CURES[builder.__name__] = builder
    return builder


def _show(builder: Builder) -> Builder:
    SHOWS[builder.__name__] = builder
    return builder


@_cure
def login(profile: str) -> Command:
    """Sign in."""
    return "keyturn", "login", profile


@_cure
def login_again(profile: str) -> Command:
    """Sign in anew, with the choice of an account where a page can offer it."""
    return "keyturn", "login", profile, "--again"


@_cure
def entrust(profile: str) -> Command:
    """Give the vault the secret of `profile`, which is asked for."""
    return "keyturn", "secret", "set", profile


@_cure
def entrust_from_input(profile: str) -> Command:
    """The same from standard input; at a terminal it is asked for."""
    return "keyturn", "secret", "set", profile, "-"


@_cure
def entrust_of_application(profile: str) -> Command:
    """The same for what the application of `profile` proves itself with, beside a refresh token."""
    return "keyturn", "secret", "set", profile, "--application"


@_cure
def forget_locally(profile: str) -> Command:
    """Forget a profile without asking its server."""
    return "keyturn", "logout", profile, "--locally"


@_cure
def for_profile(command: str, profile: str) -> Command:
    """`command` again, for one of several profiles."""
    return *command.split(), profile


@_cure
def token(profile: str, *scopes: str) -> Command:
    """A token for one of several audiences."""
    return "keyturn", "token", profile, *(word for scope in scopes for word in ("--scope", scope))


@_cure
def run(profile: str, *scopes: str) -> Command:
    """The same for `keyturn run`, which needs a command too."""
    chosen = (word for scope in scopes for word in ("--scope", scope))
    return "keyturn", "run", profile, *chosen, "--", "COMMAND"


@_cure
def verb(*words: str) -> Command:
    """What was meant by a mistyped verb."""
    return "keyturn", *words


@_cure
def restart_daemon() -> Command:
    """A daemon with the environment of whoever runs this."""
    return "keyturn", "daemon", "restart"


@_cure
def keep_others_from_writing(*paths: str) -> Command:
    """Take the right to write from everybody but the owner."""
    return "chmod", "go-w", *paths


@_cure
def make_private(path: str) -> Command:
    """Take every right from everybody but the owner of a file."""
    return "chmod", "600", path


@_show
def usage(program: str) -> Command:
    """What `program` takes."""
    return *program.split(), "--help"


@_show
def profiles() -> Command:
    """Which profiles there are."""
    return "keyturn", "profile", "list"


@_show
def profile(name: str) -> Command:
    """What the configuration says of a profile: where its secret is, and what it may ask for."""
    return "keyturn", "profile", "show", name


@_show
def listing(*paths: str) -> Command:
    """Owner, mode and kind of files."""
    return "ls", "-ld", *paths


@_show
def size(path: str) -> Command:
    """Lines, words and bytes of a file, and nothing of its content."""
    return "wc", path


@_show
def where_is(program: str) -> Command:
    """Whether a shell knows a program of this name."""
    return "which", "-a", program


@_show
def kind_of(path: str) -> Command:
    """What kind of file it is: a program for another machine, a script without an interpreter."""
    return "file", path
