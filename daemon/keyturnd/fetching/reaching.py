"""Which servers the profiles need, and whether they answer: one short-lived process for each of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.errors import Bug, KeyturnError
from keyturnd.fetching.keeper import NothingToSeal
from keyturnd.fetching.processes.failures import error_of
from keyturnd.messages.jobs import ReachJob
from keyturnd.messages.outcomes import Failure, Reached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.fetching.fetch import Fetcher
    from keyturnd.messages.identities import Network

DEADLINE = 10.0
"""Seconds: one that takes longer to say anything is no good to git either."""
AT_ONCE = 4
"""Processes: each of them loads a library for HTTP."""
OPENID = "/v2.0/.well-known/openid-configuration"
"""Entra ID's document about a tenant, which it gives to everybody (OpenID Connect Discovery 1.0 section 4)."""


class Server(NamedTuple):
    """What to ask, and how to get there."""

    url: str
    network: Network


class Looked(NamedTuple):
    """What came of it for `profiles`: exactly one of `reached` and `error`."""

    server: Server
    profiles: list[str]
    reached: Reached | None = None
    error: KeyturnError | None = None


async def look(fetcher: Fetcher, config: Config) -> list[Looked]:
    """All servers that tokens come from, each once."""
    wanted: dict[Server, list[str]] = {}
    for server, profile in _servers(fetcher, config):
        wanted.setdefault(server, []).append(profile)
    turn = asyncio.Semaphore(AT_ONCE)
    return await asyncio.gather(
        *(_look(fetcher, turn, server, sorted(set(profiles))) for server, profiles in wanted.items())
    )


def _servers(fetcher: Fetcher, config: Config) -> Iterator[tuple[Server, str]]:
    for profile in config.profiles.values():
        if (url := _provider(profile)) is not None:
            yield Server(url, fetcher.network(profile)), profile.name
    for target in config.docker_targets:
        network = fetcher.network(config.profiles[target.profile])
        yield Server(f"https://{target.login_server}/v2/", network), target.profile


def _provider(profile: Profile) -> str | None:
    """None where the identity is the machine's own: no provider is asked for its tokens."""
    if isinstance(profile, AwxProfile):
        return f"{profile.url}/api/"
    return f"{profile.authority}{OPENID}" if profile.flow.has_registration else None


async def _look(fetcher: Fetcher, turn: asyncio.Semaphore, server: Server, profiles: list[str]) -> Looked:
    async with turn:
        outcome = await fetcher.acquisitions.run(ReachJob(server.url, server.network, DEADLINE), NothingToSeal())
    if isinstance(outcome, Failure):
        return Looked(server, profiles, error=error_of(outcome))
    if not isinstance(outcome, Reached):
        raise Bug("a look at a server ended with something else")
    return Looked(server, profiles, reached=outcome)
