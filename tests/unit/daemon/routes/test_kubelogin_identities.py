"""Each flag and each variable of kubelogin's, changed alone: whether what is answered is the same token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.kubelogin.stand_in import AKS_CLIENT, ARC
from keyturn.protocols.kubelogin.flags import SWITCHES, TEXTS
from keyturn.protocols.kubelogin.variables import PLAIN, SECRET
from keyturn.protocols.surroundings import MACHINE, TOKEN_FILE
from support.daemon.brokers import Person
from support.daemon.kubelogin_desk import Desk

if TYPE_CHECKING:
    from pathlib import Path

    Said = dict[str, str]

AKS = "6dae42f8-4368-4678-94ff-3960e28e3630"
ONE, OTHER = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"
APPLICATION = {"login": "spn", "server-id": AKS, "client-id": ONE, "tenant-id": "contoso.example"}
CERTIFIED = APPLICATION | {"client-certificate": "/one.pem"}
PERSON = APPLICATION | {"login": "interactive", "client-id": AKS_CLIENT}
AZ = {"login": "azurecli", "server-id": AKS}
MACHINES = {"login": "msi", "server-id": AKS}
POD = APPLICATION | {"login": "workloadidentity", "federated-token-file": "/one"}
JOB = APPLICATION | {"login": "workloadidentity", "ACTIONS_ID_TOKEN_REQUEST_URL": "https://one.example"}
PIPELINE = APPLICATION | {
    "login": "azurepipelines",
    "azure-pipelines-service-connection-id": ONE,
    "SYSTEM_OIDCREQUESTURI": "https://dev.azure.com/one",
}
TERRAFORM = APPLICATION | {"use-azurerm-env-vars": "true"}
"""What is said at first: flags in small letters, variables in capitals."""
UNTOLD = dict.fromkeys((*SECRET, *MACHINE, TOKEN_FILE), "") | {
    "AZURE_CLIENT_SECRET": "planted",
    "ARM_CLIENT_SECRET": "planted",
}
"""What the twin tells of variables that are not set, so that nobody has to be asked."""


def _without(said: Said, *names: str) -> Said:
    return {name: value for name, value in said.items() if name not in names}


ANOTHER: list[tuple[str, str, Said]] = [
    ("login", "devicecode", PERSON),
    ("server-id", ARC[0], APPLICATION),
    ("client-id", OTHER, APPLICATION),
    ("client-certificate", "/other.pem", CERTIFIED),
    ("tenant-id", "other.example", APPLICATION),
    ("environment", "AzureChinaCloud", APPLICATION),
    ("authority-host", "https://login.microsoftonline.us/", APPLICATION),
    ("federated-token-file", "/other", POD),
    ("identity-resource-id", "/subscriptions/s/resourceGroups/g/providers/p/t/n", MACHINES),
    ("azure-pipelines-service-connection-id", OTHER, PIPELINE),
    ("subscription", "other", AZ),
    ("cache-dir", "/other", APPLICATION),
    ("redirect-url", "http://localhost:8080", PERSON),
    ("login-hint", "bob@contoso.example", PERSON),
    ("use-azurerm-env-vars", "true", APPLICATION | {"ARM_CLIENT_ID": OTHER}),
    ("disable-environment-override", "true", APPLICATION | {"AZURE_CLIENT_ID": OTHER, "client-secret": "planted"}),
    ("AAD_LOGIN_METHOD", "devicecode", PERSON),
    ("AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE", "/other.pem", CERTIFIED),
    ("AAD_SERVICE_PRINCIPAL_CLIENT_ID", OTHER, APPLICATION),
    ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://other.example", JOB),
    ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "other", JOB),
    ("ARM_CLIENT_CERTIFICATE_PATH", "/other.pem", TERRAFORM),
    ("ARM_CLIENT_ID", OTHER, TERRAFORM),
    ("ARM_TENANT_ID", "other.example", TERRAFORM),
    ("AZURESUBSCRIPTION_CLIENT_ID", OTHER, _without(PIPELINE, "client-id") | {"AZURESUBSCRIPTION_CLIENT_ID": ONE}),
    (
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
        OTHER,
        _without(PIPELINE, "azure-pipelines-service-connection-id")
        | {"AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": ONE},
    ),
    (
        "AZURESUBSCRIPTION_TENANT_ID",
        "other.example",
        _without(PIPELINE, "tenant-id") | {"AZURESUBSCRIPTION_TENANT_ID": "contoso.example"},
    ),
    ("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/", POD),
    ("AZURE_CLIENT_CERTIFICATE_PATH", "/other.pem", CERTIFIED),
    ("AZURE_CLIENT_ID", OTHER, APPLICATION),
    ("AZURE_CONFIG_DIR", "{directory}/az", AZ),
    ("AZURE_FEDERATED_TOKEN_FILE", "/other", POD),
    ("AZURE_TENANT_ID", "other.example", APPLICATION),
    ("KUBECACHEDIR", "/other", APPLICATION),
    ("SYSTEM_ACCESSTOKEN", "other", PIPELINE),
    ("SYSTEM_OIDCREQUESTURI", "https://dev.azure.com/other", PIPELINE),
    *((name, "http://127.0.0.1:1/other", MACHINES) for name in MACHINE),
]
SAME: list[tuple[str, str, Said]] = [
    ("timeout", "5s", APPLICATION),
    ("v", "5", APPLICATION),
    ("logtostderr", "true", APPLICATION),
    ("disable-instance-discovery", "true", APPLICATION),
    ("username", "other", APPLICATION),
    ("password", "other", APPLICATION),
    ("client-secret", "other", APPLICATION),
    ("client-certificate-password", "other", CERTIFIED),
    ("AZURE_CLI_TIMEOUT", "5s", APPLICATION),
    ("AAD_SERVICE_PRINCIPAL_CLIENT_SECRET", "other", APPLICATION),
    ("AZURE_CLIENT_SECRET", "other", APPLICATION),
    ("ARM_CLIENT_SECRET", "other", TERRAFORM),
    ("AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE_PASSWORD", "other", CERTIFIED),
    ("AZURE_CLIENT_CERTIFICATE_PASSWORD", "other", CERTIFIED),
    ("ARM_CLIENT_CERTIFICATE_PASSWORD", "other", TERRAFORM | {"client-certificate": "/one.pem"}),
]
"""Nothing of who is asked, or where: how long, how loud, and what an application proves itself with."""
REFUSED = {"legacy", "pop-enabled", "pop-claims"}


async def _token(desk: Desk, said: Said) -> str:
    flags = [f"--{name}={value}" for name, value in said.items() if name.islower()]
    variables = {name: value for name, value in said.items() if name.isupper()}
    return await desk.token(*flags, **UNTOLD | variables)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    (tmp_path / "az").mkdir(mode=0o700)
    monkeypatch.setenv("HOME", str(tmp_path))
    return Desk(tmp_path, Person())


@pytest.mark.parametrize(("name", "value", "said"), ANOTHER, ids=[name for name, *_ in ANOTHER])
async def test_another_token(desk: Desk, name: str, value: str, said: Said) -> None:
    first = await _token(desk, said)
    other = await _token(desk, said | {name: value.format(directory=desk.services.state_directory)})
    assert other != first
    assert await _token(desk, said) == first, "each keeps its own"


@pytest.mark.parametrize(("name", "value", "said"), SAME, ids=[name for name, *_ in SAME])
async def test_the_same_token(desk: Desk, name: str, value: str, said: Said) -> None:
    assert await _token(desk, said) == await _token(desk, said | {name: value})
    assert desk.bench.provider.started == 1


def test_all_that_there_is_was_tried() -> None:
    tried = {name for name, *_ in (*ANOTHER, *SAME)}
    assert tried | REFUSED == {*TEXTS, *SWITCHES, *PLAIN, *SECRET, *MACHINE}
