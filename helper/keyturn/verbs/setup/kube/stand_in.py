"""`keyturn setup kube --as-kubelogin`: keyturn's helper under the name of Azure's kubelogin, and away again."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

from keyturn import hints, moves, shell
from keyturn.errors import Refused
from keyturn.home import home
from keyturn.reach.installed import program
from keyturn.signals import PutOff
from keyturn.verbs.setup.advice import Advice
from keyturn.verbs.setup.kube import kuberc
from keyturn.verbs.setup.kube.kubeconfig.users import PROGRAM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "kubelogin"
SCRIPT = '#!/bin/sh\n# keyturn in the place of kubelogin\nexec {keyturn} kubelogin "$@"\n'
"""Where the helper is a script itself (no compiler was there), and cannot tell by which name it is called."""
MARK = b"# keyturn in the place of kubelogin\n"
EXECUTABLE = 0o755
AGAIN = ("kube", "--as-kubelogin")


def install() -> tuple[Path, list[str]]:
    """Put it where programs of this user are found; the path, and what is to be said of others of its name.

    Raises Refused where there is no such place, or something else has the name there.
    """
    path = _place() / NAME
    if os.path.lexists(path) and not _is_ours(path):
        raise Refused(f"{path} is another program, which keyturn does not replace", shell.listing(str(path)))
    with PutOff():  # a kubectl may be about to start it: it is there as a whole, or the former one
        _made(path.with_name(f".{NAME}.{os.getpid()}")).replace(path)
    return path, [_about(path, other) for other in _others()]


def _made(path: Path) -> Path:
    path.unlink(missing_ok=True)
    helper = Path(program(PROGRAM))
    if _is_script(helper):
        path.write_text(SCRIPT.format(keyturn=shlex.quote(program("keyturn"))), encoding="utf-8")
        path.chmod(EXECUTABLE)
    else:
        path.symlink_to(helper)
    return path


def installed() -> list[Path]:
    """Where `install` put it, on all of PATH."""
    return [path for path in _on_path() if os.path.lexists(path) and _is_ours(path)]


def hindrances() -> Iterator[Advice]:
    """Why kubeconfigs that run kubelogin do not run ours, where it was installed."""
    for path in installed():
        if path.is_symlink() and path.readlink() != Path(program(PROGRAM)):
            yield Advice(f"{path} is of a keyturn that stood elsewhere", hints.set_up(*AGAIN))
        elif (first := shutil.which(NAME)) is not None and not _is_ours(Path(first)):
            yield Advice(f"{path} is hidden by {first}, another kubelogin on PATH", shell.where_is(NAME))
        elif (advice := forbidden(path)) is not None:
            yield advice


def forbidden(path: Path) -> Advice | None:
    """What to do about a policy of kubectl's own that forbids `path`: an entry for our helper does not allow it."""
    policy = kuberc.forbids(str(path))
    if policy is None:
        return None
    hint = moves.clients.allow_plugin(str(path), policy.allowed, str(policy.file))
    return Advice(f"kubectl's policy (kuberc) forbids {path}", hint)


def remove() -> list[Path]:
    """Take away what `install` made; where it was. What others of this machine have on PATH is theirs."""
    removed = [path for path in installed() if path.lstat().st_uid == os.geteuid()]
    for path in removed:
        path.unlink()
    return removed


def _place() -> Path:
    """The first directory on PATH that is the user's own to put programs in: beside keyturn's, or ~/.local/bin."""
    searched = {path.parent for path in _on_path()}
    beside = Path(program(PROGRAM)).parent
    candidates = [Path(home(), ".local", "bin"), beside]
    found = next((each for each in candidates if each in searched and os.access(each, os.W_OK)), None)
    if found is None:
        names = " nor ".join(str(each) for each in dict.fromkeys(candidates))
        raise Refused(
            f"neither {names} is on PATH and can be written", shell.on_path(str(Path(home(), ".local", "bin")))
        )
    return found


def _others() -> list[Path]:
    return [path for path in _on_path() if path.is_file() and os.access(path, os.X_OK) and not _is_ours(path)]


def _about(path: Path, other: Path) -> str:
    first = shutil.which(NAME)
    hidden = other if first is not None and Path(first) == path else path
    return f"{other} is another kubelogin on PATH: {hidden} is hidden by the one before it"


def _on_path() -> Iterator[Path]:
    directories = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return (Path(directory) / NAME for directory in dict.fromkeys(directories) if directory.startswith("/"))


def _is_ours(path: Path) -> bool:
    if path.is_symlink():
        return path.readlink().name == PROGRAM
    if not path.is_file():
        return False  # a pipe in a directory that others may write to would be waited for
    try:
        with path.open("rb") as file:
            return MARK in file.read(4096)
    except OSError:
        return False


def _is_script(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"#!"
