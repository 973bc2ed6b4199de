"""The controls as Python calls, with nothing but the standard library."""

from __future__ import annotations

import json
import ssl
from http.client import HTTPSConnection
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

# Every call but `wait` is answered at once; this is for an emulator that has been stopped (SIGSTOP).
ANSWER_SECONDS = 30.0


class ControlError(Exception):
    """The emulator refused a call; says why."""


class Control:
    """Controls of a running emulator. `url` and `key` are of its ready line.

    Every method raises ControlError if the emulator says no, and OSError if it is not there.
    """

    def __init__(self, url: str, key: str, ca_file: str | Path) -> None:
        self._url = urlsplit(url)
        self._key = key
        self._tls = ssl.create_default_context(cafile=str(ca_file))

    def counts(self) -> dict[str, int]:
        """All counts so far, by the names that ledger.py lists; what never happened is not in it."""
        return cast("dict[str, int]", self._call("GET", "/counts"))

    def count(self, name: str) -> int:
        """One count, 0 if it never happened."""
        return self.counts().get(name, 0)

    def log(self) -> list[dict[str, Any]]:
        """One entry per request, oldest first."""
        return cast("list[dict[str, Any]]", self._call("GET", "/log"))

    def wait(self, name: str, at_least: int = 1, timeout: float = 30.0) -> int:
        """Wait until `name` counts `at_least`; TimeoutError after `timeout` seconds."""
        query = urlencode({"what": name, "at_least": at_least, "timeout": timeout})
        return cast("int", self._call("GET", f"/wait?{query}", patience=timeout + ANSWER_SECONDS)["count"])

    def pending(self) -> list[dict[str, Any]]:
        """The device codes that wait for a person: user_code, client, scope, expires_in."""
        return cast("list[dict[str, Any]]", self._call("GET", "/devices"))

    def approve(self, user_code: str, user: str | None = None) -> None:
        """Approve a device code as `user` (a principal name; the first user if None)."""
        self._call("POST", "/devices/approve", {"user_code": user_code, **({"user": user} if user else {})})

    def decline(self, user_code: str) -> None:
        """Decline a device code."""
        self._call("POST", "/devices/decline", {"user_code": user_code})

    def sign_ins(self) -> list[dict[str, Any]]:
        """The browser pages that wait for a person: client, scope, redirect_uri, response_mode, prompt and hints."""
        return cast("list[dict[str, Any]]", self._call("GET", "/sign-ins"))

    def revoke_account(self, user: str | None = None) -> int:
        """End every session of `user` (the first user if None); how many access tokens are challenged at once."""
        return cast("int", self._call("POST", "/accounts/revoke", {"user": user} if user else {})["challenged"])

    def demand(self, audience: str, claims: str, *, interactive: bool = False) -> None:
        """Have a resource challenge tokens without `claims` (JSON); interactive: a person has to meet them."""
        self._call("POST", "/resources/demand", {"audience": audience, "claims": claims, "interactive": interactive})

    def refuse(self, audience: str, number: int) -> None:
        """Refuse one resource with an AADSTS number of reference/entra.md section 4."""
        self._call("POST", "/resources/refuse", {"audience": audience, "number": number})

    def allow(self, audience: str) -> None:
        """Take back what was demanded and refused for one resource."""
        self._call("POST", "/resources/allow", {"audience": audience})

    def throttle(self, seconds: float, *, as_loop: bool = False) -> None:
        """Answer token requests with 429 for so long; as_loop: those with a user as AADSTS50196."""
        self._call("POST", "/throttle", {"seconds": seconds, "as_loop": as_loop})

    def register_certificate(self, certificate: str, subject: str | None = None) -> None:
        """Register a PEM certificate of the service client; with a subject, of the authority that issues it."""
        body = {"certificate": certificate, **({"subject": subject} if subject else {})}
        self._call("POST", "/clients/service/certificates", body)

    def federated_token(self, **wanted: str | int) -> str:
        """A token of the emulated cluster, for a pod's file; subject, audience, lifetime (seconds) other than due."""
        return cast("str", self._call("POST", "/federation/token", wanted)["token"])

    def revoke(self, token: str) -> None:
        """Revoke one access token; ControlError if the emulator never issued it."""
        self._call("POST", "/tokens/revoke", {"token": token})

    def revoke_all(self) -> int:
        """Revoke every access token issued so far; how many they were."""
        return cast("int", self._call("POST", "/tokens/revoke", {"all": True})["revoked"])

    def revoke_refresh(self, token: str) -> None:
        """Revoke the sign-in that a refresh token descends from."""
        self._call("POST", "/refresh-tokens/revoke", {"token": token})

    def revoke_refresh_all(self) -> int:
        """Revoke every sign-in; how many refresh tokens that kills."""
        return cast("int", self._call("POST", "/refresh-tokens/revoke", {"all": True})["revoked"])

    def revoke_registry(self) -> int:
        """Revoke every token the registry issued so far, of both kinds; how many they were."""
        return cast("int", self._call("POST", "/registry/revoke")["revoked"])

    def awx_tokens(self, server: str, **wanted: str) -> list[dict[str, Any]]:
        """What `server` (controller, gateway, gateway-2026) accepts now; only those of a `user` or `description`."""
        return cast(
            "list[dict[str, Any]]", self._call("GET", f"/awx/tokens?{urlencode({'server': server, **wanted})}")
        )

    def awx_revoke(self, server: str, token_id: int | None = None) -> int:
        """Delete one of its tokens, or all; how many they were."""
        return cast("int", self._call("POST", "/awx/revoke", _one_or_all(server, token_id))["revoked"])

    def awx_expire(self, server: str, token_id: int | None = None) -> int:
        """Let one of its tokens expire now, or all; how many they were."""
        return cast("int", self._call("POST", "/awx/expire", _one_or_all(server, token_id))["expired"])

    def awx_change_password(self, user: str, password: str | None = None) -> str:
        """Give an AWX account another password (a new one if None), on both servers."""
        body = {"user": user, **({"password": password} if password else {})}
        return cast("str", self._call("POST", "/awx/password", body)["password"])

    def fault(self, endpoint: str, kind: str, **details: object) -> None:
        """Order a fault: times, after, status, headers, body, location, size as faults.py explains."""
        self._call("POST", "/faults", {"endpoint": endpoint, "kind": kind, **details})

    def faults(self) -> list[dict[str, Any]]:
        """The faults not yet used up."""
        return cast("list[dict[str, Any]]", self._call("GET", "/faults"))

    def clear_faults(self) -> None:
        """Forget all ordered faults and let go whoever is held."""
        self._call("DELETE", "/faults")

    def release(self) -> None:
        """Let the requests go that a `hold` fault holds now."""
        self._call("POST", "/faults/release")

    def settings(self, **changes: int | bool) -> dict[str, int | bool]:
        """Change the settings named (settings.py) and return all of them."""
        return cast("dict[str, int | bool]", self._call("POST", "/settings", changes))

    def advance(self, seconds: float) -> None:
        """Put the emulator's clock forward: tokens and codes age by that much."""
        self._call("POST", "/clock/advance", {"seconds": seconds})

    def skew(self, seconds: float) -> None:
        """Have the emulator's clock be wrong by so much, negative for slow."""
        self._call("POST", "/clock/skew", {"seconds": seconds})

    def change_secret(self, secret: str | None = None) -> str:
        """Give the service client another secret (a new one if None); the old one is wrong from now on."""
        body = {"secret": secret} if secret else {}
        return cast("str", self._call("POST", "/clients/service/secret", body)["secret"])

    def create_repository(self, path: str) -> str:
        """Create an empty repository at `ORGANISATION/PROJECT/_git/NAME` and return its URL."""
        return cast("str", self._call("POST", "/repositories", {"path": path})["url"])

    def reset(self) -> None:
        """Back to how it started: counts, log, faults, settings, clock, codes, tokens, secret, repositories."""
        self._call("POST", "/reset")

    def _call(self, method: str, path: str, body: object = None, patience: float = ANSWER_SECONDS) -> Any:
        host, port = self._url.hostname, self._url.port
        connection = HTTPSConnection(host or "", port, timeout=patience, context=self._tls)
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        try:
            connection.request(method, self._url.path + path, json.dumps(body or {}), headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status == 408:
            raise TimeoutError(answer["detail"])
        if response.status != 200:
            raise ControlError(f"{method} {path.partition('?')[0]}: {answer['detail']}")
        return answer


def _one_or_all(server: str, token_id: int | None) -> dict[str, object]:
    return {"server": server, **({"all": True} if token_id is None else {"id": token_id})}
