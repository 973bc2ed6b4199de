"""The emulator's registry, asked by hand: who gets a token, and what an upload may be."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from keyturn_emulator.registry.sample import digest_of
from support.emulator.client import EntraClient, trusting

if TYPE_CHECKING:
    import httpx

    from keyturn_emulator.launch import Emulator

ACR = "https://containerregistry.azure.net/.default"
NULL_GUID = "00000000-0000-0000-0000-000000000000"
OCI = "application/vnd.oci.image"
BLOB = b"some bytes"


class RegistryClient:
    """What a registry's client sends, parameter by parameter."""

    def __init__(self, emulator: Emulator, entra: EntraClient) -> None:
        self.registry = emulator.ready.registry
        self.url = f"https://{self.registry}"
        self.http = entra.http
        self._entra = entra

    def entra_token(self, scope: str = ACR) -> str:
        answer: dict[str, str] = self._entra.token(self._entra.credentials_form(scope=scope)).json()
        return answer["access_token"]

    def exchange(self, **changes: str | None) -> httpx.Response:
        form = {"grant_type": "access_token", "service": self.registry, "access_token": None} | changes
        if form["access_token"] is None and "access_token" not in changes:
            form["access_token"] = self.entra_token()
        return self.http.post(f"{self.url}/oauth2/exchange", data={k: v for k, v in form.items() if v is not None})

    def refresh_token(self) -> str:
        answer: dict[str, str] = self.exchange().json()
        return answer["refresh_token"]

    def basic(self, password: str, user: str = NULL_GUID, **query: Any) -> httpx.Response:
        query = {"service": self.registry} | query
        return self.http.get(f"{self.url}/oauth2/token", params=query, auth=(user, password))

    def posted(self, **form: Any) -> httpx.Response:
        return self.http.post(f"{self.url}/oauth2/token", data={"service": self.registry} | form)

    def may(self, scope: str, refresh_token: str | None = None) -> dict[str, str]:
        """The header of somebody with a token for `scope`."""
        answer = self.basic(refresh_token or self.refresh_token(), scope=scope).json()
        return {"Authorization": f"Bearer {answer['access_token']}"}


@pytest.fixture
def client(emulator: Emulator, entra: EntraClient) -> RegistryClient:
    return RegistryClient(emulator, entra)


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def test_the_refresh_token_is_acrs(client: RegistryClient, emulator: Emulator) -> None:
    found = claims(client.refresh_token())
    assert (found["aud"], found["grant_type"], found["tenant"]) == (
        client.registry, "refresh_token", emulator.ready.tenant,
    )  # fmt: skip
    assert found["iss"] == "Azure Container Registry"
    assert 3 * 3600 <= found["exp"] - found["iat"] <= 3 * 3600 + 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"service": "fabrikam.azurecr.io"}, 400),
        ({"service": None}, 400),
        ({"grant_type": "access_token_refresh_token"}, 400),
        ({"grant_type": "refresh_token"}, 400),
        ({"access_token": None}, 400),
        ({"access_token": "eyJ.e30.x"}, 401),
        ({"tenant": "fabrikam.example"}, 401),
        ({"tenant": "contoso.example"}, 200),
        ({"unknown": "x"}, 400),
        ({"scope": "repository:app:pull"}, 400),
    ],
)
def test_the_exchange_is_strict(changes: dict[str, str | None], status: int, client: RegistryClient) -> None:
    assert client.exchange(**changes).status_code == status


def test_only_the_registrys_own_audience_is_taken(client: RegistryClient) -> None:
    for scope in ("https://management.azure.com/.default", "https://vault.azure.net/.default"):
        assert client.exchange(access_token=client.entra_token(scope)).status_code == 401


def test_a_registrys_token_is_no_entra_token(client: RegistryClient) -> None:
    assert client.exchange(access_token=client.refresh_token()).status_code == 401


def test_the_exchange_takes_a_form_by_post_alone(client: RegistryClient) -> None:
    url, form = f"{client.url}/oauth2/exchange", {"grant_type": "access_token", "service": client.registry}
    assert client.http.get(url, params=form).status_code == 405
    assert client.http.post(url, json=form).status_code == 400
    assert client.http.post(f"{url}?tenant=x", data=form).status_code == 400


def test_three_ways_to_an_access_token(client: RegistryClient, emulator: Emulator) -> None:
    refresh = client.refresh_token()
    scope = "repository:team/app:pull,push"
    answers = [
        client.basic(refresh, scope=scope, account=NULL_GUID),
        client.posted(grant_type="refresh_token", refresh_token=refresh, scope=scope, client_id="docker"),
        client.posted(
            grant_type="password", username=NULL_GUID, password=refresh, scope=scope, client_id="containerd"
        ),
    ]
    for answer in answers:
        assert set(answer.json()) == {"access_token"}
        found = claims(answer.json()["access_token"])
        assert found["access"] == [{"type": "repository", "name": "team/app", "actions": ["pull", "push"]}]
        assert 4500 <= found["exp"] - found["iat"] <= 4501
    counts = emulator.control.counts()
    ways = ("basic", "refresh_token", "password")
    assert {way: counts[f"registry.token.{way}"] for way in ways} == dict.fromkeys(ways, 1)


def test_a_login_gets_its_refresh_token_back(client: RegistryClient) -> None:
    refresh = client.refresh_token()
    assert client.basic(refresh, offline_token="true", client_id="docker").json()["refresh_token"] == refresh


def test_who_gets_no_access_token(client: RegistryClient, emulator: Emulator) -> None:
    refresh = client.refresh_token()
    access = client.basic(refresh).json()["access_token"]
    assert client.basic(refresh, user="admin").status_code == 401
    assert client.basic(access).status_code == 401
    assert client.basic(refresh, service="fabrikam.azurecr.io").status_code == 400
    assert client.posted(grant_type="client_credentials").status_code == 400
    assert client.http.get(f"{client.url}/oauth2/token", params={"service": client.registry}).status_code == 401
    emulator.control.advance(3 * 3600 + 2)
    assert client.basic(refresh).status_code == 401
    later = client.refresh_token()
    assert emulator.control.revoke_registry() == 3
    assert client.basic(later).status_code == 401
    reasons = {name for name in emulator.control.counts() if name.startswith("registry.token.refused.")}
    assert {name.rpartition(".")[2] for name in reasons} == {
        "user", "unknown", "service", "grant", "anonymous", "expired", "revoked",
    }  # fmt: skip


def test_the_challenge_names_the_registry_itself(client: RegistryClient) -> None:
    def challenge(method: str, path: str, **headers: str) -> str:
        answer = client.http.request(method, client.url + path, headers=headers)
        assert (answer.status_code, answer.headers["docker-distribution-api-version"]) == (401, "registry/2.0")
        assert answer.json()["errors"][0]["code"] == "UNAUTHORIZED"
        return answer.headers["www-authenticate"]

    common = f'Bearer realm="{client.url}/oauth2/token",service="{client.registry}"'
    assert challenge("GET", "/v2/") == common
    assert challenge("GET", "/v2/app/manifests/1") == f'{common},scope="repository:app:pull"'
    assert challenge("PUT", "/v2/app/manifests/1") == f'{common},scope="repository:app:pull,push"'
    assert challenge("POST", "/v2/app/blobs/uploads/") == f'{common},scope="repository:app:pull,push"'
    assert challenge("GET", "/v2/_catalog") == f'{common},scope="registry:catalog:*"'
    assert challenge("GET", "/v2/", Authorization="Bearer x.y.z") == f'{common},error="invalid_token"'
    refused = challenge("GET", "/v2/app/manifests/1", **client.may("repository:other:pull"))
    assert refused == f'{common},scope="repository:app:pull",error="insufficient_scope"'


def test_an_abac_enabled_registry_asks_for_each_repository(client: RegistryClient, emulator: Emulator) -> None:
    emulator.control.settings(registry_abac=True)
    refresh = client.refresh_token()
    scope = "repository:team/app:pull,push repository:other:pull registry:catalog:*"
    found = claims(client.basic(refresh, scope=scope).json()["access_token"])
    assert [entry["actions"] for entry in found["access"]] == [["pull", "push"], [], []]
    assert client.http.get(f"{client.url}/v2/_catalog", headers=client.may("registry:catalog:*")).status_code == 401


def test_who_brings_nothing_may_pull_where_that_is_allowed(client: RegistryClient, emulator: Emulator) -> None:
    emulator.control.settings(registry_anonymous_pull=True)
    url, scope = f"{client.url}/oauth2/token", "repository:app:pull,push registry:catalog:*"
    answer = client.http.get(url, params={"service": client.registry, "scope": scope})
    assert [entry["actions"] for entry in claims(answer.json()["access_token"])["access"]] == [["pull"], []]
    assert client.basic("planted").status_code == 401  # bad credentials are no missing ones


def test_layers_come_from_the_data_endpoint_without_credentials(client: RegistryClient, emulator: Emulator) -> None:
    may, _ = pushed(client)
    emulator.control.settings(registry_data_endpoint=True)
    place = f"{client.url}/v2/app/blobs/{digest_of(BLOB)}"
    assert client.http.head(place, headers=may).status_code == 200
    led = client.http.get(place, headers=may)
    assert led.status_code == 307
    there = led.headers["location"]
    assert there.startswith(f"https://localhost:{emulator.ready.registry_port}/")
    assert client.http.get(there).content == BLOB
    assert client.http.get(there, headers=may).status_code == 400
    assert client.http.get(there + "x").status_code == 403
    assert client.http.get(there.replace("localhost", "127.0.0.1")).status_code == 403


def test_an_upload_in_chunks(client: RegistryClient) -> None:
    may = client.may("repository:app:pull,push")

    def send(method: str, place: str, content: bytes = b"", **headers: str) -> httpx.Response:
        return client.http.request(method, client.url + place, content=content, headers=may | headers)

    started = send("POST", "/v2/app/blobs/uploads/")
    assert started.status_code == 202
    first = send("PATCH", started.headers["location"], BLOB[:4])
    assert (first.status_code, first.headers["range"]) == (202, "0-3")
    assert send("PATCH", started.headers["location"], BLOB[4:]).status_code == 400  # an old place
    misplaced = send("PATCH", first.headers["location"], BLOB[5:], **{"Content-Range": "5-9"})
    assert misplaced.status_code == 416
    second = send("PATCH", first.headers["location"], BLOB[4:8], **{"Content-Range": "4-7"})
    done = send("PUT", f"{second.headers['location']}&digest={digest_of(BLOB)}", BLOB[8:])
    assert done.status_code == 201
    assert send("GET", done.headers["location"]).content == BLOB
    head = send("HEAD", done.headers["location"])
    assert (head.headers["content-length"], head.headers["docker-content-digest"]) == ("10", digest_of(BLOB))


def test_a_digest_that_is_not_the_contents(client: RegistryClient) -> None:
    may = client.may("repository:app:pull,push")
    place = f"{client.url}/v2/app/blobs/uploads/?digest={digest_of(b'other')}"
    refused = client.http.post(place, content=BLOB, headers=may)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "DIGEST_INVALID")
    found = client.http.get(f"{client.url}/v2/app/blobs/{digest_of(BLOB)}", headers=may)
    assert found.status_code == 404


def pushed(client: RegistryClient, repository: str = "app") -> tuple[dict[str, str], bytes]:
    """A blob in one piece; the header that allows more, and a manifest of it."""
    may = client.may(f"repository:{repository}:pull,push")
    place = f"{client.url}/v2/{repository}/blobs/uploads/?digest={digest_of(BLOB)}"
    assert client.http.post(place, content=BLOB, headers=may).status_code == 201
    entry = {"mediaType": f"{OCI}.config.v1+json", "digest": digest_of(BLOB), "size": len(BLOB)}
    manifest = {"schemaVersion": 2, "mediaType": f"{OCI}.manifest.v1+json", "config": entry, "layers": [entry]}
    return may, json.dumps(manifest).encode()


def test_a_manifest_refers_to_what_is_there(client: RegistryClient) -> None:
    may, manifest = pushed(client)

    def put(content: bytes, kind: str = "manifest", reference: str = "1") -> int:
        headers = may | {"Content-Type": f"{OCI}.{kind}.v1+json"}
        return client.http.put(
            f"{client.url}/v2/app/manifests/{reference}", content=content, headers=headers
        ).status_code

    missing = manifest.replace(digest_of(BLOB).encode(), digest_of(b"other").encode())
    assert [put(missing), put(b"{"), put(b"[]"), put(b'{"schemaVersion": 1}'), put(manifest, "index")] == [400] * 5
    assert put(manifest, reference=digest_of(b"other")) == 400
    assert put(manifest, reference="-bad") == 400
    assert put(manifest) == put(manifest, reference=digest_of(manifest)) == 201
    for reference in ("1", digest_of(manifest)):
        found = client.http.get(f"{client.url}/v2/app/manifests/{reference}", headers=may)
        assert (found.content, found.headers["content-type"]) == (manifest, f"{OCI}.manifest.v1+json")
        assert found.headers["docker-content-digest"] == digest_of(manifest)


def test_lists_and_deletion(client: RegistryClient) -> None:
    may, manifest = pushed(client)
    url = f"{client.url}/v2/app/manifests"
    headers = may | {"Content-Type": f"{OCI}.manifest.v1+json"}
    for tag in ("b", "a", "c"):
        client.http.put(f"{url}/{tag}", content=manifest, headers=headers)
    page = client.http.get(f"{client.url}/v2/app/tags/list?n=2", headers=may)
    assert page.json() == {"name": "app", "tags": ["a", "b"]}
    assert page.headers["link"] == '</v2/app/tags/list?n=2&last=b>; rel="next"'
    rest = client.http.get(f"{client.url}/v2/app/tags/list?n=2&last=b", headers=may)
    assert (rest.json()["tags"], "link" in rest.headers) == (["c"], False)
    catalog = client.http.get(f"{client.url}/v2/_catalog", headers=client.may("registry:catalog:*"))
    assert catalog.json() == {"repositories": ["app"]}
    may_delete = client.may("repository:app:pull,delete")
    assert client.http.delete(f"{url}/{digest_of(manifest)}", headers=may).status_code == 401
    assert client.http.delete(f"{url}/{digest_of(manifest)}", headers=may_delete).status_code == 202
    assert client.http.get(f"{url}/a", headers=may).status_code == 404


def test_a_blob_is_mounted_from_a_repository_that_has_it(client: RegistryClient) -> None:
    pushed(client)
    may = client.may("repository:other:pull,push")
    start = f"{client.url}/v2/other/blobs/uploads/?mount={digest_of(BLOB)}&from="
    assert client.http.post(f"{start}nowhere", headers=may).status_code == 202
    assert client.http.get(f"{client.url}/v2/other/blobs/{digest_of(BLOB)}", headers=may).status_code == 404
    assert client.http.post(f"{start}app", headers=may).status_code == 201
    assert client.http.get(f"{client.url}/v2/other/blobs/{digest_of(BLOB)}", headers=may).content == BLOB


def test_reset_empties_it(client: RegistryClient, emulator: Emulator) -> None:
    pushed(client)
    emulator.control.reset()
    answer = client.http.get(f"{client.url}/v2/_catalog", headers=client.may("registry:catalog:*"))
    assert answer.json() == {"repositories": []}
    may = client.may("repository:app:pull")
    assert client.http.get(f"{client.url}/v2/app/blobs/{digest_of(BLOB)}", headers=may).status_code == 404


def test_a_client_that_leaves_in_the_middle_of_an_upload_is_no_defect(
    emulator: Emulator, client: RegistryClient
) -> None:
    import socket  # noqa: PLC0415 - the one test below HTTP

    may = client.may("repository:app:pull,push")
    place = client.http.post(f"{client.url}/v2/app/blobs/uploads/", headers=may).headers["location"]
    head = f"PATCH {place} HTTP/1.1\r\nHost: {client.registry}\r\nAuthorization: {may['Authorization']}\r\n"
    trust = trusting(emulator.ready.ca_file)
    with (
        socket.create_connection(("127.0.0.1", emulator.ready.registry_port)) as raw,
        trust.wrap_socket(raw, server_hostname="127.0.0.1") as tls,
    ):
        tls.sendall(f"{head}Content-Length: 100\r\n\r\nabc".encode())
        emulator.control.wait("registry.uploads", 2)
    assert client.http.get(f"{client.url}/v2/", headers=may).status_code == 200
    assert emulator.control.count("defect") == 0
