"""Whether a server answers at all, and what time it has there. Nothing that is said to it is a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keyturnd.acquire.deadline import Deadline
from keyturnd.acquire.network.proxies import proxy_for
from keyturnd.acquire.network.transport import Request, Transport
from keyturnd.messages.outcomes import Reached

if TYPE_CHECKING:
    from keyturnd.messages.jobs import ReachJob


def reach(job: ReachJob) -> Reached:
    """Any answer below 500 will do, a refusal too. Raises Failed, for a redirect too: it is some login page's."""
    parts = urlsplit(job.url)
    proxy = proxy_for(job.network, parts.hostname or "", parts.port or 443)
    request = Request("GET", job.url, {"User-Agent": "keyturn"})
    answer = Transport(job.network, Deadline(job.deadline)).exchange(request)
    return Reached(answer.ahead, "" if proxy is None else proxy.url)
