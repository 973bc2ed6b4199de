"""Which tenant an Azure DevOps organization or a subscription belongs to, as it tells somebody without credentials.

The order is that of GCM (reference/entra.md section 4). Whoever answers may be anybody: only an id is taken, and a
login host only if a known cloud has it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keyturn.configuration.profiles.clouds import CLOUDS
from keyturnd.acquire.deadline import Deadline
from keyturnd.acquire.network.transport import Request, Transport
from keyturnd.messages.outcomes import Discovered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturnd.messages.jobs import DiscoveryJob

PERSONAL = "00000000-0000-0000-0000-000000000000"
"""The tenant of an organization of personal accounts; they sign in to any."""
_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_AUTHORIZATION = re.compile(rf'authorization_uri="?(https://[A-Za-z0-9.-]+)/({_GUID})["/,\\s]?', re.ASCII)
_TENANT = re.compile(_GUID, re.ASCII)


def discover(job: DiscoveryJob) -> Discovered:
    """Ask at `job.url`. Raises Failed, for a redirect too: it is never followed."""
    headers = {"User-Agent": "keyturn", "X-TFS-FedAuthRedirect": "Suppress"}  # or it redirects to a page for people
    answer = Transport(job.network, Deadline(job.deadline)).exchange(Request(job.method, job.url, headers))
    return told(answer.headers)


def told(headers: Mapping[str, str]) -> Discovered:
    """What the headers of a 401 tell; nothing where they name a login host that is none of Microsoft's."""
    found = _AUTHORIZATION.search(headers.get("www-authenticate", ""))
    if found is not None:
        return _at(urlsplit(found[1]).netloc, found[2])
    tenant = headers.get("x-vss-resourcetenant", "").strip()
    return _at(CLOUDS[0].host, tenant) if _TENANT.fullmatch(tenant) else Discovered()


def _at(host: str, tenant: str) -> Discovered:
    for cloud in CLOUDS:
        if host.lower() in {cloud.host, *cloud.aliases} and not cloud.closed:
            return Discovered("organizations" if tenant == PERSONAL else tenant.lower(), cloud.name)
    return Discovered()
