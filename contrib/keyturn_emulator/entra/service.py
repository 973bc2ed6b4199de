"""What the endpoints of Entra share: who is registered, and every code and token that is out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.entra.answers import Answers
from keyturn_emulator.entra.issued.codes import AuthorizationCodes
from keyturn_emulator.entra.issued.devices import DeviceCodes
from keyturn_emulator.entra.issued.refresh_tokens import RefreshTokens
from keyturn_emulator.entra.issued.sign_ins import SignIns
from keyturn_emulator.entra.policy import Policy
from keyturn_emulator.entra.requests.assertions import ClientAssertions

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyturn_emulator.bearer.tokens import AccessTokens
    from keyturn_emulator.clock import Clock
    from keyturn_emulator.entra.directory.principals import User
    from keyturn_emulator.entra.directory.registry import Registry
    from keyturn_emulator.ledger import Ledger
    from keyturn_emulator.settings import Settings


class Entra:
    """One authority and its state."""

    def __init__(
        self, registry: Registry, tokens: AccessTokens, clock: Clock, settings: Settings, ledger: Ledger
    ) -> None:
        self.registry = registry
        self.tokens = tokens
        self.settings = settings
        self.ledger = ledger
        self.devices = DeviceCodes(clock, settings)
        self.sign_ins = SignIns()
        self.codes = AuthorizationCodes(clock, settings)
        self.assertions = ClientAssertions(clock, settings)
        self.policy = Policy(clock, tokens.demands)
        self.refresh_tokens = RefreshTokens(clock, settings)
        self.answers = Answers(tokens, clock, settings)

    def revoke_account(self, user: User) -> int:
        """End every session of `user`: cookies, refresh tokens; returns how many access tokens notice at once."""
        self.sign_ins.sign_out(user)
        self.refresh_tokens.revoke_all(user)
        return self.tokens.revoke_holder(user.object_id)

    def reset(self) -> None:
        """Forget every code and token, and restore the registered secret."""
        self.registry.reset()
        self.tokens.reset()
        self.devices.reset()
        self.sign_ins.reset()
        self.codes.reset()
        self.assertions.reset()
        self.policy.reset()
        self.refresh_tokens.reset()


def base_of(request: Request) -> str:
    """The authority's URL in the words of the caller: issuer and endpoints must share the host it used.

    The Host header was checked against the certificate's names before (see edge.py).
    """
    return f"https://{request.headers['host'].lower()}"
