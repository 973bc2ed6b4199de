"""The tenant of an organization, from headers that anybody may have sent."""

from __future__ import annotations

import pytest

from keyturnd.acquire.network.discovery import PERSONAL, told
from keyturnd.messages.outcomes import Discovered

TENANT = "11111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"www-authenticate": f"Bearer authorization_uri=https://login.microsoftonline.com/{TENANT}"}, "AzureCloud"),
        (
            {
                "www-authenticate": f"Bearer authorization_uri=https://login.windows.net/{TENANT.upper()}, Basic"
                ' realm="https://tfsproduks1.visualstudio.com/", TFS-Federated'
            },
            "AzureCloud",
        ),
        (
            {"www-authenticate": f'Bearer authorization_uri="https://login.microsoftonline.us/{TENANT}"'},
            "AzureUSGovernment",
        ),
        ({"x-vss-resourcetenant": TENANT}, "AzureCloud"),
        (
            {
                "www-authenticate": f'Bearer authorization_uri="https://login.windows.net/{TENANT}", error='
                '"invalid_token", error_description="The authentication failed because of missing header."'
            },
            "AzureCloud",
        ),
    ],
)
def test_what_tells(headers: dict[str, str], expected: str) -> None:
    assert told(headers) == Discovered(TENANT, expected)


def test_an_organization_of_personal_accounts() -> None:
    assert told({"x-vss-resourcetenant": PERSONAL}) == Discovered("organizations", "AzureCloud")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"www-authenticate": f"Bearer authorization_uri=https://login.attacker.example/{TENANT}"},
        {"www-authenticate": f"Bearer authorization_uri=https://login.microsoftonline.com.attacker.example/{TENANT}"},
        {"www-authenticate": f"Bearer authorization_uri=http://login.microsoftonline.com/{TENANT}"},
        {"www-authenticate": "Bearer authorization_uri=https://login.microsoftonline.com/common"},
        {"www-authenticate": f"Bearer authorization_uri=https://login.microsoftonline.de/{TENANT}"},
        {"x-vss-resourcetenant": f"{TENANT}/../other"},
    ],
)
def test_what_is_not_believed(headers: dict[str, str]) -> None:
    assert told(headers) == Discovered()
