"""Requests to the emulator by hand: raw httpx with nothing helpful in between."""

from __future__ import annotations

import base64
import json
import ssl
from typing import TYPE_CHECKING, Any, Self

import httpx

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator

AZURE_DEVOPS = "499b84ac-1321-427f-aa17-267ca6975798"
DEVOPS_SCOPE = f"{AZURE_DEVOPS}/.default"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
USER_SCOPE = f"openid profile offline_access {DEVOPS_SCOPE}"


class EntraClient:
    """What a client of Entra sends, parameter by parameter; `http` for everything else."""

    def __init__(self, emulator: Emulator) -> None:
        ready = emulator.ready
        self.tenant_url = f"{ready.authority}/{ready.tenant}"
        self.token_url = f"{self.tenant_url}/oauth2/v2.0/token"
        self.device_url = f"{self.tenant_url}/oauth2/v2.0/devicecode"
        self.service = ready.clients["service"]["application_id"]
        self.secret = ready.clients["service"]["secret"]
        self.device = ready.clients["device"]["application_id"]
        self.http = httpx.Client(verify=trusting(ready.ca_file), trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def credentials_form(self, **changes: str | None) -> dict[str, str]:
        """A good client credentials request; a change to None leaves the parameter out."""
        form: dict[str, str | None] = {
            "grant_type": "client_credentials",
            "client_id": self.service,
            "client_secret": self.secret,
            "scope": DEVOPS_SCOPE,
        }
        return {name: value for name, value in {**form, **changes}.items() if value is not None}

    def refresh_form(self, refresh_token: str, **changes: str) -> dict[str, str]:
        """A good refresh request of the public client."""
        form = {"grant_type": "refresh_token", "client_id": self.device, "scope": USER_SCOPE}
        return {**form, "refresh_token": refresh_token, **changes}

    def poll_form(self, device_code: str, /, **changes: str) -> dict[str, str]:
        """One poll of the public client."""
        return {"grant_type": DEVICE_CODE, "client_id": self.device, "device_code": device_code, **changes}

    def token(self, form: dict[str, str], **more: Any) -> httpx.Response:
        """POST to the token endpoint."""
        return self.http.post(self.token_url, data=form, **more)

    def service_token(self, scope: str = DEVOPS_SCOPE) -> str:
        """An access token of the confidential client."""
        answer = self.token(self.credentials_form(scope=scope))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def start_device(self, scope: str = USER_SCOPE) -> dict[str, Any]:
        """A device code answer."""
        answer = self.http.post(self.device_url, data={"client_id": self.device, "scope": scope})
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def sign_in(self, emulator: Emulator, scope: str = USER_SCOPE, **changes: str) -> dict[str, Any]:
        """A whole device sign-in as the first user; the token answer."""
        started = self.start_device(scope)
        emulator.control.approve(started["user_code"])
        answer = self.token(self.poll_form(started["device_code"], **changes))
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def token_of_service(self, emulator: Emulator) -> str:
        """A refresh token of the confidential client, as a middle tier gets one."""
        sent = self.sign_in(emulator, f"openid offline_access api://{self.service}/access_as_user")["access_token"]
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "client_id": self.service,
            "client_secret": self.secret,
            "assertion": sent,
            "requested_token_use": "on_behalf_of",
            "scope": USER_SCOPE,
        }
        return str(self.token(form).json()["refresh_token"])


def trusting(ca_file: str) -> ssl.SSLContext:
    """A context that trusts the emulator's authority alone, under OpenSSL's strict checks."""
    context = ssl.create_default_context(cafile=ca_file)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a JSON Web Token, unverified."""
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def number_of(answer: httpx.Response) -> int:
    """The AADSTS number of a refusal."""
    numbers = answer.json()["error_codes"]
    assert len(numbers) == 1
    return int(numbers[0])
