"""What stands around the daemon: the network it sees, and the limits it was started under."""

from __future__ import annotations

import os
import resource
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keyturnd.fetching import reaching
from keyturnd.routes.daemon.profile_states import told
from keyturnd.server.http import json_response

if TYPE_CHECKING:
    from keyturnd.broker.signin import Waiter
    from keyturnd.server.http import Request, Response
    from keyturnd.services import Services


async def surroundings(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """Which network settings count, without credentials, and the limits; null where there is none."""
    effective = services.configuration.current().network.in_environment(os.environ)
    return json_response(
        {
            "network": effective.shown(),
            "limits": {"descriptors": _limit(resource.RLIMIT_NOFILE), "file_size": _limit(resource.RLIMIT_FSIZE)},
        }
    )


def _limit(number: int) -> int | None:
    soft, _ = resource.getrlimit(number)
    return None if soft == resource.RLIM_INFINITY else soft


async def reachability(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """Whether the servers that tokens come from answer. They are told nothing but that somebody asks."""
    found = await reaching.look(services.fetcher, services.configuration.current())
    return json_response({"servers": [_told(looked) for looked in found]})


def _told(looked: reaching.Looked) -> dict[str, object]:
    reached, error = looked.reached, looked.error
    return {
        "host": urlsplit(looked.server.url).netloc,
        "profiles": looked.profiles,
        "proxy": reached.proxy or None if reached else None,
        "clock_ahead": reached.ahead if reached else None,
        "error": None if error is None else told(error),
    }
