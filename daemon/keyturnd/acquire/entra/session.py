"""One job at Entra ID, and the msal application that asks for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import msal

from keyturn.errors import Bug
from keyturnd.acquire.entra import outcome
from keyturnd.acquire.failed import Failed
from keyturnd.messages.identities import EntraIdentity

if TYPE_CHECKING:
    from keyturnd.acquire.channel import Channel
    from keyturnd.acquire.deadline import Deadline
    from keyturnd.acquire.entra.authentication.client import Credential
    from keyturnd.acquire.entra.msal_client import Exchange, MsalClient
    from keyturnd.messages.jobs import TokenJob
    from keyturnd.messages.outcomes import Result

RESERVED = frozenset({"openid", "profile", "offline_access"})
"""Scopes that msal adds by itself to a user's request, and refuses to be given."""


CHALLENGEABLE = "CP1"
"""What says that we handle claims challenges: whoever declares it gets tokens that live for a day, or until one."""


class Forgetful(msal.TokenCache):  # type: ignore[misc]  # msal has no types
    """A token cache that keeps nothing: the daemon keeps tokens, and msal's own would only be written."""

    def add(self, event: dict[str, Any], now: float | None = None) -> None:
        """Nothing."""


class Session(NamedTuple):
    """One job and the means to do it."""

    job: TokenJob
    channel: Channel
    deadline: Deadline
    http: MsalClient
    discovered: dict[str, Any]
    """msal's cache of the OpenID configuration, so that a refused refresh and the sign-in after it ask once."""
    credential: Credential

    @property
    def identity(self) -> EntraIdentity:
        """Who asks."""
        assert isinstance(self.job.identity, EntraIdentity)
        return self.job.identity

    @property
    def user_scopes(self) -> list[str]:
        """The scopes to give to msal for a user's token."""
        return [scope for scope in self.job.scopes if scope not in RESERVED]

    @property
    def claims(self) -> str | None:
        """What a token request asks for where msal does not add the capability by itself."""
        if not self.identity.cae:
            return self.job.claims
        wanted = json.loads(self.job.claims or "{}")
        wanted["access_token"] = {**wanted.get("access_token", {}), "xms_cc": {"values": [CHALLENGEABLE]}}
        return json.dumps(wanted)

    @property
    def place(self) -> str:
        """Host and port of the authority."""
        return urlsplit(self.identity.authority).netloc

    def exchanged(self) -> Exchange:
        """The last exchange: what msal's answer stands on."""
        if self.http.last is None:
            raise Failed(Bug, "msal answered without a request")
        return self.http.last

    def result(self, owner: outcome.Owner) -> Result:
        """The token of the last exchange, which is `owner`'s."""
        return self.credential.noted(outcome.result(self.exchanged(), self.job.scopes, owner, self.place))

    def application(self) -> Any:
        """The msal application of the job's identity. Fetches the authority's OpenID configuration.

        Instance discovery stays off: the authority is the user's own word, and a central host need not know it.
        """
        common = {
            "authority": self.identity.authority,
            "http_client": self.http,
            "http_cache": self.discovered,
            "instance_discovery": False,
            "token_cache": Forgetful(),
            "client_capabilities": [CHALLENGEABLE] if self.identity.cae else None,
        }
        if self.credential.for_msal is None:
            return msal.PublicClientApplication(self.identity.application_id, **common)
        return msal.ConfidentialClientApplication(
            self.identity.application_id, client_credential=self.credential.for_msal, azure_region=False, **common
        )
