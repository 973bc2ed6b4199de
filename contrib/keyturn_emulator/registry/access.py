"""Who may in: the registry's two kinds of tokens, and the challenge for whoever comes without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.bearer.header import bearer_token
from keyturn_emulator.bearer.signing import Claims, Signer, TokenRefused
from keyturn_emulator.bearer.tokens import AccessTokens
from keyturn_emulator.registry import scopes
from keyturn_emulator.registry.refusals import RegistryError

if TYPE_CHECKING:
    from starlette.datastructures import Headers

    from keyturn_emulator.clock import Clock
    from keyturn_emulator.registry.scopes import Scope
    from keyturn_emulator.settings import Settings

ISSUER = "Azure Container Registry"
NULL_USER = "00000000-0000-0000-0000-000000000000"


class Doorkeeper:
    """Issues and checks the tokens of the registry at `login_server` (host:port)."""

    def __init__(self, login_server: str, signer: Signer, clock: Clock, settings: Settings) -> None:
        self.login_server = login_server
        self._settings = settings
        # Two records: a refresh token is no access token, although both say they are for this registry.
        self._refresh, self._access = AccessTokens(signer, clock), AccessTokens(signer, clock)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the registry lives in another tenant than everything else."""
        return self._settings.registry_elsewhere

    def refresh_token(self, holder: Claims) -> str:
        """A refresh token for who holds an Entra token with these claims."""
        actions = ["read", "write"] if self._settings.registry_writable else ["read"]
        claims = self._claims("refresh_token", str(holder.get("upn") or holder["appid"])) | {
            "tenant": holder["tid"],
            "permissions": {"actions": actions, "notActions": None},
        }
        return self._refresh.issue(claims, self._settings.registry_refresh_lifetime)

    def access_token(self, refresh_token: str, wanted: list[Scope]) -> str:
        """An access token for the part of `wanted` that is permitted; TokenRefused for a bad refresh token."""
        holder = self._refresh.check(refresh_token, (self.login_server,))
        settings = self._settings
        role = scopes.role(writable=settings.registry_writable, conditional=settings.registry_abac)
        return self._issued(str(holder["sub"]), scopes.granted(wanted, role))

    def anonymous_token(self, wanted: list[Scope]) -> str:
        """An access token for whoever asks without any; TokenRefused where nobody may."""
        if not self._settings.registry_anonymous_pull:
            raise TokenRefused("anonymous")
        return self._issued("anonymous", scopes.granted(wanted, scopes.ANYBODY))

    def admit_network(self) -> None:
        """RegistryError where this network is kept out, whatever is asked for: no challenge is given then."""
        if self._settings.registry_firewalled:
            raise RegistryError(403, "DENIED", "network")

    def admit(self, headers: Headers, needed: Scope | None) -> None:
        """Return if the bearer may do what is `needed`; else a RegistryError with the challenge."""
        try:
            claims = self._access.check(bearer_token(headers), (self.login_server,))
        except TokenRefused as refused:
            error = None if refused.reason == "anonymous" else "invalid_token"
            raise self._challenge(refused.reason, needed, error) from None
        if needed is not None and not scopes.permits(claims, needed):
            raise self._challenge("scope", needed, "insufficient_scope")

    def revoke_all(self) -> int:
        """Revoke every token of both kinds and return how many they were."""
        return self._refresh.revoke_all() + self._access.revoke_all()

    def reset(self) -> None:
        """Forget all tokens."""
        self._refresh.reset()
        self._access.reset()

    def _issued(self, subject: str, access: list[dict[str, object]]) -> str:
        claims = self._claims("access_token", subject) | {"access": access, "roles": []}
        return self._access.issue(claims, self._settings.registry_access_lifetime)

    def _claims(self, grant_type: str, subject: str) -> Claims:
        return {
            "iss": ISSUER,
            "aud": self.login_server,
            "sub": subject,
            "version": "1.0",
            "grant_type": grant_type,
        }

    def _challenge(self, reason: str, needed: Scope | None, error: str | None) -> RegistryError:
        words = [f'realm="https://{self.login_server}/oauth2/token"', f'service="{self.login_server}"']
        words += [f'scope="{needed.text()}"'] if needed else []
        words += [f'error="{error}"'] if error else []
        return RegistryError(401, "UNAUTHORIZED", reason, {"WWW-Authenticate": f"Bearer {','.join(words)}"})
