"""`keyturn azure new-token`: a token without a profile, and nothing kept of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine

VERB = ("keyturn", "azure", "new-token")
DEVOPS = "499b84ac-1321-427f-aa17-267ca6975798"


@pytest.fixture
def place(emulator: Emulator) -> list[str]:
    """The options that lead to the emulator."""
    emulator.control.settings(device_interval=1)
    ready = emulator.ready
    return ["--tenant", ready.tenant, "--authority", ready.authority, "--ca-file", ready.ca_file]


@pytest.fixture
def service(emulator: Emulator, place: list[str]) -> list[str]:
    """The options of the service principal."""
    identity = emulator.ready.clients["service"]["application_id"]
    return [*place, "--application-id", identity, "--service-principal", "--audience", DEVOPS]


@pytest.fixture
def device(emulator: Emulator, place: list[str]) -> list[str]:
    """The options of a person, without the switch."""
    return [
        *place,
        "--client-id",
        emulator.ready.clients["device"]["application_id"],
        "--scopes",
        f"{DEVOPS}/vso.code",
    ]


@pytest.fixture
def secret(emulator: Emulator) -> str:
    return emulator.ready.clients["service"]["secret"]


def test_a_service_principal(service: list[str], secret: str, machine: Machine) -> None:
    token = machine.json("azure", "new-token", *service, "--client-secret", "-", input=f"{secret}\n")
    assert token["token_type"] == "Bearer"
    assert token["scopes"] == [f"{DEVOPS}/.default"]
    assert token["expires_on"].endswith("Z")


def test_the_cmdlets_parameter_names(emulator: Emulator, service: list[str], secret: str, machine: Machine) -> None:
    renamed = [{"--tenant": "--domain", "--application-id": "--client-id"}.get(word, word) for word in service]
    renamed[renamed.index("--domain") + 1] = emulator.ready.domain
    machine.run(*VERB, *renamed, "--client-secret", "env:PLANTED", PLANTED=secret, status=0)


def test_the_secret_typed_at_a_prompt(service: list[str], secret: str, machine: Machine) -> None:
    with machine.terminal(*VERB, *service) as terminal:
        terminal.wait_for("keyturn: client secret: ")
        terminal.wait_for_silence()
        terminal.type(f"{secret}\n")
        assert terminal.end() == 0
        assert "access_token" in terminal.seen
        assert secret not in terminal.seen


@pytest.mark.parametrize("switch", ["--use-device-authentication", "--device-code", "--device-auth", "--device"])
def test_a_person(switch: str, emulator: Emulator, device: list[str], machine: Machine) -> None:
    with machine.terminal(*VERB, *device, switch) as terminal:
        emulator.control.approve(terminal.wait_for(r"enter the code (\S+)").group(1))
        assert terminal.end() == 0
        shown = dict(line.split(" : ", 1) for line in terminal.seen.splitlines() if " : " in line)
    names = {name.strip() for name in shown}
    assert {"access_token", "refresh_token", "id_token", "tenant_id", "unique_id", "correlation_id"} <= names
    assert not list((machine.state / "vault").glob("*"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", shown["expires_at".ljust(len(next(iter(shown))))])
    assert "account username" in names
    assert not [value for value in shown.values() if "{" in value]


def test_nothing_is_kept(service: list[str], secret: str, machine: Machine) -> None:
    machine.run(*VERB, *service, "--client-secret", "-", input=secret, status=0)
    assert not (machine.state / "vault").exists()
    assert machine.json("status")["profiles"] == []


def test_ctrl_c_ends_the_sign_in(emulator: Emulator, device: list[str], machine: Machine) -> None:
    with machine.terminal(*VERB, *device, "--device") as terminal:
        terminal.wait_for("enter the code")
        terminal.type("\x03")
        assert terminal.end() == 130
        assert "Traceback" not in terminal.seen
    while machine.json("status")["acquisitions"]["running"]:
        pass


def test_a_person_who_is_not_there(device: list[str], machine: Machine) -> None:
    refused = machine.run(*VERB, *device, "--device", status=2)
    assert "a device code needs a terminal" in refused.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--client-secret", "hunter2"], "a secret is not given on the command line"),
        (["--client-secret", "env:NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE is not set"),
        (["--environment", "Mars"], "argument --environment/--environment-name: not allowed with"),
    ],
)
def test_wrong_usage(words: list[str], complaint: str, service: list[str], machine: Machine) -> None:
    refused = machine.run(*VERB, *service, *words, input="x", status=2)
    assert refused.stderr.startswith(f"keyturn: error: {complaint}")
    assert "hunter2" not in refused.stderr


def test_what_the_daemon_finds_wrong_is_usage_too(service: list[str], machine: Machine) -> None:
    wrong = [word.replace(DEVOPS, "not a scope") for word in service]
    refused = machine.run(*VERB, *wrong, "--client-secret", "-", input="x", status=2)
    assert "keyturn: hint: keyturn azure new-token --help" in refused.stderr


def test_a_wrong_secret_is_refused_and_not_shown(service: list[str], machine: Machine) -> None:
    refused = machine.run(*VERB, *service, "--client-secret", "-", input="planted-secret", status=1)
    assert (refused.stdout, "planted-secret" in refused.stderr) == ("", False)


def test_a_secret_with_a_device_code(device: list[str], machine: Machine) -> None:
    refused = machine.run(*VERB, *device, "--device", "--client-secret", "-", status=2)
    assert "goes with --service-principal" in refused.stderr
