"""What azure-identity's variables and az make of a beginning; the command line has the last word."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from keyturn import moves
from keyturn.errors import Refused, UsageError
from keyturn.verbs.init.command import parser
from keyturn.verbs.init.sources import fill_from_az, fill_from_environment, for_job

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from keyturn.kinds_of_hints import Sentence

TENANT, CLIENT = "11111111-2222-3333-4444-555555555555", "00001111-aaaa-2222-bbbb-3333cccc4444"
BOTH = {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": CLIENT}


def options(*words: str) -> Namespace:
    return parser().parse(words)


def filled(given: Namespace) -> dict[str, Any]:
    """What is not left open."""
    return {name: value for name, value in vars(given).items() if value not in (None, False, [])}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"AZURE_CLIENT_SECRET": "s"}, {"flow": "client-secret", "secret": "env:AZURE_CLIENT_SECRET"}),
        ({"AZURE_CLIENT_CERTIFICATE_PATH": "/c.pem"}, {"flow": "client-certificate", "certificate": "/c.pem"}),
        (
            {"AZURE_CLIENT_CERTIFICATE_PATH": "/c.pfx", "AZURE_CLIENT_CERTIFICATE_PASSWORD": "p",
             "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN": "True"},
            {"flow": "client-certificate", "certificate": "/c.pfx", "send_x5c": True,
             "secret": "env:AZURE_CLIENT_CERTIFICATE_PASSWORD"},
        ),
        ({"AZURE_FEDERATED_TOKEN_FILE": "/t"}, {"flow": "workload-identity", "federated_token_file": "/t"}),
        (
            {"AZURE_CLIENT_SECRET": "s", "AZURE_CLIENT_CERTIFICATE_PATH": "/c.pem"},
            {"flow": "client-secret", "secret": "env:AZURE_CLIENT_SECRET"},
        ),
        ({"ACTIONS_ID_TOKEN_REQUEST_URL": "https://x", "GITHUB_ACTIONS": "true"}, {"flow": "workload-identity"}),
        ({"GITHUB_ACTIONS": "true", "AZURE_CLIENT_SECRET": "s"},
         {"flow": "client-secret", "secret": "env:AZURE_CLIENT_SECRET"}),
        ({"AZURE_USERNAME": "alice@contoso.com"}, {"account": "alice@contoso.com"}),
        ({"AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us/"}, {"environment": "AzureUSGovernment"}),
        ({"AZURE_AUTHORITY_HOST": "login.chinacloudapi.cn"}, {"environment": "AzureChinaCloud"}),
        ({"AZURE_AUTHORITY_HOST": "https://login.example/"}, {"authority": "https://login.example"}),
        ({"AZURE_CLIENT_SECRET": ""}, {}),
    ],
)  # fmt: skip
def test_the_variables(variables: dict[str, str], expected: dict[str, Any]) -> None:
    given = options()
    fill_from_environment(given, BOTH | variables)
    assert filled(given) == {"tenant": TENANT, "application_id": CLIENT, **expected}


def test_the_command_line_has_the_last_word() -> None:
    given = options("--tenant", "contoso.com", "--flow", "client-certificate")
    fill_from_environment(given, BOTH | {"AZURE_CLIENT_SECRET": "s"})
    assert (given.tenant, given.flow) == ("contoso.com", "client-certificate")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--flow", "browser"], {"flow": "browser"}),
        (["--flow", "confidential-browser"], {"flow": "confidential-browser", "secret": "env:AZURE_CLIENT_SECRET"}),
        (["--certificate", "/mine.pem"], {"flow": "client-certificate", "certificate": "/mine.pem"}),
        (["--flow", "workload-identity"], {"flow": "workload-identity", "federated_token_file": "/t"}),
    ],
)
def test_what_proves_somebody_else_is_left_alone(words: list[str], expected: dict[str, str]) -> None:
    given = options(*words)
    proofs = {
        "AZURE_CLIENT_SECRET": "s",
        "AZURE_CLIENT_CERTIFICATE_PATH": "/c.pem",
        "AZURE_FEDERATED_TOKEN_FILE": "/t",
    }
    fill_from_environment(given, BOTH | proofs)
    assert filled(given) == {"tenant": TENANT, "application_id": CLIENT, **expected}


@pytest.mark.parametrize("missing", BOTH)
def test_nobody_to_sign_in_as(missing: str) -> None:
    with pytest.raises(UsageError, match="are not both set"):
        fill_from_environment(options(), {name: value for name, value in BOTH.items() if name != missing})


def az(directory: Path, monkeypatch: pytest.MonkeyPatch, told: object, status: int = 0) -> None:
    """An az that tells `told`."""
    program = directory / "az"
    script = ["#!/bin/sh", "[ \"$1 $2\" = 'account show' ] || exit 9", f"echo '{json.dumps(told)}'", f"exit {status}"]
    program.write_text("\n".join(script))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}:/usr/bin:/bin")


ACCOUNT = {"tenantId": TENANT, "environmentName": "AzureUSGovernment", "user": {"name": "alice@x", "type": "user"}}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (ACCOUNT, {"tenant": TENANT, "environment": "AzureUSGovernment", "account": "alice@x"}),
        (ACCOUNT | {"user": {"name": CLIENT, "type": "servicePrincipal"}}, {"environment": "AzureUSGovernment"}),
        (ACCOUNT | {"environmentName": "MyStack"}, {"tenant": TENANT, "account": "alice@x"}),
    ],
)
def test_az(told: object, expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    az(tmp_path, monkeypatch, told)
    given = options()
    fill_from_az(given)
    assert filled(given) == {"tenant": TENANT} | expected


@pytest.mark.parametrize(("told", "status"), [(ACCOUNT, 1), ([], 0), ({"tenantId": "evil\nx"}, 0), ({}, 0)])
def test_az_that_is_signed_in_to_nothing(
    told: object, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    az(tmp_path, monkeypatch, told, status)
    with pytest.raises(Refused, match="az tells no tenant"):
        fill_from_az(options())


def test_az_begins_no_upgrade_of_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That takes minutes, and what takes half of one is ended here."""
    words = f"import json, os; print(json.dumps({ACCOUNT} if 'AZURE_AUTO-UPGRADE_ENABLE' in os.environ else 0))"
    (tmp_path / "az").write_text(f"#!{sys.executable}\n{words}\n")
    (tmp_path / "az").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    given = options()
    fill_from_az(given)
    assert filled(given)["account"] == "alice@x"


def test_no_az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match="not on PATH"):
        fill_from_az(options())


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AZURE_CLIENT_ID", "my-app"),
        ("AZURE_TENANT_ID", "no tenant"),
        ("AZURE_TENANT_ID", "x"),
        ("AZURE_USERNAME", "alice\n"),
        ("AZURE_AUTHORITY_HOST", "https://login.example:port"),
        ("AZURE_AUTHORITY_HOST", "https://[login.example"),
        ("AZURE_AUTHORITY_HOST", "http://login.example"),
    ],
)
def test_a_variable_that_holds_something_else_is_named(variable: str, value: str) -> None:
    with pytest.raises(UsageError) as refused:
        fill_from_environment(options(), BOTH | {variable: value})
    assert refused.value.sentence.startswith(f"{variable}: expected ")
    assert str(refused.value.hint).startswith(f"for example: {variable}=")
    assert value not in refused.value.lines().split()


def test_a_variable_that_the_command_line_speaks_for_is_not_looked_at() -> None:
    given = options("--application-id", CLIENT)
    fill_from_environment(given, BOTH | {"AZURE_CLIENT_ID": "my-app"})
    assert given.application_id == CLIENT


@pytest.mark.parametrize("words", [("--environment", "AzureChinaCloud"), ("--authority", "https://adfs.example")])
@pytest.mark.parametrize("host", ["https://login.microsoftonline.us", "https://login.example", "nonsense:"])
def test_where_the_command_line_says_where_no_variable_does(words: tuple[str, ...], host: str) -> None:
    given = options(*words)
    fill_from_environment(given, BOTH | {"AZURE_AUTHORITY_HOST": host})
    assert filled(given) == filled(options(*words)) | {"tenant": TENANT, "application_id": CLIENT}


def test_a_job_that_may_not_ask_for_a_token_is_told_how_it_may() -> None:
    with pytest.raises(UsageError, match="nothing proves who this job is") as refused:
        fill_from_environment(options(), BOTH | {"GITHUB_ACTIONS": "true"})
    assert refused.value.hint == "add `id-token: write` to the permissions of the job"
    fill_from_environment(options("--flow", "managed-identity"), BOTH | {"GITHUB_ACTIONS": "true"})


CONNECTION = "6aba0d26-1b43-4f5c-9f5b-7a1b1f0d3c2e"
STEP = {"TF_BUILD": "True", "SYSTEM_ACCESSTOKEN": "a"}
TASK = STEP | {
    "AZURESUBSCRIPTION_TENANT_ID": TENANT, "AZURESUBSCRIPTION_CLIENT_ID": CLIENT,
    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": CONNECTION,
}  # fmt: skip
"""What AzureCLI@2 gives a script of its connection; the token comes by the step's `env`."""


def test_a_task_of_azure_pipelines_signs_in_by_its_service_connection() -> None:
    given = options()
    fill_from_environment(given, TASK)
    found = {
        "tenant": TENANT,
        "application_id": CLIENT,
        "flow": "workload-identity",
        "service_connection": CONNECTION,
    }
    assert filled(given) == found
    secret = options()
    fill_from_environment(secret, TASK | {"AZURE_CLIENT_SECRET": "s"})
    assert (secret.flow, secret.service_connection) == ("client-secret", None)


@pytest.mark.parametrize(
    ("variables", "sentence", "hint"),
    [
        (TASK | {"SYSTEM_ACCESSTOKEN": ""}, "SYSTEM_ACCESSTOKEN is not set in this step",
         moves.machines.access_token_of_step()),
        (TASK | {"AZURE_CLIENT_ID": TENANT}, "nothing proves who this step is", moves.clients.let_step_ask()),
        (BOTH | STEP, "nothing proves who this step is", moves.clients.let_step_ask()),
        (STEP, "AZURE_TENANT_ID and AZURE_CLIENT_ID are not both set", moves.clients.let_step_ask()),
    ],
)  # fmt: skip
def test_a_step_of_azure_pipelines_is_told_what_it_lacks(
    variables: dict[str, str], sentence: str, hint: Sentence
) -> None:
    with pytest.raises(UsageError) as refused:
        fill_from_environment(options(), variables)
    assert (refused.value.sentence, refused.value.hint) == (sentence, hint)


@pytest.mark.parametrize("variable", ["GITHUB_ACTIONS", "TF_BUILD"])
def test_jobs_begin_by_what_they_are(variable: str) -> None:
    assert for_job({variable: "true"}) == ("--from-env", "--yes")
    assert for_job({}) == ()
