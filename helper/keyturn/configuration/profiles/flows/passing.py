"""Flows of no profile: each is of one request, and config.toml knows none of them."""

from __future__ import annotations

from keyturn.configuration.profiles.credentials.certificates import Certificate  # noqa: TC001 - msgspec reads it
from keyturn.configuration.profiles.flows.flow import Flow
from keyturn.configuration.profiles.secrets import Lent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.profiles.secrets import SecretSource


class AzureCli(Flow, frozen=True, tag="azure-cli"):
    """Whoever signed in with az. Of no profile: az has its own; kubelogin's stand-in asks it."""

    tenant: str = ""
    """Empty: that of az's account."""
    subscription: str = ""
    config_directory: str | None = None
    """An absolute path, None for az's own."""
    seen: str = ""
    """Which of az's sign-ins this is: another one is another identity."""


class OnBehalfOf(Flow, frozen=True, tag="on-behalf-of"):
    """An application asks on behalf of a user. Of no profile: each token takes one of that user's."""

    secret_name = "client secret"  # noqa: S105 - a name, not a secret

    certificate: Certificate | None = None

    @property
    def secret_source(self) -> SecretSource:
        """Whoever asks brings it, or the passphrase of the certificate."""
        return Lent(needed=self.certificate is None)

    @property
    def credential(self) -> Certificate | None:
        """The certificate, if it has one."""
        return self.certificate
