"""`keyturn git import`: what other helpers of git have kept, given to the daemon as git would give it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

from keyturn import hints, moves, shell
from keyturn.configuration.targets.git import find_git
from keyturn.console import other_daemon
from keyturn.console.configured import configuration
from keyturn.console.requests import print_json
from keyturn.console.starting import secret_variables
from keyturn.errors import ConfigError, Refused, UsageError, one_line
from keyturn.home import home
from keyturn.protocols import git
from keyturn.reach import client, launch
from keyturn.verbs.git import libsecret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from keyturn.configuration.config import Config


HANDED_OVER = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")


class Found(NamedTuple):
    """One credential of another helper, as attributes of git's protocol. Secret."""

    attributes: dict[str, str]

    def __repr__(self) -> str:
        return f"Found({self.url!r})"

    @property
    def url(self) -> str:
        """Whose it is."""
        path = self.attributes.get("path")
        return f"{self.attributes['protocol']}://{self.attributes['host']}" + (f"/{path}" if path else "")

    @property
    def body(self) -> bytes:
        """The request that has it kept."""
        lines = (f"{name}={value}\n" for name, value in self.attributes.items())
        return "".join(lines).encode("utf-8", "surrogateescape")


def run(options: Namespace) -> int:
    """The exit status. Raises ConfigError where nothing would be kept."""
    config = configuration()
    if config.git.store == "off":
        hint = moves.configuration.add('store = "vault"', "[git]", str(config.source))
        raise ConfigError("keyturn keeps nothing for hosts without a target", hint)
    found = list(_found(options))
    wanted = [one for one in found if not _is_target(config, one)]
    if not options.dry_run:
        other_daemon.warn()  # it may keep nothing, or not where somebody looks for it
    for one in () if options.dry_run else wanted:
        launch.insist(client.Request("POST", "/v1/git/store", body=one.body), secret_variables, lambda _: None)
    _report(options, wanted, len(found) - len(wanted))
    return 0


def _found(options: Namespace) -> Iterator[Found]:
    if options.source == "store":
        return _in_files([Path(options.file)] if options.file else _usual_files())
    if options.file:
        raise UsageError("libsecret has no file", hints.verb("git", "import", "libsecret"))
    return map(Found, libsecret.attributes())


def _usual_files() -> list[Path]:
    """Where git-credential-store looks (git-credential-store(1), FILES)."""
    configured = Path(os.environ.get("XDG_CONFIG_HOME") or Path(home(), ".config"), "git", "credentials")
    usual = [Path(home(), ".git-credentials"), configured]
    found = [path for path in usual if path.exists()]
    if not found:
        raise Refused(f"there is no {usual[0]} and no {usual[1]}", hints.usage("keyturn git import"))
    return found


def _in_files(paths: list[Path]) -> Iterator[Found]:
    for path in paths:
        try:
            lines = _content(path).split(b"\n")
        except OSError as error:
            raise Refused(
                f"{path}: {(error.strerror or 'cannot be read').lower()}", shell.listing(str(path))
            ) from None
        for line in lines:
            if (attributes := _of_line(line.decode("utf-8", "surrogateescape"))) is not None:
                yield Found(attributes)


def _content(path: Path) -> bytes:
    """Raises OSError, and Refused for a named pipe: whoever fills it may never come.

    One that is handed over by its number has somebody at its other end: keyturn git import store <(pass git).
    """
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), "rb") as file:
        if stat.S_ISFIFO(os.fstat(file.fileno()).st_mode) and not str(path).startswith(HANDED_OVER):
            raise Refused(f"{path} is not a file", shell.listing(str(path)))
        os.set_blocking(file.fileno(), True)
        return file.read()


def _of_line(line: str) -> dict[str, str] | None:
    """A line's credential; None for what git-credential-store passes over, too."""
    try:
        attributes = git.parts_of(line)
    except git.MalformedRequest:
        return None
    return attributes if attributes["host"] and {"username", "password"} <= attributes.keys() else None


def _is_target(config: Config, found: Found) -> bool:
    try:
        return find_git(config.git_targets, git.parse(found.body)) is not None
    except git.MalformedRequest:
        return True  # what git would not say, keyturn does not keep


def _report(options: Namespace, wanted: list[Found], passed_over: int) -> None:
    rows = [{"url": one.url, "username": one.attributes.get("username")} for one in wanted]
    if options.json:
        print_json({"dry_run": options.dry_run, "credentials": rows, "passed_over": passed_over})
        return
    for row in rows:
        did = "would keep" if options.dry_run else "keeps"
        print(one_line(f"keyturn: {did} {row['url']} for {row['username']}"))
    if passed_over:
        print(f"keyturn: {passed_over} of a git target passed over: those get tokens")
    if not rows:
        print("keyturn: found nothing to keep")
