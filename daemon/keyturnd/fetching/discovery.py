"""Asking an organization or a subscription for its tenant, for somebody who has no profile yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.errors import Bug
from keyturnd.fetching.keeper import NothingToSeal
from keyturnd.fetching.processes.failures import error_of
from keyturnd.messages.jobs import DiscoveryJob
from keyturnd.messages.outcomes import Discovered, Failure

if TYPE_CHECKING:
    from keyturnd.fetching.processes.runner import Runner
    from keyturnd.messages.identities import Network

DEADLINE = 15.0
"""Seconds: a person waits, and can tell the tenant as well."""


async def discover(acquisitions: Runner, url: str, method: str, network: Network) -> Discovered:
    """What `url` tells to somebody without credentials. Raises ProviderError."""
    outcome = await acquisitions.run(DiscoveryJob(url, method, network, DEADLINE), NothingToSeal())
    if isinstance(outcome, Failure):
        raise error_of(outcome)
    if not isinstance(outcome, Discovered):
        raise Bug("a discovery ended with something else")
    return outcome
