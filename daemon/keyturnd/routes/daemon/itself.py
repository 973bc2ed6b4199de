"""The daemon itself: how it is, what it offers, and stopping it."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import keyturn
from keyturn.console.profile_texts import signing_in
from keyturn.errors import StateError
from keyturnd import flows
from keyturnd.routes.openapi import document
from keyturnd.server.http import json_response
from keyturnd.vault.names import secret_name, state_name
from keyturnd.vault.vault import names_in, vault_directory

if TYPE_CHECKING:
    from pathlib import Path

    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.broker.signin import Waiter
    from keyturnd.server.http import Request, Response
    from keyturnd.services import Services
    from keyturnd.vault.records import RecordName


async def status(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """The daemon's own figures, the configuration's state, and every profile's. No secret."""
    error = services.configuration.error
    profiles = {} if error is not None else services.configuration.current().profiles
    records = await asyncio.to_thread(_records, services.state_directory)
    return json_response(
        {
            **services.facts(),
            "configuration": {
                "path": str(services.configuration.path),
                "error": None if error is None else error.sentence,
            },
            "state": str(services.state_directory),
            "key": services.key_source,
            "warnings": services.warnings,
            "acquisitions": {"running": len(services.acquisitions.running), "started": services.acquisitions.started},
            "profiles": [await _profile(services, profile, records) for profile in profiles.values()],
        }
    )


async def identity(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """Which daemon this is, for a caller that may expect another one."""
    places = {"configuration": str(services.configuration.path), "state": str(services.state_directory)}
    lent = "LISTEN_FDNAMES" in os.environ  # systemd's socket: only systemd starts another one on it
    return json_response({"version": keyturn.__version__, "lent": lent, **places})


async def openapi(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """What this is a list of."""
    return json_response(document())


async def stop(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """Leave once this is answered."""
    services.leave(again=False)
    return json_response({"stopping": services.facts()["pid"]})


async def restart(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """Come back as a new process on the same socket."""
    services.leave(again=True)
    return json_response({"restarting": services.facts()["pid"]})


def _records(state_directory: Path) -> list[RecordName] | None:
    """What is kept, the vault opened or not: its key may have to be asked for, and the names are in clear."""
    try:
        return names_in(vault_directory(state_directory))
    except StateError:
        return None  # whoever needs it is told


async def _profile(services: Services, profile: Profile, records: list[RecordName] | None) -> dict[str, Any]:
    """What is known of `profile`; null for what only the vault could tell, and it cannot be read."""
    broker = services.broker
    sign_in = broker.sign_ins.under_way.get(profile.name)
    known = None if records is None else [record for record in records if record.profile == profile.name]
    bound = {state_name(profile), secret_name(profile)}
    kept: set[str] | None = None if known is None else {record.kind for record in known if record in bound}
    aside = [record for record in known or () if record.kind != "access-token" and record not in bound]
    return {
        "name": profile.name,
        "provider": profile.provider,
        "flow": profile.flow.name,
        **signing_in(profile),
        "signed_in": await _signed_in(services, profile, kept),
        "secret": None if kept is None or flows.row(profile).secret is None else "secret" in kept,
        "set_aside": [
            {"kind": record.kind, "authority": record.authority, "client_id": record.client_id} for record in aside
        ],
        "certificate": _certificate(services, profile),
        "waiting_for_sign_in": 0 if sign_in is None else sign_in.waiting,
        "tokens": [
            {
                "scopes": held.want.scopes,
                "registry": None if held.want.registry is None else held.want.registry.login_server,
                "account": held.token.account,
                "expires_at": int(held.token.expires_at),
                "renew_at": int(held.renew_at),
            }
            for key, held in broker.memory.held.items()
            if key.profile == profile.name
        ],
    }


def _certificate(services: Services, profile: Profile) -> dict[str, Any] | None:
    """The certificate that got the newest token there is, None where none did."""
    held = [held.token for key, held in services.broker.memory.held.items() if key.profile == profile.name]
    token = max(held, key=lambda token: token.issued_at, default=None)
    if token is None or token.certificate_expires_at is None:
        return None
    return {"thumbprint": token.certificate_thumbprint, "expires_at": int(token.certificate_expires_at)}


async def _signed_in(services: Services, profile: Profile, kept: set[str] | None) -> bool | None:
    """Whether a person's sign-in lasts; None where none is needed, or nobody can tell yet."""
    if kept is None or flows.row(profile).state is None:
        return None
    if "state" not in kept or services.holdings.opened is None:
        return "state" in kept
    try:
        state = await services.holdings.state(profile)
    except StateError:
        return False  # whoever needs it is told
    return state is not None and flows.renews_itself(state)
