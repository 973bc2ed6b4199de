"""Lists of tokens as a person asks for them: many rows, few questions."""

from __future__ import annotations

from typing import Any

from keyturnd.acquire.awx.asking.desk import Desk
from keyturnd.acquire.awx.asking.questions import token_list


class Server:
    """Has tokens of two users, in pages of two."""

    def __init__(self) -> None:
        self.site = self
        self.api = "/api/v2/"
        self.asked: list[str] = []

    def who(self, _: object) -> str:
        self.asked.append("me")
        return "alice"

    def document(self, _: object, url: str) -> dict[str, Any]:
        self.asked.append(url.partition("page=")[2])
        page = int(url.rpartition("=")[2])
        users = ("alice", "bob")
        rows = [
            {"id": page * 10 + number, "summary_fields": {"user": {"username": name}}, "related": {"user": "/u/"}}
            for number, name in enumerate(users)
        ]
        return {"results": rows, "next": "more" if page < 3 else None}


def asked(**options: Any) -> tuple[list[dict[str, Any]], list[str]]:
    server = Server()
    return token_list(Desk(server, None, None), **options), server.asked  # type: ignore[arg-type]  # it behaves like one


def test_whose_they_are_is_asked_once() -> None:
    rows, requests = asked(mine=True)
    assert [row["id"] for row in rows] == [10, 20, 30]
    assert requests == ["1", "2", "3", "me"]


def test_the_addresses_of_what_is_related_are_left_out() -> None:
    rows, _ = asked()
    assert len(rows) == 6
    assert all(row.keys() == {"id", "summary_fields"} for row in rows)
