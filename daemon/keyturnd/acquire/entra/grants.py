"""Which grant module performs a flow. A fixed table: no module is imported because a message names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from keyturnd.acquire.entra import (
    authorization_code,
    azure_cli,
    client_credentials,
    device_code,
    on_behalf_of,
    refresh,
)
from keyturnd.acquire.entra.managed import grant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyturnd.acquire.entra.session import Session
    from keyturnd.messages.outcomes import Result


class Grant(NamedTuple):
    """How a flow gets a token where there is nothing to refresh."""

    acquire: Callable[[Session], Result]
    person: bool
    """Whether it takes a person, as keyturnd.flows says too."""


GRANTS: Mapping[str, Grant] = {
    "browser": Grant(authorization_code.acquire, person=True),
    "confidential-browser": Grant(authorization_code.acquire, person=True),
    "device-code": Grant(device_code.acquire, person=True),
    "client-secret": Grant(client_credentials.acquire, person=False),
    "azure-cli": Grant(azure_cli.acquire, person=False),
    "client-certificate": Grant(client_credentials.acquire, person=False),
    "managed-identity": Grant(grant.acquire, person=False),
    "workload-identity": Grant(client_credentials.acquire, person=False),
    "on-behalf-of": Grant(on_behalf_of.acquire, person=False),
    "refresh-token": Grant(refresh.acquire, person=False),
}
