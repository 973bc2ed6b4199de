"""keyturnd.acquire.awx.server: what each answer of the token collection means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from keyturnd.acquire.awx.api import Reply
from keyturnd.acquire.awx.asking.desk import Desk
from keyturnd.acquire.awx.credentials import basic, bearer
from keyturnd.acquire.awx.dialects import Site
from keyturnd.acquire.awx.refusals import Denied
from keyturnd.acquire.awx.server import PAGES, Server
from keyturnd.acquire.failed import Failed
from keyturnd.messages.states import AwxState
from support.awx.in_memory import FORBIDDEN, IDENTITY, NOW, PASSWORD, UNKNOWN

if TYPE_CHECKING:
    from keyturnd.acquire.awx.api import Api
    from keyturnd.acquire.awx.credentials import Credential

SITE = Site("https://awx.example/api/v2/", "https://awx.example/api/o/", "/api/")
URL = SITE.tokens
WRITE = bearer(AwxState("alice", token="W" * 30, token_id=5, scope="write"))
READ = bearer(AwxState("alice", token="R" * 30, token_id=5, scope="read"))
BASIC = basic(IDENTITY, PASSWORD)
MISSING = {"detail": "No OAuth2AccessToken matches the given query."}
MARK = "nightly keyturn tower@build7 0f"


class Script:
    """Answers with the replies of a script, in order; the last one stays."""

    def __init__(self, *replies: tuple[int, Any]) -> None:
        self.identity = IDENTITY
        self.place = "awx.example"
        self.sent: list[tuple[str, str, dict[str, Any] | None]] = []
        self.signed: list[Credential] = []
        self._replies = list(replies)

    def call(self, method: str, url: str, credential: Credential, body: dict[str, Any] | None = None) -> Reply:
        """One request of the class Api."""
        self.sent.append((method, url, body))
        self.signed.append(credential)
        status, document = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        return Reply(status, document, NOW)


def server(*replies: tuple[int, Any]) -> tuple[Server, Script]:
    script = Script(*replies)
    return Server(cast("Api", script), SITE), script


def row(token_id: object, description: object = MARK) -> dict[str, object]:
    return {"id": token_id, "description": description}


def page(*rows: object, more: bool = False) -> tuple[int, dict[str, Any]]:
    return 200, {"count": 1, "next": "/api/v2/tokens/?page=2" if more else None, "results": list(rows)}


@pytest.mark.parametrize("name", ["alice\nkeyturn: error: forged", "alice\x1b[2J", "a" * 1025, 7])
def test_a_name_that_could_not_be_shown_is_nobodys(name: object) -> None:
    """It is printed at sign-in and by status, and git is told it."""
    with pytest.raises(Failed, match="something that are no tokens"):
        server(page({"username": name}))[0].who(WRITE)


@pytest.mark.parametrize("results", [None, 7, "rows", {"id": 1}])
def test_a_page_without_rows_is_none(results: object) -> None:
    found, _ = server((200, {"results": results}))
    with pytest.raises(Failed, match="something that are no tokens"):
        Desk(found, READ, WRITE).rows("tokens")


def test_whose_a_token_is() -> None:
    assert server(page({"username": "J\u00f6rg M\u00fcller"}))[0].who(WRITE) == "J\u00f6rg M\u00fcller"


def test_what_is_sent_to_create_one() -> None:
    made, script = server((201, {"id": 1, "token": "T" * 30}))
    made.create(BASIC, MARK)
    assert script.sent == [("POST", URL, {"description": MARK, "scope": "write"})]
    assert script.signed == [BASIC]


def test_what_is_sent_to_create_one_of_an_application() -> None:
    made, script = server((201, {"id": 1, "token": "T" * 30}))
    script.identity = replace(IDENTITY, application=7)
    made.create(BASIC, MARK)
    assert script.sent[0][2] == {"description": MARK, "scope": "write", "application": 7}


def test_only_what_bears_the_mark_exactly_is_ours() -> None:
    """Behind a server, or a proxy, that drops the query stand all the tokens of the user."""
    rows = [row(1), row(2, ""), row(3, MARK + " "), row(4, None), row("5"), row(True), 6, None]
    listing, script = server(page(*rows))
    assert listing.bearing(WRITE, MARK) == [1]
    query = parse_qs(urlsplit(script.sent[0][1]).query)
    assert query == {"description": [MARK], "page_size": ["100"], "page": ["1"]}


def test_all_pages_are_read_but_not_for_ever() -> None:
    listing, _ = server(page(row(1), more=True), page(row(2)))
    assert listing.bearing(WRITE, MARK) == [1, 2]
    endless, script = server(page(row(1), more=True))
    assert len(endless.bearing(WRITE, MARK)) == len(script.sent) == PAGES


def test_a_page_that_is_gone_is_the_end() -> None:
    listing, _ = server(page(row(1), more=True), (404, {"detail": "Invalid page."}))
    assert listing.bearing(WRITE, MARK) == [1]


@pytest.mark.parametrize("answer", [(200, None), (200, {}), (200, {"results": {}}), (404, None), (401, UNKNOWN)])
def test_no_list(answer: tuple[int, Any]) -> None:
    with pytest.raises(Failed):
        server(answer)[0].bearing(WRITE, MARK)


@given(st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_no_list_is_too_odd(results: Any) -> None:
    try:
        found = server((200, {"results": results}))[0].bearing(WRITE, MARK)
    except Failed:
        return
    assert found == []


@pytest.mark.parametrize(
    ("answer", "alive"), [((200, {"id": 5}), True), ((401, UNKNOWN), False), ((404, MISSING), False)]
)
def test_alive(answer: tuple[int, Any], *, alive: bool) -> None:
    asked, script = server(answer)
    assert asked.is_alive(READ) is alive
    assert script.sent == [("GET", f"{URL}5/", None)]


@pytest.mark.parametrize("answer", [(200, None), (401, None), (404, None), (403, FORBIDDEN), (405, None)])
def test_neither_alive_nor_dead(answer: tuple[int, Any]) -> None:
    """A page is somebody else's word: a sign-in must not be lost to a captive portal."""
    with pytest.raises(Failed):
        server(answer)[0].is_alive(READ)


@pytest.mark.parametrize(
    ("answer", "credential", "token_id"),
    [
        ((204, None), WRITE, 9),
        ((200, None), WRITE, 9),
        ((404, MISSING), WRITE, 9),
        ((404, MISSING), BASIC, 9),
        ((401, UNKNOWN), WRITE, 5),
    ],
)
def test_gone(answer: tuple[int, Any], credential: Credential, token_id: int) -> None:
    asked, script = server(answer)
    assert asked.delete(credential, token_id)
    assert script.sent == [("DELETE", f"{URL}{token_id}/", None)]


@pytest.mark.parametrize(
    ("answer", "credential"),
    [
        ((401, UNKNOWN), WRITE),
        ((401, UNKNOWN), BASIC),
        ((401, None), WRITE),
        ((403, FORBIDDEN), READ),
        ((403, FORBIDDEN), WRITE),
        ((404, None), WRITE),
        ((405, {"detail": 'Method "DELETE" not allowed.'}), WRITE),
    ],
)
def test_not_gone(answer: tuple[int, Any], credential: Credential) -> None:
    with pytest.raises(Failed):
        server(answer)[0].delete(credential, 9)


def test_somebody_elses_token_with_our_mark_is_left_alone() -> None:
    assert server((403, FORBIDDEN))[0].delete(WRITE, 9, surely_ours=False) is False
    with pytest.raises(Denied):
        server((403, FORBIDDEN))[0].delete(READ, 9, surely_ours=False)
