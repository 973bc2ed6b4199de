"""What tells the controller's answers from the gateway's, as far as it fits in a table (reference/awx.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = "24.6.1"


@dataclass(frozen=True)
class Dialect:
    """One kind of server.

    name: what counts, log, faults and ports call it. api, oauth: paths without a slash at their end.
    mask: what stands for a secret that is shown no more. provider: who vouches for the external account.
    granted: the status of a token endpoint's success. login: where people without a session are sent.
    headers: of every answer to a caller who is known.
    """

    name: str
    api: str
    oauth: str
    mask: str
    provider: str
    granted: int
    login: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_controller(self) -> bool:
        """Whether it is the controller; else it is the gateway."""
        return self.name == "controller"


CONTROLLER = Dialect(
    name="controller",
    api="/api/v2",
    oauth="/api/o",
    mask="*" * 12,
    provider="enterprise",
    granted=200,
    login="/api/login/",
    headers={"X-API-Product-Name": "AWX", "X-API-Product-Version": VERSION},
)
GATEWAY = Dialect(
    name="gateway",
    api="/api/gateway/v1",
    oauth="/o",
    mask="$encrypted$",
    provider="keycloak",
    granted=201,
    login="/login/login",
)
DIALECTS = (CONTROLLER, GATEWAY)
