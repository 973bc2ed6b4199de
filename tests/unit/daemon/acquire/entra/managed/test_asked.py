"""Which endpoint the variables lead to, and that no other machine is ever asked."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from keyturn.configuration.profiles.credentials.managed import ManagedIdentity
from keyturn.protocols import surroundings
from keyturnd.acquire.entra.managed.asked import Asked, asked_of
from keyturnd.acquire.entra.managed.places import is_local
from keyturnd.acquire.failed import Failed

OWN = ManagedIdentity()
GUID = "11111111-2222-3333-4444-555555555555"
HERE = "http://127.0.0.1:41741/msi/token"
SECRET = "planted-secret"
RESOURCE = "https://vault.azure.net"
APP_SERVICE = {"IDENTITY_ENDPOINT": HERE, "IDENTITY_HEADER": SECRET}
FABRIC = APP_SERVICE | {"IDENTITY_ENDPOINT": "https://10.0.0.4:2377/t", "IDENTITY_SERVER_THUMBPRINT": "AB"}
ARC = {"IDENTITY_ENDPOINT": HERE, "IMDS_ENDPOINT": "http://localhost:40342"}
LEARNING = {"MSI_ENDPOINT": HERE, "MSI_SECRET": SECRET}
CLOUD_SHELL = {"MSI_ENDPOINT": "http://localhost:50342/oauth2/token"}


def asked(variables: dict[str, str], identity: ManagedIdentity = OWN) -> Asked:
    everything = dict.fromkeys(("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IMDS_ENDPOINT", "MSI_ENDPOINT"), "")
    return asked_of(everything | variables, identity, RESOURCE)


def refused(variables: dict[str, str], identity: ManagedIdentity = OWN) -> str:
    with pytest.raises(Failed) as caught:
        asked(variables, identity)
    failure = caught.value.failure
    assert failure.kind == "configuration"
    assert "planted" not in failure.sentence + str(failure.hint)
    return failure.sentence


@pytest.mark.parametrize(
    ("variables", "source", "version", "headers"),
    [
        (APP_SERVICE, "App Service", "2019-08-01", {"X-IDENTITY-HEADER": SECRET, "Metadata": "true"}),
        (FABRIC, "Service Fabric", "2019-07-01-preview", {"Secret": SECRET}),
        (ARC, "Azure Arc", "2020-06-01", {"Metadata": "true"}),
        (LEARNING, "Azure Machine Learning", "2017-09-01", {"secret": SECRET}),
        ({}, "the machine's metadata service", "2018-02-01", {"Metadata": "true"}),
        (LEARNING | APP_SERVICE, "App Service", "2019-08-01", {"X-IDENTITY-HEADER": SECRET, "Metadata": "true"}),
    ],
)
def test_each_source_in_its_dialect(
    variables: dict[str, str], source: str, version: str, headers: dict[str, str]
) -> None:
    found = asked(variables)
    assert (found.source, found.request.method, found.request.headers) == (source, "GET", headers)
    assert dict(parse_qsl(urlsplit(found.request.url).query)) == {"api-version": version, "resource": RESOURCE}
    assert found.request.local
    assert found.thumbprint == ("AB" if source == "Service Fabric" else "")
    assert found.challenged == (source == "Azure Arc")


def test_where_nothing_is_said_it_is_the_machines_own_address() -> None:
    assert asked({}).request.url.startswith("http://169.254.169.254/metadata/identity/oauth2/token?")
    elsewhere = asked({"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:8080/"}).request.url
    assert elsewhere.startswith("http://127.0.0.1:8080/metadata/identity/oauth2/token?")


def test_cloud_shell_is_posted_to() -> None:
    request = asked(CLOUD_SHELL).request
    assert (request.method, request.url) == ("POST", CLOUD_SHELL["MSI_ENDPOINT"])
    assert request.body == b"resource=https%3A%2F%2Fvault.azure.net"


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        (APP_SERVICE, ("client_id", "object_id", "mi_res_id")),
        (ARC, ("client_id", "object_id", "msi_res_id")),
        ({}, ("client_id", "object_id", "msi_res_id")),
    ],
)
def test_an_assigned_identity_by_each_name(variables: dict[str, str], names: tuple[str, ...]) -> None:
    identities = (
        ManagedIdentity(client_id=GUID),
        ManagedIdentity(object_id=GUID),
        ManagedIdentity(resource_id="/s/x"),
    )
    for identity, name, value in zip(identities, names, (GUID, GUID, "/s/x"), strict=True):
        query = dict(parse_qsl(urlsplit(asked(variables, identity).request.url).query))
        assert query.items() >= {name: value}.items()
        assert len(query) == 3


def test_an_identity_that_an_endpoint_has_no_word_for_is_not_left_out() -> None:
    by_client = asked(LEARNING, ManagedIdentity(client_id=GUID)).request.url
    assert dict(parse_qsl(urlsplit(by_client).query))["clientid"] == GUID
    assert "cannot be asked for the identity" in refused(LEARNING, ManagedIdentity(object_id=GUID))
    for variables in (CLOUD_SHELL, FABRIC):
        for identity in (ManagedIdentity(GUID), ManagedIdentity("", GUID), ManagedIdentity("", "", "/s/x")):
            assert "cannot be asked for the identity" in refused(variables, identity)


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example/t",
        "http://localhost.evil.example/t",
        "http://10.0.0.1/t",
        "http://127.0.0.1@evil.example/t",
        "http://a:b@127.0.0.1/t",
        "https://127.0.0.1/t",
        "http://2130706433/t",
        "http://127.1/t",
        "http://[::ffff:8.8.8.8]/t",
        "http://0.0.0.0/t",
        "http://[::1/t",
        "file:///etc/passwd",
        "//127.0.0.1/t",
        "x",
    ],
)
def test_no_other_machine_is_asked(url: str) -> None:
    for variables in (APP_SERVICE, ARC):
        assert refused(variables | {"IDENTITY_ENDPOINT": url}).startswith("IDENTITY_ENDPOINT names no place on this")
    for variables in (LEARNING, CLOUD_SHELL):
        assert refused(variables | {"MSI_ENDPOINT": url}).startswith("MSI_ENDPOINT names no place on this machine")
    assert refused({"AZURE_POD_IDENTITY_AUTHORITY_HOST": url}).startswith(
        "AZURE_POD_IDENTITY_AUTHORITY_HOST names no"
    )


def test_service_fabric_is_never_asked_in_the_clear() -> None:
    assert "is no https URL" in refused(FABRIC | {"IDENTITY_ENDPOINT": HERE})


@pytest.mark.parametrize(
    ("variables", "name", "value"),
    [
        (APP_SERVICE, "IDENTITY_HEADER", f"{SECRET}\r\nX: y"),
        (APP_SERVICE, "IDENTITY_HEADER", f"{SECRET}é"),
        (APP_SERVICE, "IDENTITY_ENDPOINT", f" {HERE}"),
        (APP_SERVICE, "IDENTITY_ENDPOINT", f"{HERE}\n"),
        (FABRIC, "IDENTITY_SERVER_THUMBPRINT", "é"),
        (LEARNING, "MSI_SECRET", f"{SECRET}\n"),
        (ARC, "IMDS_ENDPOINT", "\t"),
    ],
)
def test_what_no_request_could_carry_is_named(variables: dict[str, str], name: str, value: str) -> None:
    assert refused(variables | {name: value}) == f"{name} is too long, or not of visible ASCII alone"


def test_keyturn_does_not_ask_itself() -> None:
    own = APP_SERVICE | {"IDENTITY_HEADER": "keyturn-0123456789"}
    assert refused(own) == "IDENTITY_ENDPOINT leads to keyturn itself, which would have to ask itself for the token"


def test_what_is_local() -> None:
    for host in ("localhost", "127.0.0.1", "127.9.9.9", "::1", "169.254.169.254", "fe80::1"):
        assert is_local(host), host
    for host in ("", "localhost.", "LOCALHOST.example", "169.254.169.254.nip.io", "8.8.8.8", "fd00::1"):
        assert not is_local(host), host


def test_all_that_chooses_an_endpoint_comes_with_the_request() -> None:
    """Without the thumbprint, Service Fabric would pass for App Service; see reference/entra.md section 2."""
    chosen = {**APP_SERVICE, **FABRIC, **ARC, **LEARNING, **CLOUD_SHELL, "AZURE_POD_IDENTITY_AUTHORITY_HOST": HERE}
    assert set(surroundings.MACHINE) == set(chosen)
