"""What the endpoints of Entra share: who is registered, and every code and token that is out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.entra.answers import Answers
from keyturn_emulator.entra.issued.devices import DeviceCodes
from keyturn_emulator.entra.issued.refresh_tokens import RefreshTokens

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyturn_emulator.bearer.tokens import AccessTokens
    from keyturn_emulator.clock import Clock
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
        self.refresh_tokens = RefreshTokens(clock, settings)
        self.answers = Answers(tokens, clock, settings)

    def reset(self) -> None:
        """Forget every code and token, and restore the registered secret."""
        self.registry.reset()
        self.tokens.reset()
        self.devices.reset()
        self.refresh_tokens.reset()


def base_of(request: Request) -> str:
    """The authority's URL in the words of the caller: issuer and endpoints must share the host it used.

    The Host header was checked against the certificate's names before (see edge.py).
    """
    return f"https://{request.headers['host'].lower()}"
