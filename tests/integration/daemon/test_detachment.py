"""What a started daemon keeps of whoever happened to start it: a socket, a chosen environment, and nothing else."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from keyturn.reach.spawn import PASSED_ON
from support.machine.machine import PROGRAMS, Machine
from support.machine.terminal import PATIENCE
from support.proc import stat_of
from support.scenes.scene import Scene, password_of, scene

__all__ = ["scene"]

linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
as_ordinary_user = pytest.mark.skipif(os.geteuid() == 0, reason="root may look at everything")

ANNOUNCED = {"KEYTURN_SOCKET", "LISTEN_FDS", "LISTEN_PID"}


def started(machine: Machine) -> int:
    """The pid of a daemon that was started for this."""
    return int(machine.json("daemon", "start")["pid"])


@linux
def test_it_has_a_session_of_its_own_without_a_terminal(machine: Machine) -> None:
    with machine.terminal("keyturn", "daemon", "start") as terminal:
        assert terminal.end() == 0
        pid = machine.daemon_pid()
        assert pid is not None
        assert os.getsid(pid) not in {os.getsid(0), terminal.process.pid}
        assert os.getsid(pid) != pid  # no session leader: it could acquire a terminal by opening one
        assert stat_of(pid)[4] == "0"


@pytest.mark.parametrize("program", ["git-credential-keyturn", "keyturn"])
def test_an_inherited_pipe_ends_with_the_helper(scene: Scene, program: str) -> None:
    scene.machine.kill_daemon()
    words = ["get"] if program != "keyturn" else ["helper", "git", "get"]
    reading, writing = os.pipe()
    with subprocess.Popen(
        [PROGRAMS / program, *words], env=scene.machine.environment, pass_fds=[writing],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as helper:  # fmt: skip
        os.close(writing)
        # Each of the three is read to its end, which never comes while anybody else holds it open.
        stdout, stderr = helper.communicate(scene.attributes().encode())
        assert os.read(reading, 1) == b""
        os.close(reading)
    assert (helper.returncode, stderr) == (0, b"")
    assert password_of(stdout.decode())
    assert scene.machine.daemon_pid() is not None


@linux
@pytest.mark.root
def test_it_keeps_no_directory_and_no_descriptor(machine: Machine) -> None:
    with (machine.home / "open").open("w") as inherited:
        subprocess.run(
            [str(PROGRAMS / "keyturn"), "daemon", "start"], env=machine.environment, cwd=machine.home,
            check=True, pass_fds=[inherited.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    place = Path(f"/proc/{machine.daemon_pid()}")
    assert (place / "cwd").readlink() == Path("/")
    held = {int(entry.name): str(entry.readlink()) for entry in (place / "fd").iterdir()}
    assert [held[stream] for stream in (0, 1, 2)] == ["/dev/null"] * 3
    assert str(machine.home / "open") not in held.values()
    files = {target for target in held.values() if target.startswith("/") and target != "/dev/null"}
    assert files <= {str(machine.state / "lock"), str(machine.state / "keyturnd.log")}


def test_a_relative_ca_is_that_of_the_directory_it_was_started_from(scene: Scene) -> None:
    """As curl and OpenSSL have it, though the daemon is in another one."""
    scene.entrust()
    scene.machine.kill_daemon()
    scene.machine.configure(re.sub(r"(?m)^ca_file.*\n", "", scene.config))
    place = scene.machine.home / "certs"
    place.mkdir()
    (place / "ca.pem").write_bytes(Path(scene.emulator.ready.ca_file).read_bytes())
    scene.machine.run("keyturn", "login", "ci", status=0, directory=place, SSL_CERT_FILE="ca.pem")


@linux
@pytest.mark.root
def test_it_gets_a_closed_list_of_the_environment(machine: Machine) -> None:
    machine.configure(
        '[profile.ci]\nprovider = "entra"\nflow = "client-secret"\ntenant = "contoso.example"\n'
        'application_id = "11111111-2222-3333-4444-555555555555"\nclient_secret_env = "CI_SECRET"\n'
    )
    own = {"GIT_DIR": "/x", "AWS_SECRET_ACCESS_KEY": "planted", "PYTHONPATH": "/x", "LD_LIBRARY_PATH": "/x"}
    machine.environment |= {**own, "CI_SECRET": "named in the configuration", "TZ": "UTC"}
    environ = Path(f"/proc/{started(machine)}/environ").read_bytes().decode()
    names = {entry.partition("=")[0] for entry in environ.split("\0") if entry}
    assert names <= {*PASSED_ON, *ANNOUNCED, "CI_SECRET"}
    assert {"HOME", "TZ", "CI_SECRET"} <= names


@linux
@as_ordinary_user
def test_nobody_else_of_the_user_can_look_into_it(machine: Machine) -> None:
    place = Path(f"/proc/{started(machine)}")
    for entry in ("environ", "mem", "maps"):
        with pytest.raises(PermissionError):
            (place / entry).open("rb").read(1)
    with pytest.raises(PermissionError):
        list((place / "fd").iterdir())


IGNORING_CHILDREN = "signal.signal(signal.SIGCHLD, signal.SIG_IGN)"
DEAF = (
    "signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGCHLD])"
)
WITHOUT_STREAMS = "os.closerange(0, 3)"
ODDLY = "import os, signal, sys; {}; os.execv(sys.argv[1], sys.argv[1:])"


@pytest.mark.parametrize("oddity", [IGNORING_CHILDREN, DEAF, WITHOUT_STREAMS])
def test_a_starter_with_odd_habits_does_not_pass_them_on(scene: Scene, oddity: str) -> None:
    scene.machine.kill_daemon()
    command = [sys.executable, "-c", ODDLY.format(oddity), str(PROGRAMS / "keyturn"), "daemon", "start"]
    scene.machine.run(*command, status=0)
    # It hears of its acquisition's end, and it hears SIGTERM.
    assert password_of(scene.ask().stdout)
    scene.machine.kill_daemon(signal.SIGTERM)


@linux
@pytest.mark.parametrize("foreground", [False, True])
def test_what_was_set_for_a_command_is_not_the_daemons_who_was_started_by_it(
    machine: Machine, *, foreground: bool
) -> None:
    """Whoever runs it in the foreground, by systemd for instance, means the daemon."""
    words = ["run"] if foreground else ["start"]
    command = f"ulimit -S -t 1000; exec chrt -b 0 taskset -c 0 {PROGRAMS}/keyturn daemon {' '.join(words)}"
    process = machine.start("/bin/sh", "-c", command)
    if foreground:
        deadline = time.monotonic() + PATIENCE
        while (pid := machine.daemon_pid()) is None:
            assert time.monotonic() < deadline
    else:
        assert process.wait(PATIENCE) == 0
        pid = machine.daemon_pid()
        assert pid is not None
    kept = (os.sched_getscheduler(pid), os.sched_getaffinity(pid), resource.prlimit(pid, resource.RLIMIT_CPU)[0])
    theirs = (os.SCHED_BATCH, {0}, 1000)
    others = (os.SCHED_OTHER, os.sched_getaffinity(1), resource.getrlimit(resource.RLIMIT_CPU)[1])
    assert kept == (theirs if foreground else others)
