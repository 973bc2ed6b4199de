"""An application signs in as itself (RFC 6749 section 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keyturn import moves
from keyturn.errors import ConfigError
from keyturn.hints import entrust
from keyturnd.acquire.entra import outcome
from keyturnd.acquire.entra.refusals import Refusal
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from keyturnd.acquire.entra.session import Session
    from keyturnd.messages.identities import EntraIdentity
    from keyturnd.messages.outcomes import Result

NOBODYS = frozenset({"common", "organizations", "consumers"})
"""Tenants that stand for many. msal only warns, and Entra answers with a number."""


def acquire(session: Session) -> Result:
    """A token for the application itself. There is no refresh token in this grant, hence nothing to seal."""
    identity = session.identity
    _check_tenant(identity)
    if session.credential.for_msal is None:
        raise Failed(ConfigError, f"no secret is entrusted for profile {identity.profile}", entrust(identity.profile))
    application = session.application()
    # Without http_exceptions msal would import requests' to name them.
    answer = application.acquire_token_for_client(
        list(session.job.scopes), claims_challenge=session.job.claims, http_exceptions=(Failed,)
    )
    if "access_token" not in answer:
        raise session.credential.explained(Refusal.read(answer).failed(identity, of_user=False))
    tenant = application.authority.tenant
    owner = outcome.Owner(username=identity.application_id, tenant_id=tenant)
    return session.result(owner)


def _check_tenant(identity: EntraIdentity) -> None:
    tenant = urlsplit(identity.authority).path.strip("/").split("/")[0].lower()
    if tenant in NOBODYS:
        raise Failed(
            ConfigError,
            f"profile {identity.profile} signs in as an application, which has no home in tenant {tenant}",
            moves.configuration.own_tenant(identity.profile),
        )
