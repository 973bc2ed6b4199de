"""What the daemon and an acquisition process say to each other: JSON lines, at most 1 MiB each.

The daemon sends one job, then `Answer` and `Ack`; the acquisition process sends `Event`, `Ask` and `Seal` as it
goes, and ends with exactly one of `Result`, `Done`, `KeyringResult`, `Discovered` or `Failure`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from keyturn.configuration.profiles.credentials.certificates import Certificate  # noqa: TC001 - msgspec reads it at run time
from keyturn.configuration.profiles.credentials.federation import Federation  # noqa: TC001 - the same
from keyturn.configuration.profiles.credentials.managed import ManagedIdentity  # noqa: TC001 - the same

CHANNEL_VERSION = 1
LINE_LIMIT = 1 << 20


class Network(msgspec.Struct, frozen=True, omit_defaults=True):
    """How to reach the provider. `ca_file` and `ca_directory` replace the system's trust store."""

    proxy: str | None = None
    no_proxy: str | None = None
    ca_file: str | None = None
    ca_directory: str | None = None


class AzureCli(msgspec.Struct, frozen=True, omit_defaults=True):
    """az, and how it is to be run. All paths are absolute."""

    program: str
    """Empty where there is none."""
    path: str
    """PATH of the daemon: never that of whoever asks."""
    home: str
    config_directory: str | None = None
    tenant: str = ""
    subscription: str = ""


class EntraIdentity(msgspec.Struct, frozen=True, omit_defaults=True, tag="entra"):
    """Who signs in at Entra ID, as far as an acquisition needs it."""

    profile: str
    flow: str
    application_id: str
    authority: str
    """The authority URL with its tenant, e.g. https://login.microsoftonline.com/organizations."""
    account: str | None = None
    prompt: str | None = None
    """What the sign-in page asks in any case: login, select_account or consent (OpenID Connect Core 3.1.2.1)."""
    domain_hint: str | None = None
    """Whose accounts the sign-in page shall expect, Entra's own parameter."""
    cae: bool = False
    """Whether claims challenges are handled, which the capability CP1 declares."""
    credential: Certificate | Federation | ManagedIdentity | None = None
    """What the application proves itself with, where that is more than a secret."""
    login_hint: str | None = None
    """Which account the sign-in page begins with, where `account` names none."""
    azure_cli: AzureCli | None = None
    """Where another program is asked for the token."""


class AwxIdentity(msgspec.Struct, frozen=True, omit_defaults=True, tag="awx"):
    """Who asks which AWX for a token, as far as an acquisition needs it."""

    profile: str
    url: str
    """Scheme, host, port and path, without a slash at the end."""
    username: str
    scope: str
    max_age: float
    """Seconds after which we replace a token, whatever life the server gives it (1000 years by default)."""
    host: str
    """This machine's name, for the token's description."""
    application: int | None = None
    description: str | None = None
    flow: str = "password"
    client_id: str = ""
    """The application's, where its tokens come from the token endpoint."""

    @property
    def requested(self) -> str:
        """What of this a token is made by: one made by another is no substitute."""
        flow = "" if self.flow == "password" else f" {self.flow} {self.client_id}"
        return f"{self.scope} {self.application or '-'}{flow}"


class EntraState(msgspec.Struct, frozen=True, omit_defaults=True, tag="entra"):
    """What must survive between two acquisitions of one profile. Secret."""

    refresh_token: str
    account: str = ""
    """The signed-in user's name, as git shall present it."""
    home_account_id: str = ""
    generation: str = ""
    """Tells this sign-in from every other one; a rotated refresh token keeps it. The daemon's own: no acquisition
    sets it. Empty in states of keyturn 0.1.0."""

    def __repr__(self) -> str:
        return f"EntraState(account={self.account!r})"


class AwxState(msgspec.Struct, frozen=True, omit_defaults=True, tag="awx"):
    """The token that lives on the server, and what an interrupted acquisition may have left there. Secret.

    Times are UTC epoch seconds.
    """

    account: str
    token: str = ""
    token_id: int = 0
    created_at: float = 0.0
    expires_at: float = 0.0
    scope: str = ""
    """What the server granted: read or write."""
    requested: str = ""
    """What the token was asked for with, to tell whether it still is what the configuration wants."""
    mark: str = ""
    """The description, with a nonce in it, that `token` has on the server; its successor gets the same."""
    intent: str = ""
    """The description of a token about to be created. Sealed before the request leaves, empty once the server has
    shown that no token but `token` has it: until then others may, unknown to us."""
    superseded: tuple[int, ...] = ()
    """The ids of tokens that `token` replaced and that may still live."""
    refresh_token: str = ""
    """What the successor of an application's token is got by; empty for a personal one."""
    asked_at: float = 0.0
    """When a token was asked for whose answer has not come; 0 when none is missing. The server may still carry out
    such a request, after whoever sent it has died."""
    noted: int = 0
    """The highest id of the user's tokens before an application's was asked for: those have no description to look
    for until we have given them one."""
    controller: str = ""
    """The path of the controller's API below the configured URL, for tools that have to be told; empty where nobody
    has asked the server yet, or it named none."""
    doubted: bool = False
    """Whether somebody was refused with `token`: it is not given out again, but may create its successor."""
    refused: str = ""
    """A digest of the entrusted password that the server refused last, so that it is not sent again at once."""
    refused_at: float = 0.0

    def __repr__(self) -> str:
        return f"AwxState(account={self.account!r}, token_id={self.token_id})"


Identity = EntraIdentity | AwxIdentity
State = EntraState | AwxState


class Registry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A container registry whose refresh token is wanted in place of the Entra token."""

    login_server: str
    """Host, with the port where it is not 443."""
    tenant: str | None = None


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

    def __repr__(self) -> str:
        return f"TokenJob(profile={self.identity.profile!r}, scopes={self.scopes!r})"


class RevokeJob(msgspec.Struct, frozen=True, tag="revoke"):
    """Delete on the server what `state` tells of. `secret` helps where the token alone may not."""

    identity: AwxIdentity
    network: Network
    deadline: float
    state: AwxState
    secret: str | None = None
    client_secret: str | None = None
    version: int = CHANNEL_VERSION

    def __repr__(self) -> str:
        return f"RevokeJob(profile={self.identity.profile!r})"


class SettleJob(msgspec.Struct, frozen=True, tag="settle"):
    """Look on the server for the token of a request whose answer never came, and delete it."""

    identity: AwxIdentity
    network: Network
    deadline: float
    state: AwxState
    secret: str | None = None
    client_secret: str | None = None
    version: int = CHANNEL_VERSION

    def __repr__(self) -> str:
        return f"SettleJob(profile={self.identity.profile!r})"


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
    """Find out, without credentials, to which tenant an Azure DevOps organization belongs."""

    url: str
    network: Network
    deadline: float
    version: int = CHANNEL_VERSION


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """A person's answer to an `Ask`. Secret."""

    id: int
    value: str

    def __repr__(self) -> str:
        return f"Answer(id={self.id})"


class Ack(msgspec.Struct, frozen=True, tag="ack"):
    """The last `Seal` is durable."""


class Event(msgspec.Struct, frozen=True, omit_defaults=True, tag="event"):
    """Something a waiting person should see."""

    kind: str
    """device-code, browser, request or progress."""
    message: str
    url: str | None = None
    code: str | None = None
    expires_at: float | None = None
    """When the code dies, UTC epoch seconds."""
    otherwise: str | None = None
    """The flow that would do without a browser."""


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """A question only a person can answer."""

    id: int
    kind: str
    """password, passphrase, redirect-url or confirmation."""
    prompt: str


class Seal(msgspec.Struct, frozen=True, tag="seal"):
    """Make this state durable, then send `Ack`."""

    state: EntraState | AwxState


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The revocation is complete: nothing of it lives on the server. Or the look was taken."""


class Told(msgspec.Struct, frozen=True, tag="told"):
    """The answer to an `AskJob`, in the server's own words. Secret where a token was created."""

    answer: Any

    def __repr__(self) -> str:
        return "Told()"


class Result(msgspec.Struct, frozen=True, omit_defaults=True, tag="result"):
    """The token. `expires_at` and `refresh_at` are UTC epoch seconds."""

    access_token: str
    expires_at: float
    issued_at: float
    scopes: tuple[str, ...] = ()
    token_type: str = "Bearer"  # noqa: S105 - a kind, not a token
    refresh_at: float | None = None
    account: str = ""
    account_id: str = ""
    """Entra's home account id, empty where nobody told it."""
    certificate_thumbprint: str = ""
    """SHA-1 of the certificate that the application proved itself with, in capitals."""
    certificate_expires_at: float | None = None
    details: dict[str, Any] = {}
    """Everything else `keyturn azure new-token` prints: tenant, unique id, correlation id, id token …"""

    def __repr__(self) -> str:
        return f"Result(expires_at={self.expires_at})"


class KeyringResult(msgspec.Struct, frozen=True, omit_defaults=True, tag="keyring-result"):
    """The vault key in base64, or None when a trusted keyring answered that it holds none."""

    key: str | None
    backend: str = ""

    def __repr__(self) -> str:
        return f"KeyringResult(backend={self.backend!r})"


class Discovered(msgspec.Struct, frozen=True, omit_defaults=True, tag="discovered"):
    """A tenant's id, or "organizations", and the cloud it signs in to; both empty where nothing tells."""

    tenant: str = ""
    environment: str = ""


class Failure(msgspec.Struct, frozen=True, omit_defaults=True, tag="error"):
    """Why there is no result: the kind of a keyturn.errors class, its sentence and hint."""

    kind: str
    sentence: str
    hint: str | None = None
    retry_after: float | None = None
    state_dead: bool = False
    """The refresh token itself was refused: forget it if it is still the one that was sent."""
    claims: str | None = None
    """A JSON object: what a sign-in has to ask for so that this audience is granted."""
    code: str = ""
    """For programs: keyring-absent, keyring-locked, or the provider's own `error` word. Empty when unknown."""


Job = TokenJob | RevokeJob | SettleJob | AskJob | KeyringJob | DiscoveryJob
Outcome = Result | Done | Told | KeyringResult | Discovered | Failure
FromDaemon = Job | Answer | Ack
FromAcquisition = Event | Ask | Seal | Outcome

encoder = msgspec.json.Encoder()
from_daemon = msgspec.json.Decoder(FromDaemon)
from_acquisition = msgspec.json.Decoder(FromAcquisition)


def encode_line(message: FromDaemon | FromAcquisition) -> bytes:
    """One message as one line. Raises ValueError when it exceeds the limit both sides read."""
    line = encoder.encode(message) + b"\n"
    if len(line) > LINE_LIMIT:
        raise ValueError("message too long for the acquisition channel")
    return line
