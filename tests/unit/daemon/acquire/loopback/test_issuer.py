"""keyturnd.acquire.loopback.issuer: which `iss` an answer may have (RFC 9207)."""

from __future__ import annotations

from typing import Any

import pytest

from keyturnd.acquire.loopback.issuer import issuer_of

ENTRA = "https://login.example/{tenantid}/v2.0"
TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"


@pytest.mark.parametrize(
    ("configuration", "iss", "right"),
    [
        ({"issuer": ENTRA}, None, True),
        ({"issuer": ENTRA}, f"https://login.example/{TENANT}/v2.0", True),
        ({"issuer": ENTRA}, "https://login.example/../v2.0", False),
        ({"issuer": ENTRA}, f"https://loginXexample/{TENANT}/v2.0", False),
        ({"issuer": ENTRA}, f"https://login.example/{TENANT}/v2.0/", False),
        ({"issuer": "https://login.example/t"}, "https://login.example/t", True),
        ({"issuer": "https://login.example/t"}, "https://login.example/T", False),
        ({"issuer": "https://a.example", "authorization_response_iss_parameter_supported": True}, None, False),
        ({"issuer": "https://a.example", "authorization_response_iss_parameter_supported": "yes"}, None, True),
        ({}, None, True),
        ({}, "", False),
        ({"issuer": 7}, "7", False),
    ],
)
def test_which_issuer_may_be_named(configuration: dict[str, Any], iss: str | None, *, right: bool) -> None:
    assert issuer_of(configuration).is_named_by(iss) is right
