"""docker's and kubectl's helpers where no daemon runs: what they answer by themselves, and that they ask nobody.

The twin runs as a real process that ends with EVIDENCE as soon as it opens a connection or starts a program.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from keyturn import __version__
from support import places
from support.helper.programs import NativePrograms, install
from support.helper.scripted_daemon import PATIENCE, Script, ScriptedDaemon
from support.machine import on_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EVIDENCE = 99
START = "import sys; from keyturn.main import main; sys.exit(main())"
WATCHED_START = f"""
import os, sys
ASKING = ("socket.connect", "socket.getaddrinfo", "socket.gethostby", "socket.sendto", "socket.bind")
STARTING = ("subprocess.Popen", "os.fork", "os.posix_spawn", "os.exec", "os.system", "_posixsubprocess")
def watch(event, arguments):
    if event.startswith(ASKING + STARTING):
        os._exit({EVIDENCE})
sys.addaudithook(watch)
{START}
"""
CONFIGURATION = """
[profile.work]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"
[targets.git]
"https://dev.azure.com/contoso" = "work"
[targets.docker]
"contoso.azurecr.io" = "work"
"127.0.0.1:5000" = { profile = "work", service = "acr" }
[targets.kube]
"https://kube.example" = "work"
"""
NOT_FOUND = b"credentials not found in native keychain\n"
VECTORS = places.VECTORS / "docker" / "servers.toml"
FOREIGN = [case["server"] for case in tomllib.loads(VECTORS.read_text("utf-8"))["request"] if "gets" not in case]
NERDCTL = [
    scheme + host
    for host in ("contoso.azurecr.io:443", "contoso.azurecr.io")
    for scheme in ("", "https://", "http://")
]
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeyturn-Exit: 0\r\n\r\n{}"


@pytest.fixture(name="environment")
def private_environment(tmp_path: Path) -> dict[str, str]:
    """Where no daemon runs, and a configuration with two registries and a cluster."""
    (tmp_path / "run").mkdir(mode=0o700)
    configuration = tmp_path / "config.toml"
    configuration.write_text(CONFIGURATION, "utf-8")
    configuration.chmod(0o600)
    return {
        "PATH": os.defpath,
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "KEYTURN_CONFIG": str(configuration),
        **{name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ},
    }


def watched(environment: dict[str, str], *words: str, given: str = "") -> subprocess.CompletedProcess[bytes]:
    """The twin, called with `words` behind `keyturn helper`."""
    return subprocess.run(
        [sys.executable, "-c", WATCHED_START, "helper", *words],
        input=given.encode(),
        env=environment,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )


def alone(environment: dict[str, str], *words: str, given: str = "") -> subprocess.CompletedProcess[bytes]:
    """`watched`, and nothing was made where a daemon would be."""
    done = watched(environment, *words, given=given)
    assert not list(Path(environment["XDG_RUNTIME_DIR"]).iterdir())
    return done


def outcome(done: subprocess.CompletedProcess[bytes]) -> tuple[int, bytes, bytes]:
    return done.returncode, done.stdout, done.stderr


def info(*, interactive: bool = False, server: str | None = None) -> str:
    """KUBERNETES_EXEC_INFO as kubectl writes it."""
    spec: dict[str, Any] = {} if server is None else {"cluster": {"server": server, "config": None}}
    spec["interactive"] = interactive
    version = "client.authentication.k8s.io/v1"
    return json.dumps({"kind": "ExecCredential", "apiVersion": version, "spec": spec}, separators=(",", ":"))


@pytest.mark.parametrize("server", FOREIGN)
def test_a_registry_that_is_not_ours_is_not_found_and_nobody_is_asked(
    environment: dict[str, str], server: str
) -> None:
    assert outcome(alone(environment, "docker", "get", given=server)) == (1, NOT_FOUND, b"")


@pytest.mark.parametrize("server", [*NERDCTL, "contoso.azurecr.io/team/img", "127.0.0.1:5000"])
def test_every_spelling_of_ours_takes_a_daemon(environment: dict[str, str], server: str) -> None:
    assert outcome(watched(environment, "docker", "get", given=server)) == (EVIDENCE, b"", b"")


def test_docker_logout_of_a_foreign_registry_is_silent(environment: dict[str, str]) -> None:
    for server in ("registry.example", "registry.example", "http://registry.example", "https://registry.example"):
        assert outcome(alone(environment, "docker", "erase", given=server)) == (0, b"", b"")


def test_docker_login_to_ours_keeps_nothing_and_succeeds(environment: dict[str, str]) -> None:
    body = '{"ServerURL":"contoso.azurecr.io","Username":"\\u003ctoken\\u003e","Secret":"hunter2"}'
    assert outcome(alone(environment, "docker", "store", given=body)) == (0, b"", b"")


def test_docker_login_elsewhere_says_where_the_password_went(environment: dict[str, str]) -> None:
    body = '{"ServerURL":"https://index.docker.io/v1/","Username":"alice","Secret":"hunter2"}'
    done = alone(environment, "docker", "store", given=body)
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.startswith(b"keyturn keeps no passwords")
    assert b"hunter2" not in done.stdout


def test_a_mistyped_organization_is_told_the_nearest_and_nobody_is_asked(environment: dict[str, str]) -> None:
    given = "protocol=https\nhost=dev.azure.com\npath=contosso/p/_git/r\n\n"
    line = (
        b"keyturn: warning: https://dev.azure.com/contosso/p/_git/r is none of the git targets; "
        b"the nearest is https://dev.azure.com/contoso\n"
    )
    assert outcome(alone(environment, "git", "get", given=given)) == (0, b"", line)
    assert outcome(alone(environment, "git", "erase", given=given)) == (0, b"", b"")


def test_list_and_version(environment: dict[str, str]) -> None:
    guid = "00000000-0000-0000-0000-000000000000"
    listed = f'{{"127.0.0.1:5000":"{guid}","contoso.azurecr.io":"{guid}"}}\n'.encode()
    assert outcome(alone(environment, "docker", "list", given="unused")) == (0, listed, b"")
    version = f"docker-credential-keyturn (keyturn) {__version__}\n".encode()
    assert outcome(alone(environment, "docker", "version")) == (0, version, b"")


def test_an_invalid_configuration_ends_no_pull_of_others_and_is_told(environment: dict[str, str]) -> None:
    Path(environment["KEYTURN_CONFIG"]).write_text("[profile", "utf-8")
    done = alone(environment, "docker", "get", given="registry.example")
    assert (done.returncode, done.stdout) == (1, b"credentials not found in native keychain\n")
    assert done.stderr.startswith(f"keyturn: error: {environment['KEYTURN_CONFIG']}: not TOML".encode())
    assert done.stderr.count(b"\n") == 2


@pytest.mark.parametrize(
    ("arguments", "server", "status", "said"),
    [
        ((), None, 2, "neither --profile nor provideClusterInfo"),
        (("--profile", "work"), "https://evil.example", 1, "the cluster of this kubeconfig is no target"),
        ((), "https://kube.example.evil.example", 1, "the cluster of this kubeconfig is no target"),
        (("--profile", "nobody"), None, 2, "there is no profile nobody"),
        (("--profile", "work"), None, 1, "nothing tells which cluster"),
        (("--server-id", "https://graph.microsoft.com"), "https://kube.example", 1, "may not ask for the server id"),
    ],
)
def test_a_cluster_that_gets_no_token_is_one_error_and_nobody_is_asked(
    environment: dict[str, str], arguments: Sequence[str], server: str | None, status: int, said: str
) -> None:
    environment["KUBERNETES_EXEC_INFO"] = info(server=server)
    done = alone(environment, "kube", "get-token", *arguments)
    error, hint = done.stderr.decode().splitlines()
    assert (done.returncode, done.stdout) == (status, b"")
    assert said in error
    assert hint.startswith("keyturn: hint: ")


def test_a_cluster_of_ours_takes_a_daemon(environment: dict[str, str]) -> None:
    environment["KUBERNETES_EXEC_INFO"] = info(server="https://kube.example:443/")
    assert outcome(watched(environment, "kube", "get-token", "--profile=work")) == (EVIDENCE, b"", b"")


@pytest.mark.parametrize("implementation", ["native", "twin"])
def test_kube_leaves_an_open_stdin_alone(
    environment: dict[str, str], tmp_path: Path, programs: NativePrograms, implementation: str
) -> None:
    """The JavaScript client's pipe never ends, and `kubectl apply -f -` needs every byte itself."""
    command = [sys.executable, "-c", START, "helper", "kube"]
    if implementation == "native":
        command = [str(install(programs.variant(), tmp_path / "bin", "kube-credential-keyturn"))]
    reader, writer = os.pipe()
    os.write(writer, b"kind: Pod\n")
    with ScriptedDaemon(_socket(environment), Script(ANSWER)):
        done = subprocess.run(
            [*command, "get-token"], stdin=reader, env=environment, capture_output=True, timeout=PATIENCE, check=False
        )
    assert outcome(done) == (0, b"{}", b"")
    os.close(writer)
    with os.fdopen(reader, "rb") as left:
        assert left.read() == b"kind: Pod\n"


@pytest.mark.parametrize(
    ("words", "exec_info", "asks"),
    [
        (("kube", "get-token"), info(interactive=True), True),
        (("kube", "get-token"), info(interactive=False), False),
        (("kube", "get-token"), None, False),
        (("kube", "get-token"), '{"interactive":true}', False),
        (("docker", "get"), info(interactive=True), False),
        (("git", "get"), None, True),
    ],
    ids=["kubectl on a terminal", "interactiveMode Never", "JavaScript", "no ExecCredential", "docker", "git"],
)
def test_who_may_be_asked_on_a_terminal(
    environment: dict[str, str], terminal: str, words: Sequence[str], exec_info: str | None, *, asks: bool
) -> None:
    if exec_info is not None:
        environment["KUBERNETES_EXEC_INFO"] = exec_info
    with ScriptedDaemon(_socket(environment), Script(ANSWER)) as daemon:
        subprocess.run(
            [sys.executable, on_terminal.__file__, terminal, sys.executable, "-c", START, "helper", *words],
            stdin=subprocess.DEVNULL,
            env=environment,
            capture_output=True,
            start_new_session=True,
            timeout=PATIENCE,
            check=True,
        )
    assert b"Keyturn-Terminal: 1\r\n" in daemon.requests[0]
    assert (b"Accept: application/jsonl\r\n" in daemon.requests[0]) is asks


@pytest.fixture(name="terminal")
def pseudo_terminal() -> Iterator[str]:
    """The name of a terminal that is nobody's yet."""
    controller, terminal = pty.openpty()
    yield os.ttyname(terminal)
    os.close(controller)
    os.close(terminal)


def _socket(environment: dict[str, str]) -> Path:
    directory = Path(environment["XDG_RUNTIME_DIR"]) / "keyturn"
    directory.mkdir(mode=0o700)
    return directory / "socket"
