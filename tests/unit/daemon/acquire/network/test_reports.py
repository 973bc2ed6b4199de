"""What whoever watches is told of a request, and what not."""

from __future__ import annotations

import pytest

from keyturnd.acquire.network import reports
from keyturnd.acquire.network.transport import Answer, Request

URL = "https://login.example:8443/contoso/oauth2/v2.0/token?planted=1"
ID = "11111111-2222-3333-4444-555555555555"
SENT = Request("POST", URL, {"Authorization": "planted"}, b"client_secret=planted")


@pytest.mark.parametrize(
    ("headers", "remark"),
    [
        ({"client-request-id": ID, "set-cookie": "planted"}, f", correlation id {ID}"),
        ({"x-ms-request-id": ID}, f", correlation id {ID}"),
        ({"client-request-id": "pla nted"}, ""),
        ({}, ""),
    ],
)
def test_an_answer(headers: dict[str, str], remark: str) -> None:
    said = reports.line(SENT, Answer(200, headers, b"planted", 0.0), 0.1234)
    assert said == f"POST login.example:8443/contoso/oauth2/v2.0/token: status 200 after 123 ms{remark}"


def test_none() -> None:
    assert reports.line(SENT, None, 2).endswith("/token: no answer after 2000 ms")
