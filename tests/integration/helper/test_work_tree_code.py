"""git starts helpers in the top directory of the work tree: nothing that lies there may run in our interpreter.

An empty element of PYTHONPATH is the working directory, and an interpreter imports `sitecustomize` before our first
line. The same by PYTHONUSERBASE, which -E does not hide; other PYTHON variables break or betray a helper.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine

PLANTED = """\
import os, pathlib
pathlib.Path(os.environ["HOME"], "planted-code-ran").touch()
print("planted code")
"""
CONFIGURATION = """
[profile.ci]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
tenant = "11111111-2222-3333-4444-666666666666"
flow = "client-secret"
[targets.git]
"https://dev.azure.com/contoso" = "ci"
"""
HOSTILE = {
    "an empty element": {"PYTHONPATH": ":/x"},
    "nothing but an empty element": {"PYTHONPATH": ":"},
    "a trailing colon": {"PYTHONPATH": "/x:"},
    "the work tree by name": {"PYTHONPATH": "."},
    "a user base": {"PYTHONUSERBASE": "."},
    "another home": {"PYTHONHOME": "/nonexistent"},
    "questions afterwards": {"PYTHONINSPECT": "1"},
    "every import told": {"PYTHONVERBOSE": "1"},
    "several": {"PYTHONPATH": ":", "PYTHONHOME": ".", "PYTHON_X": "", "PYTHONSTARTUP": "sitecustomize.py"},
}


@pytest.fixture(name="work_tree")
def hostile_work_tree(machine: Machine) -> Path:
    """A clone with code that Python would import by itself, and a daemon that does not run."""
    machine.configure(CONFIGURATION)
    machine.run("keyturn", "setup", "git", status=0)
    tree = machine.home / "clone"
    packages = tree / f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    packages.mkdir(parents=True)
    for place in (tree, packages):
        for name in ("sitecustomize.py", "usercustomize.py", "keyturn.py"):
            (place / name).write_text(PLANTED, encoding="ascii")
    machine.run(need("git"), "init", "--quiet", str(tree), status=0)
    return tree


@pytest.mark.parametrize("variables", HOSTILE.values(), ids=HOSTILE.keys())
def test_git_runs_our_twin_and_no_code_of_the_work_tree(machine: Machine, work_tree: Path, variables: Any) -> None:
    asked = "url=https://dev.azure.com/contoso/_git/x\n\n"
    done = machine.run(need("git"), "-C", str(work_tree), "credential", "fill", input=asked, **variables)
    assert "keyturn: error: profile ci has no client secret yet\n" in done.stderr
    assert not (machine.home / "planted-code-ran").exists()
    assert (done.returncode, done.stdout) == (128, "")
    assert "import " not in done.stderr


@pytest.mark.parametrize("variables", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_person_types_keyturn_in_the_work_tree(machine: Machine, work_tree: Path, variables: Any) -> None:
    words = ("keyturn", "profile", "list")
    expected = machine.run(*words, status=0)
    done = machine.run(*words, directory=work_tree, status=0, **variables)
    assert (done.stdout, done.stderr) == (expected.stdout, expected.stderr)
    assert not (machine.home / "planted-code-ran").exists()
