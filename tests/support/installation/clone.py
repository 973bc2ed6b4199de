"""A clone of the scripts in contrib, on a machine that has little beside a Python that notes its calls."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from support import places
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path


REPOSITORY = places.REPOSITORY
TOOLS = ("sh", "dirname", "cksum", "cat", "grep", "head", "tr", "sed", "mkdir", "cp", "chmod", "git")

# Called with -c it says what $VERSION and $VENV_MODULE make it say; -m venv makes an environment of copies of itself.
PYTHON = """#!/bin/sh
case "$*" in
*version_info*) [ "${VERSION:-3.11}" != 3.9 ] ;;
*ensurepip*) [ "${VENV_MODULE:-yes}" = yes ] ;;
*python_version*) echo "python3 is $VERSION.2" ;;
"-m venv --clear "*)
    mkdir -p "$4/bin"
    : >"$4/pyvenv.cfg"
    cp "$0" "$4/bin/python"
    printf '#!%s/bin/python\\n' "$4" >"$4/bin/pip"
    ;;
"-m pip "*)
    printf '%s\\n' "$*" >>"$CALLS"
    [ -z "$BROKEN_PIP" ] || { echo 'no route to anywhere' >&2; exit 1; }
    bin=${0%/*}
    printf '%s' "$HELPER" >"$bin/git-credential-keyturn"
    for name in keyturn lint-imports; do
        printf '#!/bin/sh\\nprintf "%%s\\\\n" "%s $*" >>"$CALLS"\\n' "$name" >"$bin/$name"
        chmod +x "$bin/$name"
    done
    ;;
*)
    printf '%s\\n' "$*" >>"$CALLS"
    case "$*" in *"$BROKEN_CHECK"*) exit 1 ;; esac
    ;;
esac
"""


class Clone:
    """A clone with a space in its path, on a machine that has what `tools` names on PATH, and nothing else."""

    def __init__(self, directory: Path, *tools: str) -> None:
        self.directory, self.home, self._bin = directory / "a clone", directory / "home", directory / "bin"
        self._calls = directory / "calls"
        self.home.mkdir()
        self._bin.mkdir()
        for tool in tools:
            (self._bin / tool).symlink_to(need(tool))
        (self.directory / "contrib").mkdir(parents=True)
        for script in ("try.sh", "test.sh", "bench.sh", "venv.sh"):
            shutil.copy(REPOSITORY / "contrib" / script, self.directory / "contrib")
        for script in ("ansible.sh", "peers.sh", "registry-clients.sh"):  # they fetch much
            (self.directory / "contrib" / script).write_text(f'echo "{script} $*" >>"$CALLS"\n', encoding="ascii")
        shutil.copy(REPOSITORY / "pyproject.toml", self.directory)
        without = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / "helper/native", self.directory / "helper/native", ignore=without)

    def python(self, name: str = "python3", content: str = PYTHON) -> None:
        """Put a Python of our own on PATH."""
        (self._bin / name).write_text(content, encoding="ascii")
        (self._bin / name).chmod(0o755)

    def run(self, script: str, *words: str, status: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the script from elsewhere; it must not write to HOME."""
        environment = {"PATH": str(self._bin), "HOME": str(self.home), "CALLS": str(self._calls), "HELPER": "\x7fELF"}
        environment |= {"BROKEN_PIP": "", "BROKEN_CHECK": "nothing"} | variables
        done = subprocess.run(
            [need("sh"), str(self.directory / "contrib" / script), *words],
            env=environment, cwd=self.home, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == status, done
        assert list(self.home.iterdir()) == []
        return done

    def calls(self) -> list[str]:
        """What was called since this was last asked."""
        calls = self._calls.read_text(encoding="utf-8").splitlines() if self._calls.exists() else []
        self._calls.unlink(missing_ok=True)
        return calls
