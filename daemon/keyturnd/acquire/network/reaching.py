"""Whether a server answers at all, and what time it has there. Nothing that is said to it is a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keyturn import moves
from keyturn.errors import ProviderRefused
from keyturnd.acquire.deadline import Deadline
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network.proxies import proxy_for
from keyturnd.acquire.network.transport import Request, Transport
from keyturnd.messages.outcomes import Reached

if TYPE_CHECKING:
    from keyturnd.messages.jobs import ReachJob


REGISTRYS = "/v2/"
"""The path that every registry has (OCI distribution specification, "Determining support")."""


def reach(job: ReachJob) -> Reached:
    """Any answer below 500 will do, a refusal too. Raises Failed, for a redirect too: it is some login page's.

    A registry asks whoever comes without credentials for some. Where it does not, its firewall has said no already.
    """
    parts = urlsplit(job.url)
    proxy = proxy_for(job.network, parts.hostname or "", parts.port or 443)
    request = Request("GET", job.url, {"User-Agent": "keyturn"})
    answer = Transport(job.network, Deadline(job.deadline)).exchange(request)
    if answer.status == 403 and parts.path == REGISTRYS:
        told = f"{parts.netloc} lets nobody in from this network (status 403)"
        raise Failed(ProviderRefused, told, moves.servers.registry_network(parts.netloc))
    return Reached(answer.ahead, "" if proxy is None else proxy.url)
