"""The emulator's registry, asked by hand: what an upload may be, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.registry.sample import digest_of
from support.emulator.client import trusting
from support.emulator.registry_client import BLOB, OCI, RegistryClient, client, pushed

if TYPE_CHECKING:
    import httpx

    from keyturn_emulator.launch import Emulator

__all__ = ["client"]


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
