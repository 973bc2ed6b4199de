"""keyturnd.acquire.network.transport.Answer: what its Date says of this machine's clock."""

from __future__ import annotations

import pytest

from keyturnd.acquire.network.transport import Answer

SENT_AT = 1_800_000_000.0


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        ("Fri, 15 Jan 2027 08:01:00 GMT", -60.0),
        ("Fri, 15 Jan 2027 07:59:00 GMT", 60.0),
        ("", None),
        ("soon", None),
        ("Fri, 99 Jan 2027 08:00:00 GMT", None),
        ("Fri, 15 Jan 99999999999999999999 08:00:00 GMT", None),
        ("Fri, 15 Jan 2027 08:00:00 +99999999999999999999", None),
    ],
)
def test_whatever_a_server_says(date: str, ahead: float | None) -> None:
    assert Answer(400, {"date": date}, b"", SENT_AT).ahead == ahead
