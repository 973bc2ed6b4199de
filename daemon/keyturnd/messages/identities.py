"""Who asks whom for a token, as far as an acquisition needs it."""

from __future__ import annotations

import msgspec

from keyturn.configuration.profiles.credentials.certificates import Certificate  # noqa: TC001 - msgspec reads it at run time
from keyturn.configuration.profiles.credentials.federation import Federation  # noqa: TC001 - msgspec reads it at run time
from keyturn.configuration.profiles.credentials.managed import ManagedIdentity  # noqa: TC001 - msgspec reads it at run time


class Network(msgspec.Struct, frozen=True, omit_defaults=True):
    """How to reach the provider. `ca_file` and `ca_directory` replace the system's trust store.

    proxy_configured: whether the proxy is that of [network], and not of the environment.
    """

    proxy: str | None = None
    no_proxy: str | None = None
    ca_file: str | None = None
    ca_directory: str | None = None
    proxy_configured: bool = False


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


Identity = EntraIdentity | AwxIdentity


class Registry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A container registry whose refresh token is wanted in place of the Entra token."""

    login_server: str
    """Host, with the port where it is not 443."""
    tenant: str | None = None
