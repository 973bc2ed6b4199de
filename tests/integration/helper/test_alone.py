"""docker's and kubectl's helpers where no daemon runs: what they answer by themselves, and that they ask nobody.

The twin runs as a real process that ends with EVIDENCE as soon as it opens a connection or starts a program.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keyturn import __version__
from support import places
from support.helper.no_daemon import START, info, outcome, private_environment
from support.helper.scripted_daemon import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["private_environment"]


EVIDENCE = 99
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
TELLING_OF_EAGAIN = """
import os
write = os.write
def telling(descriptor, data):
    try:
        return write(descriptor, data)
    except BlockingIOError:
        write(2, b"E")
        raise
os.write = telling
"""
NOT_FOUND = b"credentials not found in native keychain\n"
VECTORS = places.VECTORS / "docker" / "servers.toml"
FOREIGN = [case["server"] for case in tomllib.loads(VECTORS.read_text("utf-8"))["request"] if "gets" not in case]
NERDCTL = [
    scheme + host
    for host in ("contoso.azurecr.io:443", "contoso.azurecr.io")
    for scheme in ("", "https://", "http://")
]


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


def test_a_full_pipe_that_does_not_block_is_waited_for(environment: dict[str, str]) -> None:
    """As the native helper has it: EAGAIN is no error, and nothing may be lost."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    filled = os.write(writing, bytes(1 << 24))
    command = [sys.executable, "-c", f"{TELLING_OF_EAGAIN}{START}", "helper", "docker", "list"]
    with (
        os.fdopen(reading, "rb") as output,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.PIPE, env=environment
        ) as process,
    ):
        os.close(writing)
        assert process.stderr is not None
        assert process.stderr.read(1) == b"E"
        assert len(output.read(filled)) == filled
        assert b"contoso.azurecr.io" in output.read()
    assert process.returncode == 0


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
