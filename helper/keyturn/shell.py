"""Hints that are commands of other programs, see keyturn.hints."""

from __future__ import annotations

import errno
import os
import stat

from keyturn.kinds_of_hints import Sentence, cure, printed, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyturn.kinds_of_hints import Command

OWN_DEPTH = 3
"""Slashes in the path of a directory that can be meant for one program of one user."""


@cure
def keep_others_from_writing(*paths: str) -> Command:
    """Take the right to write from everybody but the owner; a listing where that would be a whole system's."""
    return listing(*paths) if any(map(_is_everybodys, paths)) else ("chmod", "go-w", *paths)


@cure
def make_private(path: str) -> Command:
    """Take every right from everybody but the owner of a file."""
    return "chmod", "600", path


@show
def listing(*paths: str) -> Command:
    """Owner, mode and kind of files."""
    return "ls", "-ld", *paths


@show
def contents(directory: str) -> Command:
    """Which files there are, where one that was named is not."""
    return "ls", "-A", directory


@show
def size(path: str) -> Command:
    """Lines, words and bytes of a file, and nothing of its content."""
    return "wc", path


@show
def where_is(program: str) -> Command:
    """Whether a shell knows a program of this name."""
    return "which", "-a", program


@show
def kind_of(path: str) -> Command:
    """What kind of file it is: a program for another machine, a script without an interpreter."""
    return "file", path


@cure
def make_private_directory(path: str) -> Command:
    """The same for a directory; a listing of one that a variable names and that is there for others, too."""
    return listing(path) if _is_everybodys(path) else ("chmod", "700", path)


def _is_everybodys(path: str) -> bool:
    """What root, told to, would close to the whole system: a place that high, or one that is shared (sticky)."""
    try:
        return path.count("/") < OWN_DEPTH or bool(os.stat(path).st_mode & stat.S_ISVTX)  # noqa: PTH116 - see home.py
    except OSError:
        return False


@cure
def remove(path: str) -> Command:
    """Remove a file in whose place something else has to be."""
    return "rm", path


@cure
def start_over(*paths: str) -> Sentence:
    """The last way out: what the files held has to be signed in for, or entrusted, again."""
    return Sentence(f"to start over and sign in again: {printed(('rm', '-rf', *paths))}")


@cure
def unset(variable: str) -> Command:
    """Without a variable that leads astray."""
    return "unset", variable


@cure
def home(path: str) -> Command:
    """With the home directory that is the user's own."""
    return "export", f"HOME={path}"


@cure
def on_path(directory: str) -> Sentence:
    """With a directory where programs are looked for first. The shell has to put in what PATH is already."""
    return Sentence(f'export PATH={printed((directory,))}:"$PATH"')


@cure
def without(variable: str, command: Sequence[str]) -> Sentence:
    """A command once more, without a variable that counts only here."""
    return Sentence(f"without it, too: {printed(('env', '-u', variable, *command))}")


@cure
def lift_file_limit() -> Sentence:
    """Files as large as they come, for a daemon too."""
    return Sentence("ulimit -f unlimited && keyturn daemon restart")


@cure
def registry_logout(program: Sequence[str], registry: str, *options: str) -> Command:
    """Without an old login that a registry's client would use instead of keyturn's."""
    return *program, "logout", *options, registry


@cure
def install(installer: Sequence[str], packages: Sequence[str]) -> Command:
    """Install what is missing where keyturn is installed."""
    return *installer, *packages


@show
def leads_to(path: str) -> Command:
    """Where a symbolic link leads."""
    return "readlink", "-f", path


@show
def reason_of(error: OSError, *paths: str) -> Command:
    """Why the system refused to write there: how full the file system is, else owner, mode and kind."""
    return ("df", "-h", paths[0]) if error.errno in {errno.ENOSPC, errno.EDQUOT} else listing(*paths)


@show
def users_of(path: str) -> Command:
    """Which processes have a file or a socket open."""
    return "fuser", "-v", path


@show
def process(pid: int) -> Command:
    """Which program a process runs, and what it waits for; all of them where the system did not tell it (0)."""
    return "ps", "-l", "-f", *(("-p", str(pid)) if pid else ("-A",))


@show
def json_mistake(path: str) -> Command:
    """Where a file stops being JSON."""
    return "python3", "-m", "json.tool", path


@show
def as_run(command: Sequence[str]) -> Command:
    """A command that failed, to see what it says."""
    return tuple(command)


@show
def kubectl(*words: str) -> Command:
    """What kubectl makes of its configuration."""
    return "kubectl", *words


@show
def interface(socket: str) -> Command:
    """What the daemon answers, as an OpenAPI document."""
    return "curl", "--unix-socket", socket, "http://keyturn/v1/openapi.json"


@cure
def unset_header(key: str, scope: str) -> Command:
    """Without a header that git sends in place of a credential; scope: as `git config --show-scope` has it."""
    return "git", "config", *([f"--{scope}"] if scope in {"system", "global"} else []), "--unset-all", key
