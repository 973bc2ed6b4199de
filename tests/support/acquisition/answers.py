"""Sound answers of a provider."""

from __future__ import annotations

from typing import Any

AUTHORITY = "https://login.example:8443/tenant"
SOUND: dict[str, Any] = {"access_token": "at", "token_type": "Bearer", "expires_in": 3599}
CODE: dict[str, Any] = {
    "device_code": "d",
    "user_code": "ABCD",
    "verification_uri": "https://microsoft.com/devicelogin",
    "expires_in": 900,
    "interval": 5,
}


def endpoints(**changes: object) -> dict[str, object]:
    base = "https://login.example:8443/tenant/oauth2/v2.0"
    sound: dict[str, object] = {
        "authorization_endpoint": f"{base}/authorize",
        "token_endpoint": f"{base}/token",
        "device_authorization_endpoint": f"{base}/devicecode",
    }
    return sound | changes
