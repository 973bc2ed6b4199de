"""The lists of the emulated AWX servers, who sees what in them, and what their fields may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx

    from support.awx.client import AwxClient


def descriptions(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["description"] for row in answer.json()["results"]]


# --- lists


def test_who_lists_whose_tokens(controller: AwxClient, gateway: AwxClient) -> None:
    for server in (controller, gateway):
        server.create("alice", description="of alice")
        server.create("bob", description="of bob")
    assert descriptions(controller.ask("GET", "{api}/tokens/", "bob")) == ["of bob"]
    assert descriptions(controller.ask("GET", "{api}/tokens/", "admin")) == ["of alice", "of bob"]
    assert descriptions(gateway.ask("GET", "{api}/tokens/", "bob")) == ["of alice", "of bob"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("description=a", ["a"]),
        ("description__startswith=b", ["b", "bb"]),
        ("description__in=a,bb", ["a", "bb"]),
        ("description__icontains=B", ["b", "bb"]),
        ("application__isnull=true", ["a", "b", "bb"]),
        ("application__isnull=false", []),
        ("application=1", []),
        ("scope=read", ["b"]),
        ("user__username=alice&order_by=-description", ["bb", "b", "a"]),
        ("order_by=scope,-id", ["b", "bb", "a"]),
        ("id__gt=0&page_size=2", ["a", "b"]),
        ("page_size=2&page=2", ["bb"]),
        ("expires__lt=2030-01-01T00:00:00Z", []),
        ("expires__gte=2030-01-01T00:00:00Z", ["a", "b", "bb"]),
    ],
)
def test_filters_and_order(awx_client: AwxClient, query: str, found: list[str]) -> None:
    for description, scope in (("a", "write"), ("b", "read"), ("bb", "write")):
        awx_client.create(description=description, scope=scope)
    assert descriptions(awx_client.ask("GET", f"{{api}}/tokens/?{query}", "alice")) == found


@pytest.mark.parametrize(
    "query", ["colour=red", "order_by=colour", "user__colour=red", "id__lt=x", "refresh_token=x", "page=0", "page=x"]
)
def test_queries_that_make_no_sense(awx_client: AwxClient, query: str) -> None:
    awx_client.create()
    assert awx_client.ask("GET", f"{{api}}/tokens/?{query}", "alice").status_code in {400, 403, 404}


def test_a_page_size_that_is_no_number_breaks_the_controller(controller: AwxClient, gateway: AwxClient) -> None:
    assert controller.ask("GET", "{api}/tokens/?page_size=abc", "alice").status_code == 500
    assert gateway.ask("GET", "{api}/tokens/?page_size=abc", "alice").status_code == 200


def test_pages_hold_25_and_200_at_most(controller: AwxClient) -> None:
    for _ in range(201):
        controller.create()
    for query, size in (("", 25), ("?page_size=1000", 200), ("?page_size=0", 25)):
        assert len(controller.ask("GET", f"{{api}}/tokens/{query}", "alice").json()["results"]) == size


def test_lists_below_a_user(controller: AwxClient) -> None:
    controller.create("alice", description="personal")
    controller.create("alice", description="application's", application=controller.application["id"])
    controller.create("admin", description="admin's")

    def below(kind: str, who: str, owner: str) -> list[str]:
        return descriptions(controller.ask("GET", f"{{api}}/users/{owner}/{kind}/", who))

    assert below("tokens", "admin", "alice") == ["personal", "application's"]
    # These two are the caller's, whoever the path names.
    assert below("personal_tokens", "alice", "admin") == ["personal"]
    assert below("authorized_tokens", "alice", "2") == ["application's"]
    assert controller.ask("GET", "{api}/users/alice/tokens/", "bob").status_code == 403


# --- fields


@pytest.mark.parametrize("description", [None, ["x"], {}, True])
def test_a_description_is_a_text(awx_client: AwxClient, description: object) -> None:
    answer = awx_client.ask("POST", "{api}/tokens/", "alice", json={"description": description, "scope": "x"})
    assert answer.status_code == 400
    assert set(answer.json()) == {"description", "scope"}


def test_a_long_description_is_kept(awx_client: AwxClient) -> None:
    assert awx_client.create(description="x" * 100_000)["description"] == "x" * 100_000


@pytest.mark.parametrize(("application", "words"), [("x", "Bad data found"), (99, "does not exist")])
def test_applications_that_are_none(controller: AwxClient, application: object, words: str) -> None:
    for who in ("alice", "admin"):
        answer = controller.ask("POST", "{api}/tokens/", who, json={"application": application})
        assert answer.status_code == 400
    assert words in controller.ask("POST", "{api}/tokens/", "alice", json={"application": application}).text


def test_an_application_by_its_name_and_back(controller: AwxClient) -> None:
    row = controller.ask("GET", "{api}/applications/keyturn++Default/", "alice").json()
    assert (row["id"], row["client_id"]) == (controller.application["id"], controller.application["client_id"])
    changed = controller.ask("PATCH", row["url"], "admin", json={"description": "changed"}).json()
    assert changed == {**row, **{name: changed[name] for name in ("description", "modified", "summary_fields")}}
    assert controller.ask("PATCH", row["url"], "alice", json={}).status_code == 403
