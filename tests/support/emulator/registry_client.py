"""A client of the emulator's registry, which does everything by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from keyturn_emulator.registry.sample import digest_of

if TYPE_CHECKING:
    import httpx

    from keyturn_emulator.launch import Emulator
    from support.emulator.client import EntraClient


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


def pushed(client: RegistryClient, repository: str = "app") -> tuple[dict[str, str], bytes]:
    """A blob in one piece; the header that allows more, and a manifest of it."""
    may = client.may(f"repository:{repository}:pull,push")
    place = f"{client.url}/v2/{repository}/blobs/uploads/?digest={digest_of(BLOB)}"
    assert client.http.post(place, content=BLOB, headers=may).status_code == 201
    entry = {"mediaType": f"{OCI}.config.v1+json", "digest": digest_of(BLOB), "size": len(BLOB)}
    manifest = {"schemaVersion": 2, "mediaType": f"{OCI}.manifest.v1+json", "config": entry, "layers": [entry]}
    return may, json.dumps(manifest).encode()
