"""States in which keyturn prints a command of another program, or one about its daemon."""

from __future__ import annotations

import errno
import json
import re
from contextlib import closing
from typing import TYPE_CHECKING

from keyturn import hints, shell
from keyturn.errors import Bug, DaemonUnavailable
from keyturn.problems import from_problem
from keyturn.reach import launch
from keyturn.reach.paths import LOCK_NAME
from keyturnd.life.statelock import HolderElsewhere, read_holder
from keyturnd.vault.ownership import cannot
from support.hints.row import told_by
from support.needs import need
from support.scenes.awx import AwxScene

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

    from support.machine.machine import Machine
    from support.scenes.scene import Scene

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
REGISTRY = "contoso.azurecr.io"
AKS = "6dae42f8-4368-4678-94ff-3960e28e3630"
CONTEXT = {"name": "there", "context": {"cluster": "c", "user": "u"}}


def awx_token_made(scene: Scene) -> CompletedProcess[str]:
    AwxScene(scene.machine, scene.emulator).entrust()
    return scene.machine.run("keyturn", "awx", "new-token", "--for-me", "--profile", "tower", "--name", "ci")


def awx_token_sealed_with_another_key(scene: Scene) -> CompletedProcess[str]:
    """As after a keyring was reset, or the file of the key was lost."""
    awx_token_made(scene)
    seal_with_another_key(scene.machine, "ci")
    return scene.machine.run("keyturn", "awx", "tokens", "show", "ci")


def seal_with_another_key(machine: Machine, name: str) -> None:
    """Have the record say so, of the token of an AWX that is kept under `name`."""
    for path in (machine.state / "vault").iterdir():
        if f'"client_id":"{name}"'.encode() in (content := path.read_bytes()):
            path.write_bytes(re.sub(rb'"key":"\w+"', b'"key":"another"', content, count=1))


def with_registry(scene: Scene) -> None:
    scene.machine.configure(f'{scene.config}\n[targets.docker]\n"{REGISTRY}" = "ci"\n')


def docker_config(scene: Scene, text: str) -> Path:
    file = scene.machine.home / ".docker/config.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="ascii")
    return file


def set_up_docker(scene: Scene, **environment: str) -> CompletedProcess[str]:
    with_registry(scene)
    scene.machine.environment |= environment
    return scene.machine.run("keyturn", "setup", "docker")


def docker_login_left_over(scene: Scene) -> CompletedProcess[str]:
    need("docker")
    docker_config(scene, json.dumps({"auths": {REGISTRY: {"auth": "eDp5"}}}))
    return set_up_docker(scene)


def damaged_docker_config(scene: Scene) -> CompletedProcess[str]:
    docker_config(scene, '{"auths": ')
    return set_up_docker(scene)


def docker_config_of_a_variable(scene: Scene) -> CompletedProcess[str]:
    return set_up_docker(scene, DOCKER_CONFIG=str(scene.machine.home / "elsewhere"))


def damaged_git_config(scene: Scene) -> CompletedProcess[str]:
    (scene.machine.home / ".gitconfig").write_text("[user\n", encoding="ascii")
    return scene.machine.run("keyturn", "setup", "git")


def git_helper_with_an_unknown_option(scene: Scene) -> CompletedProcess[str]:
    machine = scene.machine
    machine.git("config", "--global", "--remove-section", f"credential.https://{scene.git_host}")
    machine.git("config", "--global", "credential.helper", "keyturn --xyzzy")
    return machine.git("ls-remote", scene.repository, status=128)


def unknown_context(scene: Scene) -> CompletedProcess[str]:
    need("kubectl")
    file = scene.machine.home / ".kube/config"
    file.parent.mkdir()
    file.write_text(json.dumps({"contexts": [CONTEXT], "clusters": [], "users": []}), encoding="ascii")
    return scene.machine.run("keyturn", "setup", "kube", "--context", "xyzzy")


def stopped(scene: Scene) -> None:
    scene.machine.run("keyturn", "daemon", "stop", status=0)


def file_in_the_sockets_place(scene: Scene) -> CompletedProcess[str]:
    stopped(scene)
    scene.machine.socket.unlink(missing_ok=True)
    scene.machine.socket.touch()
    return scene.machine.run("keyturn", "token", "ci")


def open_runtime_directory(scene: Scene) -> CompletedProcess[str]:
    scene.machine.socket.parent.chmod(0o755)
    return scene.machine.run("keyturn", "status")


def daemon_that_left(scene: Scene) -> CompletedProcess[str]:
    assert scene.machine.daemon_pid() is not None
    return told_by(DaemonUnavailable("the daemon left as soon as it was started", hints.run_daemon()))


def state_behind_a_link(scene: Scene) -> CompletedProcess[str]:
    link = scene.machine.home / "link"
    link.symlink_to(scene.machine.state)
    stopped(scene)
    return scene.machine.run("keyturn", "daemon", "run", KEYTURN_STATE=str(link))


def damaged_key(scene: Scene) -> CompletedProcess[str]:
    stopped(scene)
    (scene.machine.state / "vault.key").write_text("no key\n", encoding="ascii")
    return scene.machine.run("keyturn", "token", "ci")


def entrusted_anew(scene: Scene) -> CompletedProcess[str]:
    secret = scene.emulator.ready.clients["service"]["secret"]
    scene.machine.run("keyturn", "secret", "set", "ci", "-", input=f"{secret}\n", status=0)
    return scene.machine.run("keyturn", "token", "ci")


def started_by_hand(scene: Scene) -> CompletedProcess[str]:
    stopped(scene)
    return scene.machine.run("keyturnd", "now")


def daemon_runs(scene: Scene) -> CompletedProcess[str]:
    assert scene.machine.daemon_pid() is not None
    return scene.machine.run("/bin/true")


def no_daemon_runs(scene: Scene) -> CompletedProcess[str]:
    assert scene.machine.daemon_pid() is None
    return scene.machine.run("/bin/true")


def held_by_another_socket(scene: Scene) -> CompletedProcess[str]:
    """Launchers go to the holder, unless its note cannot be read just then: so this is told as its daemon would."""
    return told_by(HolderElsewhere(scene.machine.state, read_holder(scene.machine.state)))


def disk_full(scene: Scene) -> CompletedProcess[str]:
    return told_by(cannot("write", scene.machine.state / "vault", OSError(errno.ENOSPC, "No space left on device")))


def file_too_large(scene: Scene) -> CompletedProcess[str]:
    return told_by(cannot("write", scene.machine.state / "vault", OSError(errno.EFBIG, "File too large")))


def odd_query(scene: Scene) -> CompletedProcess[str]:
    need("curl")
    with closing(launch.running(str(scene.machine.socket))) as connection:
        connection.sendall(b"GET /v1/daemon?x=1 HTTP/1.1\r\nHost: keyturn\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    return told_by(from_problem(json.loads(answer.partition(b"\r\n\r\n")[2])))


def git_works(scene: Scene) -> CompletedProcess[str]:
    return scene.machine.git("ls-remote", scene.repository)


def mistake_of_the_daemon(scene: Scene) -> CompletedProcess[str]:
    assert scene.machine.daemon_pid() is not None
    return told_by(Bug("the daemon failed unexpectedly", hints.log()))


def nobody_known_at_the_socket(scene: Scene) -> CompletedProcess[str]:
    need("ps")
    return told_by(DaemonUnavailable("it does not answer", shell.process(scene.machine.daemon_pid() or 0)))


def launch_that_never_ends(scene: Scene) -> CompletedProcess[str]:
    need("fuser")
    lock = scene.machine.socket.parent / LOCK_NAME
    holder = scene.machine.start("/bin/sh", "-c", f"exec 3<{lock}; echo; exec tail -f /dev/null")
    assert holder.stdout is not None
    holder.stdout.readline()
    return told_by(DaemonUnavailable("another is starting it", shell.users_of(str(lock))))


def programs_off_path(scene: Scene) -> CompletedProcess[str]:
    return set_up_docker(scene, PATH=SYSTEM_PATH)


def docker_asks_keyturn(scene: Scene) -> CompletedProcess[str]:
    written = json.loads((scene.machine.home / ".docker/config.json").read_bytes())
    assert written["credHelpers"] == {REGISTRY: "keyturn"}
    return scene.machine.run("/bin/true")


def no_login_is_left(scene: Scene) -> CompletedProcess[str]:
    written = json.loads((scene.machine.home / ".docker/config.json").read_bytes())
    assert not written.get("auths")
    return scene.machine.run("/bin/true")
