"""What the daemon sends an acquisition process for: one of these, as the first line."""

from __future__ import annotations

from typing import Any

import msgspec

from keyturn.configuration.profiles.credentials.certificates import Certificate  # noqa: TC001 - msgspec reads it at run time
from keyturnd.messages.identities import AwxIdentity, EntraIdentity, Network, Registry  # noqa: TC001 - msgspec reads it at run time
from keyturnd.messages.states import AwxState, EntraState  # noqa: TC001 - msgspec reads it at run time

CHANNEL_VERSION = 1


class TokenJob(msgspec.Struct, frozen=True, tag="token"):
    """Fetch one access token. `secret` and `state` are secrets; `deadline` is seconds from receipt."""

    identity: EntraIdentity | AwxIdentity
    scopes: tuple[str, ...]
    network: Network
    deadline: float
    interactive: bool = False
    elsewhere: bool = False
    """The person's browser runs on another machine: what it brings has to be carried here."""
    again: bool = False
    """The person asked to sign in anew, as another user perhaps."""
    secret: str | None = None
    state: EntraState | AwxState | None = None
    registry: Registry | None = None
    claims: str | None = None
    variables: dict[str, str] = {}
    """What leads the caller's job, or a program on its machine, to their identity; empty texts are unset. Secret."""
    client_secret: str | None = None
    """An application's own, beside the person's `secret`."""
    assertion: str | None = None
    """The access token of a user on whose behalf the application asks. Secret."""
    watched: bool = False
    """Whether each request is told as an event, for whoever wants to see them."""
    version: int = CHANNEL_VERSION

    @property
    def other_tenant(self) -> str | None:
        """The tenant that the token is to be of, where that is the registry's and not the identity's."""
        return None if self.registry is None else self.registry.tenant

    def __repr__(self) -> str:
        return f"TokenJob(profile={self.identity.profile!r}, scopes={self.scopes!r})"


class EndingJob(msgspec.Struct, frozen=True):
    """Tokens that are to be deleted on the server. `secret` helps where the token of `state` alone may not."""

    identity: AwxIdentity
    network: Network
    deadline: float
    state: AwxState
    secret: str | None = None
    client_secret: str | None = None
    version: int = CHANNEL_VERSION

    def __repr__(self) -> str:
        return f"{type(self).__name__}(profile={self.identity.profile!r})"


class RevokeJob(EndingJob, frozen=True, tag="revoke"):
    """All that `state` tells of, its own token last."""


class SettleJob(EndingJob, frozen=True, tag="settle"):
    """The token of a request whose answer never came."""


class AskJob(msgspec.Struct, frozen=True, tag="question"):
    """Answer a person's question about tokens and applications; `state` and `secret` are what is signed with."""

    identity: AwxIdentity
    network: Network
    deadline: float
    question: str
    """discover, or one of keyturnd.acquire.awx.asking.questions."""
    parameters: dict[str, Any]
    state: AwxState
    secret: str | None = None
    client_secret: str | None = None
    version: int = CHANNEL_VERSION

    def __repr__(self) -> str:
        return f"AskJob(profile={self.identity.profile!r}, question={self.question!r})"


class KeyringJob(msgspec.Struct, frozen=True, tag="keyring"):
    """Read the vault key from the OS keyring or, with `create`, store this one if there is none (base64)."""

    account: str
    deadline: float
    environment: dict[str, str]
    """The session's D-Bus and display variables, without which no keyring answers."""
    create: str | None = None
    version: int = CHANNEL_VERSION

    def __repr__(self) -> str:
        return f"KeyringJob(account={self.account!r})"


class DiscoveryJob(msgspec.Struct, frozen=True, tag="discovery"):
    """Find out, without credentials, to which tenant an Azure DevOps organization or a subscription belongs."""

    url: str
    method: str
    """HTTP's. An organization answers a HEAD; what asks for a subscription's is not known to be answered so."""
    network: Network
    deadline: float
    version: int = CHANNEL_VERSION


class ReachJob(msgspec.Struct, frozen=True, tag="reach"):
    """See, without credentials, whether the server at `url` answers, and what its clock shows."""

    url: str
    network: Network
    deadline: float
    version: int = CHANNEL_VERSION


class CertificateJob(msgspec.Struct, frozen=True, tag="certificate"):
    """Look at a certificate that has not been used yet. `passphrase` is a secret."""

    certificate: Certificate
    deadline: float
    passphrase: str | None = None
    version: int = CHANNEL_VERSION

    def __repr__(self) -> str:
        return f"CertificateJob({self.certificate!r})"


Job = TokenJob | RevokeJob | SettleJob | AskJob | KeyringJob | DiscoveryJob | ReachJob | CertificateJob
