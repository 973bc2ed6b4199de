"""Settings of git that would defeat ours: told, never changed, because somebody may need them."""

from __future__ import annotations

import os
import re

from keyturn import shell
from keyturn.errors import one_line
from keyturn.kinds_of_hints import printed
from keyturn.protocols import git_sections
from keyturn.verbs.setup.git.asked import ALL_OTHERS, around_ours, clearing, covers, is_ours, spoken
from keyturn.verbs.setup.git.config import Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyturn.configuration.config import Config
    from keyturn.verbs.setup.git.asked import Origin
    from keyturn.verbs.setup.git.config import GitConfig, Setting

HELPERS = r"^credential\.(.*\.)?helper$"
PATHS = r"^credential\.(.*\.)?usehttppath$"
VERIFIES = r"^http\.(.*\.)?sslverify$"
NO_VERIFY = "GIT_SSL_NO_VERIFY"
BUFFER = r"^http\.(.*\.)?postbuffer$"
WHOSE = {
    "system": "this machine's git configuration",
    "global": "your git configuration",
    "local": "this repository's git configuration",
    "worktree": "this work tree's git configuration",
    "command": "git's command line or environment",
    "file": "that file",
}
FALSE = {"", "false", "no", "off", "0"}
BEARER_IN_ALL_REQUESTS = (2, 54)
"""Before this version, git sends the first request of a push beyond http.postBuffer without the header."""

_AUTHORIZATION = re.compile(r"\s*authorization\s*:", re.IGNORECASE)


def obstacles(git: GitConfig, origins: Sequence[Origin], config: Config) -> list[str]:
    """A sentence for each setting that keeps keyturn from serving `origins`, or serves others with their tokens.

    Without values, which may be secret.
    """
    found = (
        *_helpers(git.everywhere(HELPERS), origins),
        *_paths(git.everywhere(PATHS), origins),
        *_headers(git.everywhere(git_sections.HEADERS), origins),
        *_unverified(git.everywhere(VERIFIES), origins),
        *_bearer(git, config),
    )
    return list(dict.fromkeys(found))


def _where(key: str, scope: str) -> str:
    return f"{spoken(key)} in {WHOSE[scope]}"


def _helpers(settings: Sequence[Setting], origins: Sequence[Origin]) -> Iterator[str]:
    for origin in origins:
        covering = [setting for setting in settings if covers(setting.key, origin)]
        scopes = {Entry(key, value): scope for scope, key, value in covering}
        entries = [Entry(key, value) for _, key, value in covering]
        if not any(is_ours(entry.value) for entry in entries):
            continue
        if (empty := clearing(entries, origin)) is not None:
            yield f"an empty {_where(empty.key, scopes[empty])} keeps git from asking keyturn for {origin.name}"
            continue
        before, behind = around_ours(entries, origin)
        for entry in before:
            yield (
                f"{_where(entry.key, scopes[entry])} stands before keyturn's helper: if it keeps what git tells "
                "it, it answers with our tokens after a server has refused them"
            )
        for entry in behind:
            if scopes[entry] != "global":
                yield (
                    f"{_where(entry.key, scopes[entry])} stands behind keyturn's helper: git tells it our tokens, "
                    "and it may keep them on disk"
                )


def _paths(settings: Sequence[Setting], origins: Sequence[Origin]) -> Iterator[str]:
    for origin in origins:
        covering = [setting for setting in settings if covers(setting.key, origin)]
        if origin.with_path and covering and covering[-1].value.lower() in FALSE:
            scope, key, _ = covering[-1]
            yield (
                f"{spoken(key)} = false in {WHOSE[scope]} keeps git from saying which repository of {origin.name} "
                "it means, and keyturn from finding the target"
            )


def _headers(settings: Sequence[Setting], origins: Sequence[Origin]) -> Iterator[str]:
    targets = [origin for origin in origins if origin != ALL_OTHERS]
    for scope, key, value in settings:
        if _AUTHORIZATION.match(value) and any(covers(key, origin) for origin in targets):
            told = f"{_where(key, scope)} is sent in place of keyturn's tokens"
            yield f"{told}; to remove it: {printed(shell.unset_header(key, scope))}" if spoken(key) == key else told


def _unverified(settings: Sequence[Setting], origins: Sequence[Origin]) -> Iterator[str]:
    for origin in origins:
        covering = [setting for setting in settings if origin != ALL_OTHERS and covers(setting.key, origin)]
        nearest = max(reversed(covering), key=lambda setting: len(setting.key), default=None)  # the last of equals
        told = f"gives keyturn's tokens to whoever answers as {origin.name}"
        if origin != ALL_OTHERS and NO_VERIFY in os.environ:
            yield f"{NO_VERIFY} {told}; to remove it: {printed(shell.unset(NO_VERIFY))}"
        if nearest is not None and nearest.value.lower() in FALSE:
            yield f"{spoken(nearest.key)} = false in {WHOSE[nearest.scope]} {told}"


def _bearer(git: GitConfig, config: Config) -> Iterator[str]:
    bearer = [target.url for target in config.git_targets if target.authtype == "bearer"]
    version = git.version() if bearer else BEARER_IN_ALL_REQUESTS
    if version < BEARER_IN_ALL_REQUESTS:
        sizes = [setting.value for setting in git.everywhere(BUFFER)]
        limit = f"http.postBuffer ({one_line(sizes[-1]) if sizes else '1 MiB'})"
        shown = ".".join(map(str, version))
        yield (
            f"git {shown} cannot push more than {limit} to {', '.join(bearer)} with bearer: leave authtype out, "
            "raise the buffer, or use git 2.54"
        )
