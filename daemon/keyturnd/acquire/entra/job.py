"""Entra ID: which grant a job needs, and the msal application that asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import msal

from keyturn.errors import Bug, ConfigError, SignInNeeded
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.http import Transport
from keyturnd.acquire.msal_client import MsalClient
from keyturnd.messages import EntraIdentity, EntraState

if TYPE_CHECKING:
    from keyturnd.acquire.channel import Channel
    from keyturnd.acquire.deadline import Deadline
    from keyturnd.acquire.msal_client import Exchange
    from keyturnd.messages import Result, TokenJob

RESERVED = frozenset({"openid", "profile", "offline_access"})
"""Scopes that msal adds by itself to a user's request, and refuses to be given."""


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
    def place(self) -> str:
        """Host and port of the authority."""
        return urlsplit(self.identity.authority).netloc

    def exchanged(self) -> Exchange:
        """The last exchange: what msal's answer stands on."""
        if self.http.last is None:
            raise Failed(Bug, "msal answered without a request")
        return self.http.last

    def application(self, secret: str | None = None) -> Any:
        """The msal application of the job's identity. Fetches the authority's OpenID configuration.

        Instance discovery stays off: the authority is the user's own word, and a central host need not know it.
        """
        common = {
            "authority": self.identity.authority,
            "http_client": self.http,
            "http_cache": self.discovered,
            "instance_discovery": False,
            "token_cache": Forgetful(),
        }
        if secret is None:
            return msal.PublicClientApplication(self.identity.application_id, **common)
        return msal.ConfidentialClientApplication(
            self.identity.application_id, client_credential=secret, azure_region=False, **common
        )


def acquire(job: TokenJob, channel: Channel, deadline: Deadline) -> Result:
    """The token `job` asks for. Raises Failed."""
    assert isinstance(job.identity, EntraIdentity)
    _check_authority(job.identity)
    transport = Transport(job.network, deadline)
    session = Session(job, channel, deadline, MsalClient(transport, job.identity), {})
    result = _granted(session)
    if job.registry is None:
        return result
    from keyturnd.acquire import acr  # noqa: PLC0415 - only registries pay for it

    channel.secrets = (*channel.secrets, result.access_token)
    return acr.exchange(job.registry, result, job.identity.profile, transport)


def _granted(session: Session) -> Result:
    """Entra ID's own token, by the grant that the profile's flow stands for."""
    match session.identity.flow:
        case "client-secret":
            from keyturnd.acquire import client_credentials  # noqa: PLC0415 - one grant per process

            return client_credentials.acquire(session)
        case "device-code":
            return _for_user(session)
        case other:
            raise Failed(Bug, f"no acquisition for flow {other}", "keyturn daemon restart")


def _for_user(session: Session) -> Result:
    """Refresh what there is; with a person waiting, sign in when there is nothing, or when that is refused."""
    from keyturnd.acquire import device_code, refresh  # noqa: PLC0415 - one grant per process

    profile = session.identity.profile
    if isinstance(session.job.state, EntraState):
        try:
            return refresh.acquire(session, session.job.state)
        except Failed as failed:
            if not session.job.interactive or failed.failure.kind != SignInNeeded.kind:
                raise
    if session.job.interactive:
        return device_code.acquire(session)
    raise Failed(SignInNeeded, f"profile {profile} is not signed in", f"keyturn login {profile}")


def _check_authority(identity: EntraIdentity) -> None:
    try:
        parts = urlsplit(identity.authority)
        named = bool(parts.hostname and parts.path.strip("/")) and parts.port != 0
        sound = named and parts.scheme == "https" and parts.username is None
    except ValueError:
        sound = False
    if not sound:
        raise Failed(
            ConfigError,
            f"the authority of profile {identity.profile} is not an https URL with a tenant",
            f"check `authority` and `tenant` of [profile.{identity.profile}]",
        )
