"""keyturnd.acquire.awx.dialects: from `/api/` to the tokens, and never to another host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from keyturnd.acquire.awx.api import Reply
from keyturnd.acquire.awx.dialects import NoTokens, Site, discover
from keyturnd.acquire.failed import Failed
from support.awx.in_memory import IDENTITY, NOW

if TYPE_CHECKING:
    from keyturnd.acquire.awx.api import Api
    from keyturnd.messages.outcomes import Failure

# As recorded on AWX 24.6.1 (reference/awx.md section 1).
CONTROLLER = {
    "description": "AWX REST API",
    "current_version": "/api/v2/",
    "available_versions": {"v2": "/api/v2/"},
    "oauth2": "/api/o/",
    "custom_logo": "",
}
GATEWAY = {
    "description": "AAP gateway REST API",
    "apis": {"gateway": "/api/gateway/", "controller": "/api/controller/"},
}
GATEWAY_ROOT = {"current_version": "/api/gateway/v1/"}


class Documents:
    """Answers each path with what a test put there."""

    def __init__(self, documents: dict[str, Any], url: str = IDENTITY.url) -> None:
        self.identity = replace(IDENTITY, url=url)
        self.place = urlsplit(url).netloc
        self.asked: list[str] = []
        self._documents = documents

    def call(self, method: str, url: str) -> Reply:
        """One request of the class Api, without a credential: none may be sent here."""
        assert method == "GET"
        self.asked.append(url)
        found = self._documents.get(urlsplit(url).path, 404)
        return Reply(found, None, NOW) if isinstance(found, int) else Reply(200, found, NOW)


def discovered(documents: dict[str, Any], url: str = IDENTITY.url) -> Site:
    return discover(cast("Api", Documents(documents, url)))


def failure(documents: dict[str, Any]) -> Failure:
    with pytest.raises(Failed) as caught:
        discovered(documents)
    assert caught.value.failure.kind == "provider-refused"
    assert "[profile.tower]" in (caught.value.failure.hint or "")
    return caught.value.failure


def test_a_controller() -> None:
    found = discovered({"/api/": CONTROLLER})
    assert found == Site("https://awx.example/api/v2/", "https://awx.example/api/o/", "/api/")
    assert found.tokens == "https://awx.example/api/v2/tokens/"


def test_a_gateway() -> None:
    documents = {"/api/": GATEWAY, "/api/gateway/": GATEWAY_ROOT}
    expected = Site("https://awx.example/api/gateway/v1/", "https://awx.example/o/", "/api/controller/")
    assert discovered(documents) == expected


def test_a_gateway_without_a_controller() -> None:
    documents = {"/api/": {"apis": {"gateway": "/api/gateway/"}}, "/api/gateway/": GATEWAY_ROOT}
    assert discovered(documents).controller == ""


@pytest.mark.parametrize("known", ["", "/awx"])
def test_below_a_path(known: str) -> None:
    """A proxy may put AWX there with or without its knowing."""
    base = "https://h.example:8443/awx"
    documents = {"/awx/api/": CONTROLLER | {"current_version": f"{known}/api/v2/", "oauth2": f"{known}/api/o/"}}
    assert discovered(documents, base) == Site(f"{base}/api/v2/", f"{base}/api/o/", "/api/")


@pytest.mark.parametrize("known", ["", "/awx"])
def test_a_gateway_below_a_path(known: str) -> None:
    base = "https://h.example:8443/awx"
    apis = {"gateway": f"{known}/api/gateway/", "controller": f"{known}/api/controller/"}
    documents = {"/awx/api/": {"apis": apis}, "/awx/api/gateway/": {"current_version": f"{known}/api/gateway/v1/"}}
    assert discovered(documents, base) == Site(f"{base}/api/gateway/v1/", f"{base}/o/", "/api/controller/")


def test_a_server_without_tokens() -> None:
    without = {name: value for name, value in CONTROLLER.items() if name != "oauth2"}
    with pytest.raises(NoTokens) as caught:
        discovered({"/api/": without})
    assert caught.value.failure.sentence.startswith("awx.example has no tokens")


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404])
def test_no_awx(status: int) -> None:
    assert "is no AWX: GET /api/ " in failure({"/api/": status} if status != 404 else {}).sentence


@pytest.mark.parametrize(
    "root",
    [
        {},
        {"apis": None},
        {"apis": []},
        {"apis": {"controller": "/api/controller/"}},
        {"apis": {"gateway": 7}},
        CONTROLLER | {"oauth2": None},
        CONTROLLER | {"oauth2": "https://thief.example/"},
        CONTROLLER | {"current_version": None},
        CONTROLLER | {"current_version": "v2"},
        CONTROLLER | {"current_version": "//thief.example/"},
        CONTROLLER | {"current_version": "https://thief.example/"},
        CONTROLLER | {"current_version": "/api/../../"},
        CONTROLLER | {"current_version": "/api/v2/?x=/"},
        CONTROLLER | {"current_version": "/api/v2/\n"},
        CONTROLLER | {"current_version": "/@thief.example/"},
        CONTROLLER | {"current_version": "/" + "a" * 300 + "/"},
    ],
)
def test_an_odd_root(root: dict[str, Any]) -> None:
    assert "names no version" in failure({"/api/": root}).sentence


def test_a_gateway_whose_root_is_a_page() -> None:
    assert "GET /api/gateway/ " in failure({"/api/": GATEWAY, "/api/gateway/": 200}).sentence


@given(st.text("/.:@?#\\ -_~aZ%\n\u00e9", max_size=30))
def test_no_path_leads_to_another_host(path: str) -> None:
    documents = Documents({"/api/": CONTROLLER | {"current_version": path}})
    try:
        url = discover(cast("Api", documents)).tokens
    except Failed:
        return
    assert url == f"https://awx.example{path}tokens/"
    assert ".." not in url
    assert urlsplit(url).netloc == "awx.example"
