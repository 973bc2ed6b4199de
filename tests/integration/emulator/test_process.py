"""The emulator as a program: how it starts, what it says, what it leaves behind, what it never tells."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from keyturn_emulator.launch import Emulator, EmulatorError
from support.emulator.client import DEVOPS_SCOPE, EntraClient, trusting
from support.needs import absent, need

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMAND = [sys.executable, "-E", "-P", "-m", "keyturn_emulator"]


def run(*options: str) -> subprocess.CompletedProcess[str]:
    """The program with a stdin that ends at once."""
    command = [*COMMAND, "--exit-on-eof", *options]
    return subprocess.run(command, input="", capture_output=True, text=True, timeout=60, check=False)


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_the_ready_line_is_one_line_of_facts() -> None:
    done = run("--json")
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)
    facts = json.loads(done.stdout)
    config: dict[str, Any] = tomllib.loads(facts["config"])
    assert config["profile"]["ci"]["application_id"] == facts["clients"]["service"]["application_id"]
    assert config["profile"]["me"]["application_id"] == facts["clients"]["device"]["application_id"]
    assert {profile["authority"] for profile in config["profile"].values()} == {facts["authority"]}
    assert config["targets"]["git"] == {
        f"{facts['git']}/contoso": {"profile": "ci", "service": "azure-devops"},
        f"{facts['git']}/fabrikam": {"profile": "me", "service": "azure-devops"},
    }
    assert not Path(facts["directory"]).exists()


def test_the_text_for_people_holds_the_configuration_and_no_secret_but_the_key() -> None:
    done = run()
    assert done.returncode == 0
    start = done.stdout.index("[profile.ci]")
    config = tomllib.loads(done.stdout[start : done.stdout.index("\nthen")])
    assert config["profile"]["ci"]["flow"] == "client-secret"
    assert "export" not in done.stdout
    assert "8Q~" not in done.stdout


def test_files_are_private(emulator: Emulator) -> None:
    directory = Path(emulator.ready.directory)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir() if path.is_file()}
    assert modes == dict.fromkeys(("ca.pem", "server.pem", "server.key", "service.secret", "kubeconfig"), 0o600)
    secret = Path(emulator.ready.secret_file).read_text()
    assert secret == emulator.ready.clients["service"]["secret"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_the_certificate_holds_for_every_loopback_name(emulator: Emulator, host: str) -> None:
    if host == "::1" and not has_ipv6():
        absent("there is no IPv6 loopback")
    port = urlsplit(emulator.ready.authority).port
    address = f"[{host}]" if ":" in host else host
    with httpx.Client(verify=trusting(emulator.ready.ca_file), trust_env=False) as http:
        url = f"https://{address}:{port}/common/v2.0/.well-known/openid-configuration"
        assert http.get(url).json()["issuer"].startswith(f"https://{address}:{port}/")


def test_other_names_only_on_request(emulator: Emulator) -> None:
    def shake_hands(running: Emulator) -> None:
        url = urlsplit(running.ready.git)
        context = trusting(running.ready.ca_file)
        with socket.create_connection((url.hostname, url.port)) as raw:
            context.wrap_socket(raw, server_hostname="dev.azure.com").close()

    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(emulator)
    with Emulator(["--name", "dev.azure.com"]) as other:
        shake_hands(other)


def test_a_directory_of_ones_own(tmp_path: Path) -> None:
    directory = tmp_path / "new"
    with Emulator(["--directory", str(directory)]) as running:
        assert running.ready.ca_file == str(directory / "ca.pem")
    assert (directory / "ca.pem").exists()
    again = run("--directory", str(directory))
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == f"keyturn-emulator: error: {directory} is not an empty directory of yours with mode 0700\n"


def test_a_directory_that_others_can_read(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert run("--directory", str(tmp_path)).returncode == 1


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("--port", f"git={taken.getsockname()[1]}")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("options", [["--port", "8443"], ["--port", "web=1"], ["--port", "git=x"]])
def test_usage(options: Sequence[str]) -> None:
    assert run(*options).returncode == 2


def test_a_failed_start_is_reported() -> None:
    with (
        pytest.raises(EmulatorError, match="status 2"),
        Emulator(["--no-such-option"], stderr=subprocess.DEVNULL),
    ):
        pytest.fail("it is not there")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_end_it_whoever_hangs(number: signal.Signals) -> None:
    with Emulator() as running:
        running.control.fault("token", "drip")
        url = urlsplit(running.ready.git)
        with (
            # Connected, and silent before the first byte of TLS.
            socket.create_connection((url.hostname, url.port)),
            EntraClient(running) as client,
            client.http.stream("POST", client.token_url, data=client.credentials_form()),
        ):
            running.process.send_signal(number)
            assert running.process.wait(30) == 0
    assert not Path(running.ready.directory).exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_as_it_starts_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    """It comes while git makes the repositories."""
    programs, directories = tmp_path / "programs", tmp_path / "directories"
    programs.mkdir()
    directories.mkdir()
    git = programs / "git"
    git.write_text(f'#!/bin/sh\nkill -{number:d} $PPID\nexec {need("git")} "$@"\n', encoding="ascii")
    git.chmod(0o755)
    environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}", "TMPDIR": str(directories)}
    with subprocess.Popen(
        COMMAND, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (0, b"")
    assert list(directories.iterdir()) == []


def test_it_ends_with_whoever_started_it() -> None:
    """The parent is killed, cannot clean up, so the pipe to the emulator's stdin has to do."""
    script = (
        "import os, signal\n"
        "from keyturn_emulator.launch import Emulator\n"
        "running = Emulator().__enter__()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    parent = subprocess.run(
        [sys.executable, "-E", "-P", "-c", script], stderr=subprocess.PIPE, timeout=60, check=False
    )
    # The emulator has the same stderr: had it stayed, reading to the end would have timed out.
    assert parent.returncode == -signal.SIGKILL


PLANTED = "planted-9f3c2e"


def plant(running: Emulator) -> list[str]:
    """Put a secret into every place a request has, and return those the emulator made up."""
    with EntraClient(running) as client:
        return _plant(running, client)


def _plant(running: Emulator, client: EntraClient) -> list[str]:
    ready = running.ready
    token, signed_in = client.service_token(), client.sign_in(running)
    started = client.start_device()
    running.control.fault("token", "malformed", body=PLANTED)
    for form in (
        {PLANTED: PLANTED},
        client.credentials_form(client_secret=PLANTED),
        client.credentials_form(client_id=PLANTED, scope=PLANTED, grant_type=PLANTED),
        client.refresh_form(PLANTED),
        client.refresh_form(signed_in["refresh_token"]),
        client.poll_form(started["device_code"]),
    ):
        client.token(form)
    headers = {"Authorization": f"Bearer {PLANTED}", "Cookie": PLANTED, "client-request-id": PLANTED}
    for url in (ready.authority, ready.git):
        client.http.request(PLANTED.upper(), f"{url}/{PLANTED}?token={PLANTED}", headers=headers)
        client.http.get(f"{url}/{PLANTED}/demo/_git/{PLANTED}/info/refs?x={PLANTED}", headers=headers)
    client.http.get(ready.repository + "/info/refs", headers={"Authorization": f"Bearer {token}"})
    client.http.get(f"{ready.control}/counts", headers=headers)
    running.control.revoke(token)
    return [
        PLANTED, PLANTED.upper(), client.secret, ready.control_key, token, *(str(signed_in[name]) for name in
        ("access_token", "refresh_token", "id_token")), str(started["device_code"]), str(started["user_code"]),
    ]  # fmt: skip


def test_the_log_holds_no_secret(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w+b") as log, Emulator(["--log"], stderr=log) as running:
        secrets = plant(running)
        entries = running.control.log()
        running.stop()
        printed = (tmp_path / "log").read_text()
    assert [json.loads(line) for line in printed.splitlines()] == entries
    assert {entry["endpoint"] for entry in entries} >= {"token", "devicecode", "git.refs", "unknown"}
    for secret in secrets:
        assert secret not in printed
    # What it does tell is enough to see what happened.
    assert {"grant": "client_credentials", "client": "service", "status": 200}.items() <= entries[0].items()
    assert DEVOPS_SCOPE not in printed
