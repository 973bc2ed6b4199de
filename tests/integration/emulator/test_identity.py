"""The managed-identity endpoints by hand: each dialect once as it should be, and what each refuses."""

from __future__ import annotations

import hashlib
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from keyturn_emulator.launch import Emulator
from support.emulator.client import AZURE_DEVOPS, claims_of, trusting

if TYPE_CHECKING:
    from collections.abc import Iterator


METADATA = {"Metadata": "true"}


@pytest.fixture
def http(emulator: Emulator) -> Iterator[httpx.Client]:
    with httpx.Client(verify=trusting(emulator.ready.ca_file), trust_env=False) as client:
        yield client


class Source:
    """One endpoint as its variables name it, and how it is asked."""

    def __init__(self, emulator: Emulator, http: httpx.Client, kind: str) -> None:
        self.kind = kind
        self.variables = emulator.ready.environments[kind]
        self._http = http
        self.url, self.version, self.headers = self._ways()[kind]

    def ask(self, headers: dict[str, str] | None = None, /, **changes: str | None) -> httpx.Response:
        """A good request, unless something is changed; a change to None leaves the parameter out."""
        query: dict[str, str | None] = {"api-version": self.version, "resource": AZURE_DEVOPS}
        asked = {name: value for name, value in {**query, **changes}.items() if value is not None}
        return self._http.get(self.url, params=asked, headers=self.headers if headers is None else headers)

    def _ways(self) -> dict[str, tuple[str, str, dict[str, str]]]:
        found = self.variables
        endpoint = found.get("IDENTITY_ENDPOINT", found.get("MSI_ENDPOINT", ""))
        imds = f"{found.get('AZURE_POD_IDENTITY_AUTHORITY_HOST')}/metadata/identity/oauth2/token"
        secret = found.get("IDENTITY_HEADER", found.get("MSI_SECRET", ""))
        return {
            "app-service": (endpoint, "2019-08-01", {"x-identity-header": secret}),
            "imds": (imds, "2018-02-01", METADATA),
            "arc": (endpoint, "2020-06-01", METADATA),
            "azure-ml": (endpoint, "2017-09-01", {"secret": secret}),
            "service-fabric": (endpoint, "2019-07-01-preview", {"Secret": secret}),
        }


@pytest.fixture(params=["app-service", "imds", "azure-ml", "service-fabric"])
def source(emulator: Emulator, http: httpx.Client, request: pytest.FixtureRequest) -> Source:
    """Each endpoint that answers the first request."""
    return Source(emulator, http, request.param)


def test_the_machines_own_identity(emulator: Emulator, source: Source) -> None:
    answer = source.ask().json()
    own = emulator.ready.identities["machine"]
    claims = claims_of(answer["access_token"])
    assert (claims["aud"], claims["appid"], claims["oid"]) == (AZURE_DEVOPS, own["client_id"], own["object_id"])
    assert claims["xms_mirid"] == [own["resource_id"]]
    # Not one JSON number among them.
    assert all(type(value) is str for value in answer.values())
    assert claims["exp"] - int(answer["expires_on"]) in {0, 1}
    assert (answer["resource"], answer["token_type"]) == (AZURE_DEVOPS, "Bearer")
    assert emulator.control.count(f"identity.{source.kind}") == 1


def test_what_every_endpoint_refuses(source: Source) -> None:
    for changes in ({"resource": None}, {"api-version": None}, {"api-version": "2030-01-01"}, {"principal_id": "x"}):
        assert source.ask(**changes).status_code == 400, changes
    assert source.ask({}).status_code in {400, 401}
    assert source.ask({name: f"{value}x" for name, value in source.headers.items()}).status_code in {400, 401}


@pytest.mark.parametrize(
    "resource", ["https://nobody.example", f"{AZURE_DEVOPS}/.default", "https://vault.azure.net/"]
)
def test_resources_that_do_not_exist(source: Source, resource: str) -> None:
    """A scope is no resource, and the slash at its end counts."""
    answer = source.ask(resource=resource)
    assert answer.status_code == (500 if source.kind == "app-service" else 400)
    assert ("AADSTS500011" in answer.text) == (source.kind in {"imds", "service-fabric"})


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("app-service", ("client_id", "object_id", "mi_res_id")),
        ("imds", ("client_id", "object_id", "msi_res_id")),
        ("azure-ml", ("clientid",)),
    ],
)
def test_an_assigned_identity_by_each_name(
    emulator: Emulator, http: httpx.Client, kind: str, names: tuple[str, ...]
) -> None:
    source, ids = Source(emulator, http, kind), emulator.ready.identities["assigned"]
    values = (ids["client_id"], ids["object_id"].upper(), ids["resource_id"].upper())
    for name, value in zip(names, values, strict=False):
        answer = source.ask(**{name: value})
        assert claims_of(answer.json()["access_token"])["appid"] == ids["client_id"]
        assert source.ask(**{name: "33333333-3333-3333-3333-333333333333"}).status_code == 400


def test_two_names_of_two_identities(emulator: Emulator, http: httpx.Client) -> None:
    ids = emulator.ready.identities
    both = {"client_id": ids["assigned"]["client_id"], "object_id": ids["machine"]["object_id"]}
    for kind in ("app-service", "imds"):
        assert Source(emulator, http, kind).ask(**both).status_code == 400


def test_what_is_there_twice(emulator: Emulator, http: httpx.Client) -> None:
    source = Source(emulator, http, "app-service")
    query = (("api-version", source.version), ("resource", AZURE_DEVOPS))
    ((name, value),) = source.headers.items()
    assert http.get(source.url, params=query, headers=[(name, value)]).status_code == 200
    assert http.get(source.url, params=(*query, query[1]), headers=[(name, value)]).status_code == 400
    assert http.get(source.url, params=query, headers=[(name, value)] * 2).status_code == 401


def test_service_fabric_gives_no_choice_and_knows_the_capability(emulator: Emulator, http: httpx.Client) -> None:
    source = Source(emulator, http, "service-fabric")
    assert source.ask(client_id=emulator.ready.identities["assigned"]["client_id"]).status_code == 400
    capable = source.ask(xms_cc="cp1", token_sha256_to_refresh="0" * 64).json()
    assert claims_of(capable["access_token"])["xms_cc"] == ["CP1"]
    assert source.ask({}).json()["error"]["code"] == "SecretHeaderNotFound"


def test_service_fabrics_certificate_is_the_one_named(emulator: Emulator) -> None:
    variables = emulator.ready.environments["service-fabric"]
    url = httpx.URL(variables["IDENTITY_ENDPOINT"])
    pem = ssl.get_server_certificate((url.host, url.port or 443), ca_certs=emulator.ready.ca_file)
    digest = hashlib.sha1(ssl.PEM_cert_to_DER_cert(pem), usedforsecurity=False).hexdigest()
    assert variables["IDENTITY_SERVER_THUMBPRINT"] == digest.upper()


def test_a_secret_of_another_endpoint(emulator: Emulator, http: httpx.Client) -> None:
    secrets = [emulator.ready.environments[kind] for kind in ("app-service", "service-fabric", "azure-ml")]
    assert len({found.get("IDENTITY_HEADER", found.get("MSI_SECRET")) for found in secrets}) == 3


def arc_key(refused: httpx.Response) -> Path:
    assert refused.status_code == 401
    scheme, _, path = refused.headers["www-authenticate"].partition("=")
    assert scheme == "Basic realm"
    return Path(path)


def test_arc_is_answered_to_who_can_read_its_file(emulator: Emulator, http: httpx.Client) -> None:
    source = Source(emulator, http, "arc")
    path = arc_key(source.ask())
    assert path.parent == Path(emulator.ready.directory, "azcmagent", "tokens")
    assert (path.suffix, path.stat().st_mode & 0o77) == (".key", 0)
    proof = {**METADATA, "Authorization": f"Basic {path.read_text()}"}
    answer = source.ask(proof).json()
    assert claims_of(answer["access_token"])["appid"] == emulator.ready.identities["machine"]["client_id"]
    assert not path.exists()
    # A key is good once.
    arc_key(source.ask(proof))
    assert source.ask({"Authorization": "Basic x"}).status_code == 400


def arc_answer(source: Source, **changes: str) -> dict[str, Any]:
    path = arc_key(source.ask(**changes))
    answer: dict[str, Any] = source.ask({**METADATA, "Authorization": f"Basic {path.read_text()}"}, **changes).json()
    return answer


def test_arc_says_again_who_was_asked_for(emulator: Emulator, http: httpx.Client) -> None:
    source, ids = Source(emulator, http, "arc"), emulator.ready.identities["assigned"]
    for name, key in (("client_id", "client_id"), ("object_id", "object_id"), ("msi_res_id", "resource_id")):
        answer = arc_answer(source, **{name: ids[key]})
        assert (answer[name], claims_of(answer["access_token"])["oid"]) == (ids[key], ids["object_id"])


def test_an_old_arc_agent_answers_for_somebody_else(emulator: Emulator, http: httpx.Client) -> None:
    emulator.control.settings(arc_ignores_identity=True)
    source, ids = Source(emulator, http, "arc"), emulator.ready.identities
    answer = arc_answer(source, msi_res_id=ids["assigned"]["resource_id"])
    assert claims_of(answer["access_token"])["appid"] == ids["machine"]["client_id"]
    assert "msi_res_id" not in answer


def test_arc_keys_that_nobody_should_read(emulator: Emulator, http: httpx.Client) -> None:
    source = Source(emulator, http, "arc")
    emulator.control.settings(arc_key_size=4097)
    assert arc_key(source.ask()).stat().st_size == 4097
    emulator.control.settings(arc_key_elsewhere=True)
    assert arc_key(source.ask()).parent == Path(emulator.ready.directory, "azcmagent")
    left = list(Path(emulator.ready.directory, "azcmagent").rglob("*.key"))
    emulator.control.reset()
    assert (len(left), list(Path(emulator.ready.directory, "azcmagent").rglob("*.key"))) == (2, [])


def test_arc_keys_where_clients_look_for_them(tmp_path: Path) -> None:
    with Emulator(["--arc-directory", str(tmp_path)]) as emulator, httpx.Client(trust_env=False) as http:
        assert arc_key(Source(emulator, http, "arc").ask()).parent == tmp_path
        emulator.control.reset()
    assert list(tmp_path.iterdir()) == []


def test_cloud_shell_is_the_person(emulator: Emulator, http: httpx.Client) -> None:
    url = emulator.ready.environments["cloud-shell"]["MSI_ENDPOINT"]
    answer = http.post(url, data={"resource": AZURE_DEVOPS}, headers=METADATA).json()
    assert claims_of(answer["access_token"])["upn"] == emulator.ready.user
    assert all(type(value) is str for value in answer.values())
    assert http.post(url, data={"resource": AZURE_DEVOPS}).status_code == 400
    assert http.get(url, headers=METADATA).status_code == 405
    for form in ({}, {"resource": "https://nobody.example"}, {"resource": AZURE_DEVOPS, "client_id": "x"}):
        refused = http.post(url, data=form, headers={**METADATA, "Content-Type": "application/x-www-form-urlencoded"})
        assert set(refused.json()["error"]) == {"code", "message"}
        assert refused.status_code == 400


def test_throttled_and_out_of_order(emulator: Emulator, source: Source) -> None:
    emulator.control.throttle(30)
    answer = source.ask()
    assert answer.status_code == 429
    if source.kind in {"imds", "app-service"}:
        assert 0 < int(answer.headers["retry-after"]) <= 30
    emulator.control.throttle(0)
    emulator.control.fault(f"identity.{source.kind}", "status", status=410, body="gone")
    assert [source.ask().status_code, source.ask().status_code] == [410, 200]
