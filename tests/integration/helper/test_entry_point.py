"""How the native programs, and the script in their place, start keyturn's Python program: which Python, told what."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from native.build_hook import PROGRAMS, stub
from support.helper.programs import ENTRY, NativePrograms
from support.helper.scripted_daemon import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Install = Callable[[str], Path]

NOTING = '#!/bin/sh\nprintf \'%s\\n\' "${0##*/}" "$@"\nenv\n'
TELLING = "import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, []))"
AS_IT_IS = "an entry point started as it is"
START = "import sys; del sys.argv[0]; from keyturn.main import main; sys.exit(main())"
"""What an entry point does, without what some installers' do first."""
THROUGH_A_SHELL = "#!/bin/sh\n'''exec' {} \"$0\" \"$@\"\n' '''\n"


@pytest.fixture(name="install", params=["native", "libc", "script"])
def installer(request: pytest.FixtureRequest, programs: NativePrograms, tmp_path: Path) -> Install:
    """Puts a program of ours into a directory with a space in its name, beside something called python3.11."""
    directory = tmp_path / "a place"
    directory.mkdir()
    (directory / "python3.11").write_text(NOTING, encoding="ascii")
    (directory / "python3.11").chmod(0o755)

    def install(name: str) -> Path:
        program = directory / name
        if request.param == "script":
            program.write_text(stub(name), encoding="ascii")
        else:
            shutil.copyfile(programs.variant(libc=request.param == "libc"), program)
        program.chmod(0o755)
        return program

    return install


def started(program: Path, entry: str, *words: str, **environment: str) -> list[str]:
    """The lines that whatever was started prints, when the entry point begins with `entry`; without the deadline."""
    path = program.with_name(ENTRY)
    path.write_text(f'{entry}echo "{AS_IT_IS}"\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    done = subprocess.run(
        [program, *words], env={"PATH": os.defpath} | environment, stdin=subprocess.DEVNULL, capture_output=True,
        cwd=program.parent, timeout=PATIENCE, check=True,
    )  # fmt: skip
    assert done.stderr == b""
    return [line for line in done.stdout.decode().splitlines() if not line.startswith("--until=")]


@pytest.mark.parametrize(
    "entry", [THROUGH_A_SHELL.format('"{}"'), THROUGH_A_SHELL.format("'{}'")], ids=["as pip writes it", "as uv does"]
)
def test_a_python_whose_path_has_a_space(install: Install, entry: str) -> None:
    program = install("keyturn")
    lines = started(program, entry.format(program.with_name("python3.11")), "status", "a b", "")
    called = ["--called-as", str(program), "status", "a b", ""]
    path = str(program.with_name(ENTRY))
    assert lines[: 6 + len(called)] == ["python3.11", "-E", "-P", "-c", START, path, *called]


@pytest.mark.parametrize(
    "entry", ["#!{}/python3.11\n", "#! \t{}/python3.11\n", THROUGH_A_SHELL.format("{}/python3.11")]
)
def test_a_plain_path(install: Install, tmp_path: Path, entry: str) -> None:
    (tmp_path / "plain").symlink_to("a place")
    program = install("git-credential-keyturn")
    lines = started(program, entry.format(tmp_path / "plain"), "--profile", "get")
    path = str(program.with_name(ENTRY))
    assert lines[:10] == ["python3.11", "-E", "-P", "-c", START, path, "helper", "git", "--profile", "get"]


@pytest.mark.parametrize("end", ["", " ", " \t"])
def test_the_option_of_a_first_line_is_kept(install: Install, tmp_path: Path, end: str) -> None:
    """Distributions write `#!/usr/bin/python3 -sP`. The kernel cuts blanks off the line's end."""
    (tmp_path / "plain").symlink_to("a place")
    program = install("keyturn")
    lines = started(program, f"#!{tmp_path}/plain/python3.11 -sP{end}\n")
    assert lines[:7] == ["python3.11", "-sP", "-E", "-P", "-c", START, str(program.with_name(ENTRY))]


@pytest.mark.parametrize(
    "entry",
    ["#!/bin/sh\n", "#!/bin/sh\n\n", "#!/bin/sh -e\n", "#!/usr/bin/env sh\n", "#!/usr/bin/env -S sh\n"],
)
def test_what_is_no_python_is_started_as_it_is(install: Install, entry: str) -> None:
    lines = started(install("docker-credential-keyturn"), entry, "list")
    assert lines == [AS_IT_IS, "helper", "docker", "list"]


def test_a_python_that_only_a_shell_can_tell(install: Install) -> None:
    """As uv writes it into an environment that may be moved."""
    entry = THROUGH_A_SHELL.format('"$(dirname -- "$(realpath -- "$0")")"/\'python3.11\'')
    lines = started(install("keyturn"), entry, "status")
    assert lines[0] == "python3.11"
    assert lines[2:5] == ["--called-as", lines[3], "status"]


def test_ctrl_c_waits_until_python_has_started(install: Install, request: pytest.FixtureRequest) -> None:
    program = install("keyturn")
    (program.parent / "python3.11").write_text(f"#!{sys.executable}\n{TELLING}\n", encoding="utf-8")
    lines = started(program, THROUGH_A_SHELL.format(f'"{program.parent}/python3.11"'), "status")
    is_script = "script" in request.node.callspec.id  # a shell can only ignore it, and so would what it becomes
    assert lines == ["set()" if is_script else "{<Signals.SIGINT: 2>}"]


def test_what_has_waited_is_no_traceback() -> None:
    def wait_with_it() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        os.kill(os.getpid(), signal.SIGINT)

    done = subprocess.run(
        [sys.executable, "-c", START, "keyturn", "version"], preexec_fn=wait_with_it, capture_output=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_meant_for_python_is_set_aside(install: Install, name: str) -> None:
    program, word = install(name), "get-token" if name.startswith("kube") else "get"
    meant = {"PATH": ":/x", "HOME": "/y", "_X": "", "USERBASE": "a\nexport PYTHONFORGED=1", "": "it's"}
    others = {"PYTHOM": "1", "XPYTHONPATH": "2", "pythonLocation": "3", "PYTHO": "4"}
    environment = {f"PYTHON{name}": value for name, value in meant.items()} | others
    lines = started(program, THROUGH_A_SHELL.format(f'"{program.parent}/python3.11"'), word, **environment)
    text = "\n".join(lines)
    assert not [line for line in lines if line.startswith("PYTHON") and line != "PYTHON=" and "FORGED" not in line]
    for variable, value in meant.items():
        assert f"\nKT_PY_{variable}={value}" in text
    for variable, value in others.items():
        assert f"\n{variable}={value}" in text


def test_many_words(install: Install) -> None:
    """As a shell's glob behind `keyturn run PROFILE --` gives them."""
    program = install("keyturn")
    words = [f"{number}" for number in range(20000)]
    lines = started(program, THROUGH_A_SHELL.format(f'"{program.parent}/python3.11"'), *words)
    assert lines[8 : 8 + len(words)] == words
