"""What tells the servers' answers apart, as far as it fits in a table (reference/awx.md)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = "24.6.1"
YEAR = 365 * 24 * 60 * 60
# django-oauth-toolkit's endpoints, by the names that the root of the OAuth paths gives them.
TOOLKIT = {name: f"{name}/" for name in ("authorize", "token", "revoke_token")}


@dataclass(frozen=True)
class Dialect:
    """One kind of server.

    name: what counts, log, faults and ports call it. api, oauth: paths without a slash at their end.
    mask: what stands for a secret that is shown no more. provider: who vouches for the external account.
    granted: the status of a token endpoint's success. login: where people without a session are sent.
    headers: of every answer to a caller who is known. schemes: of the Authorization header, for a token.
    scopes: in the order in which refusals list them. longest_life: of a token, in seconds, None for no limit.
    checks_scope: whether the token views look at a token's scope. lists_all: whether everybody sees everybody's
    tokens, masked. hides_others: whether another's token is not there (404) rather than forbidden (403).
    hashes: whether the tables hold hashes, which the code that looks for clear values has not noticed.
    application_fields: those that only this dialect's applications have. oauth_root: the names below the root.
    """

    name: str
    api: str
    oauth: str
    mask: str
    provider: str
    granted: int
    login: str
    headers: Mapping[str, str] = field(default_factory=dict)
    schemes: tuple[str, ...] = ("bearer",)
    scopes: tuple[str, ...] = ("read", "write")
    longest_life: int | None = None
    checks_scope: bool = True
    lists_all: bool = False
    hides_others: bool = False
    hashes: bool = False
    application_fields: Mapping[str, object] = field(default_factory=dict)
    oauth_root: Mapping[str, str] = field(default_factory=lambda: dict(TOOLKIT))

    @property
    def is_controller(self) -> bool:
        """Whether it is the controller; else it is a gateway."""
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
    # In October 2024 its token view looked at no scope: a read token may do as it likes (DAB#903).
    checks_scope=False,
    lists_all=True,
)
# django-ansible-base 2026.6.2; reference/awx.md, "The gateway of 2026", says since when each of these holds.
GATEWAY_2026 = replace(
    GATEWAY,
    name="gateway-2026",
    login="/login/login/",
    schemes=("bearer", "token"),
    scopes=("read", "write", "openid", "roles"),
    longest_life=YEAR,
    checks_scope=True,
    lists_all=False,
    hides_others=True,
    hashes=True,
    application_fields={"app_url": None},
    oauth_root={
        "oidc-connect-discovery-info": ".well-known/openid-configuration/",
        "jwks-info": ".well-known/jwks.json",
        **TOOLKIT,
    },
)
DIALECTS = (CONTROLLER, GATEWAY, GATEWAY_2026)
