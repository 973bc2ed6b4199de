"""Requests to the emulated AWX servers by hand: raw httpx with nothing helpful in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import httpx

from support.emulator.client import trusting

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator

GATEWAY_PATHS = ("/api/gateway/v1", "/o")
APIS = {"controller": ("/api/v2", "/api/o"), "gateway": GATEWAY_PATHS, "gateway-2026": GATEWAY_PATHS}
GRANTED = {"controller": 200, "gateway": 201, "gateway-2026": 201}


class AwxClient:
    """A client of one server, a key of APIS; whose methods take paths with {api} and {oauth} in them."""

    def __init__(self, emulator: Emulator, server: str) -> None:
        ready = emulator.ready
        self.server = server
        self.api, self.oauth = APIS[server]
        self.passwords = ready.awx_users
        self.application: dict[str, Any] = ready.awx_applications[server]
        urls = {"controller": ready.controller, "gateway": ready.gateway, "gateway-2026": ready.gateway_2026}
        base = urls[server]
        self.http = httpx.Client(verify=trusting(ready.ca_file), trust_env=False, base_url=base)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask(
        self, method: str, path: str, who: str | None = None, token: str | None = None, **more: Any
    ) -> httpx.Response:
        """One request, as `who` by password, with a `token`, or as nobody."""
        if who is not None:
            more["auth"] = httpx.BasicAuth(who, self.passwords[who])
        if token is not None:
            more["headers"] = {"Authorization": f"Bearer {token}", **more.get("headers", {})}
        return self.http.request(method, path.format(api=self.api, oauth=self.oauth), **more)

    def create(self, who: str = "alice", **fields: object) -> dict[str, Any]:
        """A new token, made with a password."""
        answer = self.ask("POST", "{api}/tokens/", who, json=fields)
        assert answer.status_code == 201, answer.text
        row: dict[str, Any] = answer.json()
        return row

    def grant(self, who: str = "alice", **form: str) -> httpx.Response:
        """A password grant with the application that is there from the start."""
        known = {"grant_type": "password", "username": who, "password": self.passwords[who]}
        return self.token({**known, **form})

    def refresh(self, refresh_token: str, **form: str) -> httpx.Response:
        """A refresh grant with that application."""
        return self.token({"grant_type": "refresh_token", "refresh_token": refresh_token, **form})

    def token(self, form: dict[str, str]) -> httpx.Response:
        """POST to the token endpoint, as that application."""
        return self.ask("POST", "{oauth}/token/", data={"client_id": self.application["client_id"], **form})

    def status(self, token: str) -> int:
        """What the server says to a token on `me/`."""
        return self.ask("GET", "{api}/me/", token=token).status_code
