"""The daemon itself: how it is, what it offers, and stopping it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import keyturn
from keyturn.errors import StateError
from keyturnd.routes.daemon.profile_states import records_kept, states, told
from keyturnd.routes.daemon.stand_ins import identities
from keyturnd.routes.openapi import document
from keyturnd.server.http import json_response

if TYPE_CHECKING:
    from keyturnd.broker.signin import Waiter
    from keyturnd.server.http import Request, Response
    from keyturnd.services import Services


async def status(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """The daemon's own figures, the configuration's state, and every profile's. No secret."""
    records, vault_error = None, services.vault_error
    try:
        records = await records_kept(services)
    except StateError as unread:
        vault_error = vault_error or unread
    error = services.configuration.error
    profiles = [] if error is not None else await states(services, services.configuration.known, records)
    fetcher = services.fetcher
    certified = [profile["name"] for profile in profiles if profile["certificate"]]
    return json_response(
        {
            **services.facts(),
            "configuration": {
                "path": str(services.configuration.path),
                "error": None if error is None else error.sentence,
            },
            "state": str(services.state_directory),
            "key": services.key_source,
            "vault_open": services.holdings.opened is not None,
            "vault_error": None if vault_error is None else told(vault_error),
            "warnings": [*services.warnings, *fetcher.lost, *fetcher.certificates.warnings(certified)],
            "acquisitions": {"running": len(services.acquisitions.running), "started": services.acquisitions.started},
            "profiles": profiles,
            "identities": identities(services, records),
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
