"""Hints that are commands of keyturn: each is built here, as the list of words that it is run as, and printed quoted.

Commands of other programs are in keyturn.shell, sentences in keyturn.moves. No other text is taken for a hint
(KeyturnError); every function has a row in tests/integration/test_hints.py, which runs it, or in
tests/unit/helper/test_moves.py.
"""

from __future__ import annotations

from keyturn.kinds_of_hints import cure, printed, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyturn.kinds_of_hints import Command


@cure
def login(profile: str) -> Command:
    """Sign in."""
    return "keyturn", "login", profile


@cure
def login_again(profile: str) -> Command:
    """Sign in anew, with the choice of an account where a page can offer it."""
    return "keyturn", "login", profile, "--again"


@cure
def entrust(profile: str) -> Command:
    """Give the vault the secret of `profile`, which is asked for."""
    return "keyturn", "secret", "set", profile


@cure
def entrust_from_input(profile: str) -> Command:
    """The same from standard input; at a terminal it is asked for."""
    return "keyturn", "secret", "set", profile, "-"


@cure
def entrust_of_application(profile: str) -> Command:
    """The same for what the application of `profile` proves itself with, beside a refresh token."""
    return "keyturn", "secret", "set", profile, "--application"


@cure
def forget_locally(profile: str) -> Command:
    """Forget a profile without asking its server."""
    return "keyturn", "logout", profile, "--locally"


@cure
def for_profile(command: str, profile: str) -> Command:
    """`command` again, for one of several profiles."""
    return *command.split(), profile


@cure
def token(profile: str, *scopes: str, audience: str | None = None) -> Command:
    """A token for one of several audiences, by its short name where it has one."""
    return "keyturn", "token", profile, *_wanted(scopes, audience)


def _wanted(scopes: Iterable[str], audience: str | None) -> tuple[str, ...]:
    return ("--audience", audience) if audience else tuple(word for scope in scopes for word in ("--scope", scope))


@cure
def renew(profile: str) -> Command:
    """Another token in place of one that is refused, by what the vault has; a job's log does not get to see it."""
    return "keyturn", "run", profile, "--renew", "--", "true"


@cure
def run(profile: str, *scopes: str, audience: str | None = None) -> Command:
    """The same for `keyturn run`, which needs a command too."""
    return "keyturn", "run", profile, *_wanted(scopes, audience), "--", "COMMAND"


@cure
def shorter_life(purpose: str, profile: str, minutes: int) -> Command:
    """The most that a new token's life fulfils."""
    command = ("--", "COMMAND") if purpose == "run" else ()
    return "keyturn", purpose, profile, "--min-life", f"{minutes}m", *command


@cure
def verb(*words: str) -> Command:
    """What was meant by a mistyped verb, or by a mistyped word behind one."""
    return "keyturn", *words


@cure
def restart_daemon() -> Command:
    """A daemon with the environment of whoever runs this."""
    return "keyturn", "daemon", "restart"


@cure
def remove_targets(*targets: str) -> Command:
    """Take away what a profile is for."""
    return "keyturn", "target", "remove", *targets


@cure
def add_target(place: str, profile: str, *options: str) -> Command:
    """Say that `profile` is for a place; `options` where the place's name does not tell what it is."""
    return "keyturn", "target", "add", place, profile, *options


@cure
def set_audiences(profile: str, *audiences: str) -> Command:
    """All that a profile may ask for beyond its targets, what it may by now among them."""
    return _edited(profile, "audiences", audiences)


@cure
def set_scopes(profile: str, *scopes: str) -> Command:
    """The same for scopes."""
    return _edited(profile, "scopes", scopes)


def _edited(profile: str, key: str, values: Sequence[str]) -> Command:
    import json  # noqa: PLC0415 - its strings are TOML's; a helper that has nothing to complain of does not pay for it

    return "keyturn", "profile", "edit", profile, f"{key}={json.dumps(values, ensure_ascii=False)}"


@show
def targets() -> Command:
    """Which targets there are."""
    return "keyturn", "target", "list"


@show
def usage(program: str) -> Command:
    """What `program` takes."""
    return *program.split(), "--help"


@show
def on_awx(collection: str, profile: str) -> Command:
    """Which tokens or applications the server of a profile has."""
    return "keyturn", "awx", collection, "list", "--profile", profile


@show
def kept_awx_tokens() -> Command:
    """Under which names values are kept."""
    return "keyturn", "awx", "tokens", "list", "--kept"


@cure
def forget_awx_token(name: str) -> Command:
    """Keep the value of a token no longer; the server keeps the token."""
    return "keyturn", "awx", "tokens", "forget", name


@show
def profiles() -> Command:
    """Which profiles there are."""
    return "keyturn", "profile", "list"


@show
def profile(name: str) -> Command:
    """What the configuration says of a profile: where its secret is, and what it may ask for."""
    return "keyturn", "profile", "show", name


@cure
def logout(profile: str) -> Command:
    """Forget a profile, here and at its server."""
    return "keyturn", "logout", profile


@cure
def set_up(tool: str, *options: str) -> Command:
    """Let git, kubectl or docker ask keyturn, as it is configured now."""
    return "keyturn", "setup", tool, *options


@cure
def start_daemon() -> Command:
    """A daemon, in the background."""
    return "keyturn", "daemon", "start"


@cure
def stop_daemon() -> Command:
    """No daemon, so that another may run."""
    return "keyturn", "daemon", "stop"


@cure
def stop_other_daemon(socket: str, host: str | None = None) -> Command:
    """The same for the daemon of another socket, or on another host."""
    command = "env", f"KEYTURN_SOCKET={socket}", "keyturn", "daemon", "stop"
    return command if host is None else ("ssh", host, printed(command))


@show
def run_daemon() -> Command:
    """A daemon in the foreground, which says why it ends."""
    return "keyturn", "daemon", "run"


@show
def log() -> Command:
    """What the daemon wrote of it."""
    return "keyturn", "log"


@show
def kept_demo() -> Command:
    """The demo once more, with its directory and the daemon's log in it kept."""
    return "keyturn", "demo", "--keep"
