"""What every grant gets: a form whose client is known, and the state of the authority."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyturn_emulator.entra.answers import BY_CERTIFICATE, BY_SECRET, NO_PROOF
from keyturn_emulator.entra.requests.claims import claims_of
from keyturn_emulator.entra.requests.scopes import user_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn_emulator.entra.answers import Answer
    from keyturn_emulator.entra.directory.principals import Application, Tenant, User
    from keyturn_emulator.entra.requests.claims import ClaimsRequest
    from keyturn_emulator.entra.requests.form import Form
    from keyturn_emulator.entra.requests.scopes import Asked
    from keyturn_emulator.entra.service import Entra

# Without this word there is no refresh token in the answer (OpenID Connect Core section 11).
OFFLINE = "offline_access"
# What every grant takes.
ALWAYS = frozenset(
    {"client_id", "client_secret", "client_assertion", "client_assertion_type", "grant_type", "client_info", "claims"}
)


@dataclass(frozen=True)
class Call:
    """One token request. tenant: None for those of ANY_TENANT. base: the authority as the caller calls it."""

    form: Form
    client: Application
    tenant: Tenant | None
    base: str
    entra: Entra

    @property
    def wanted(self) -> ClaimsRequest:
        """The claims that this very request asks for; EntraError if they cannot be read."""
        return claims_of(self.form)

    @property
    def proof(self) -> str:
        """How the client has proved itself."""
        if self.client.public:
            return NO_PROOF
        return BY_CERTIFICATE if "client_assertion" in self.form else BY_SECRET

    def asked(self, scope: str) -> Asked:
        """What `scope` asks for in a person's name; EntraError for what is not to be had."""
        return user_scope(scope, self.client, self.client.tenant)

    def sign_in(
        self,
        user: User,
        asked: Asked,
        met: Mapping[str, frozenset[str]],
        wanted: ClaimsRequest,
        nonce: str | None = None,
    ) -> Answer:
        """The answer that begins a sign-in, at which the person met the claims `met`."""
        self.entra.policy.admit(asked, met)
        first = self.entra.refresh_tokens.start(user, self.client, met) if OFFLINE in asked.words else None
        return self.answer(user, asked, first, wanted, nonce)

    def answer(
        self, user: User, asked: Asked, refresh_token: str | None, wanted: ClaimsRequest, nonce: str | None = None
    ) -> Answer:
        """The answer about a person."""
        return self.entra.answers.for_user(
            user,
            self.client,
            asked,
            self.base,
            proof=self.proof,
            refresh_token=refresh_token,
            client_info="client_info" in self.form,
            tenant=self.tenant,
            wanted=wanted,
            nonce=nonce,
        )
