"""A profile whose identity is that of a CI job or a pod: the caller's variables, and nobody else's token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from support.scenes.scene import Scene, password_of

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine


def scene_of(machine: Machine, emulator: Emulator, *lines: str) -> Scene:
    """Profile ci proves itself with a federated token; `lines` say which."""
    made = Scene(machine, emulator)
    flow = "\n".join(('flow = "workload-identity"', *lines))
    machine.configure(made.config.replace('flow = "client-secret"', flow))
    return made


def hosts(emulator: Emulator, kind: str, name: str) -> str:
    return f'oidc_hosts = ["{urlsplit(emulator.ready.environments[kind][name]).netloc}"]'


@pytest.fixture
def github(machine: Machine, emulator: Emulator) -> Scene:
    return scene_of(machine, emulator, hosts(emulator, "github-actions", "ACTIONS_ID_TOKEN_REQUEST_URL"))


def sealed_tokens(machine: Machine) -> int:
    return sum(b'"kind":"access-token"' in file.read_bytes() for file in machine.state.rglob("*.sealed"))


def test_a_job_gets_a_token_and_no_other_job_does(github: Scene) -> None:
    machine, control = github.machine, github.emulator.control
    job: dict[str, Any] = github.emulator.ready.environments["github-actions"]
    machine.run("keyturn", "daemon", "start", status=0)  # in the environment of no job
    token = machine.run("keyturn", "token", "ci", status=0, **job).stdout.strip()
    asked = machine.run("git-credential-keyturn", "get", input=github.attributes(), status=0, **job)
    assert (password_of(asked.stdout), asked.stderr) == (token, "")
    assert (control.count("oidc.github"), control.count("token.issued")) == (1, 1)
    other = job | {"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "planted-token-of-another-job"}
    refused = machine.run("git-credential-keyturn", "get", input=github.attributes(), **other)
    assert refused.stdout == "quit=1\n"
    assert "gave the job no token (status 401)" in refused.stderr
    assert "hint: give the job `permissions: id-token: write`" in refused.stderr
    none = machine.run("keyturn", "token", "ci", status=2)
    assert "neither ACTIONS_ID_TOKEN_REQUEST_URL nor AZURE_FEDERATED_TOKEN_FILE is set" in none.stderr
    assert sealed_tokens(machine) == 0
    machine.run("keyturn", "daemon", "stop", status=0)
    log = (machine.state / "keyturnd.log").read_text(encoding="utf-8")
    assert job["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] not in log
    assert "planted" not in log + refused.stderr
    assert machine.run("keyturn", "token", "ci", status=0, **job).stdout.strip() != token


def test_the_secret_of_a_job_goes_to_its_issuer_alone(machine: Machine, emulator: Emulator) -> None:
    scene_of(machine, emulator)
    job: dict[str, Any] = emulator.ready.environments["github-actions"]
    refused = machine.run("keyturn", "token", "ci", status=2, **job)
    assert "which is not its issuer's own" in refused.stderr
    assert emulator.control.count("oidc.github") == 0


def test_azure_pipelines(machine: Machine, emulator: Emulator) -> None:
    connection = f'service_connection = "{emulator.ready.service_connection}"'
    scene_of(machine, emulator, connection, hosts(emulator, "azure-pipelines", "SYSTEM_OIDCREQUESTURI"))
    step: dict[str, Any] = emulator.ready.environments["azure-pipelines"]
    assert machine.run("keyturn", "login", "ci", status=0, **step).stderr == ""
    refused = machine.run("keyturn", "login", "ci", status=1, **(step | {"SYSTEM_ACCESSTOKEN": "x"}))
    assert "(status 401)" in refused.stderr


def test_a_file_that_the_cluster_replaces(machine: Machine, emulator: Emulator) -> None:
    file = machine.home / "token"
    scene_of(machine, emulator, f'federated_token_file = "{file}"')
    for _ in range(2):
        file.write_text(f"{emulator.control.federated_token()}\n", encoding="ascii")
        machine.run("keyturn", "login", "ci", status=0)
    assert sealed_tokens(machine) == 1
    file.write_text(emulator.control.federated_token(subject="system:serviceaccount:default:other"), encoding="ascii")
    refused = machine.run("keyturn", "login", "ci", status=1)
    assert "AADSTS700213" in refused.stderr
    assert "subject system:serviceaccount:default:other, audience " in refused.stderr
    file.write_text(emulator.control.federated_token(lifetime=-60), encoding="ascii")
    assert f"the federated token of {file} expired at 20" in machine.run("keyturn", "login", "ci", status=2).stderr


def test_a_machine_of_azures_is_an_identity_itself(machine: Machine, emulator: Emulator) -> None:
    """Its variables travel with each request, too; ACR's exchange goes on from its token."""
    made = Scene(machine, emulator)
    table, targets = made.config.split("[profile.me]")[0], made.config.partition("[targets.git]")[2]
    ca_file = next(line for line in table.splitlines() if line.startswith("ca_file"))
    machine.configure(f'[profile.ci]\nprovider = "entra"\nflow = "managed-identity"\n{ca_file}\n[targets.git]\n'
                      + "\n".join(line for line in targets.splitlines() if '"me"' not in line))  # fmt: skip
    app: dict[str, Any] = emulator.ready.environments["app-service"]
    asked = machine.run("git-credential-keyturn", "get", input=made.attributes(), status=0, **app)
    assert f"username={emulator.ready.identities['machine']['client_id']}\n" in asked.stdout
    shown = machine.run("keyturn", "profile", "show", "ci", status=0).stdout
    assert "flow           managed-identity (no secret)" in shown
    assert "signs in by itself" in machine.run("keyturn", "status", status=0).stdout
    assert sealed_tokens(machine) == 0
