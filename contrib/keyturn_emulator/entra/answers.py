"""The token answer: which claims the tokens carry, and what comes beside them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from keyturn_emulator.bearer.signing import encode
from keyturn_emulator.entra.requests.claims import ClaimsRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn_emulator.bearer.signing import Claims
    from keyturn_emulator.bearer.tokens import AccessTokens
    from keyturn_emulator.clock import Clock
    from keyturn_emulator.entra.directory.principals import Application, Tenant, User
    from keyturn_emulator.entra.requests.scopes import Asked
    from keyturn_emulator.settings import Settings

# Tokens of two hours and more are to be refreshed at half their life (reference/entra.md section 2).
LONG_LIVED = 2 * 60 * 60

NOTHING_WANTED = ClaimsRequest()
# `appidacr`: a public client, one with a secret, one with a certificate or an identity that needs neither.
NO_PROOF, BY_SECRET, BY_CERTIFICATE = PROOFS = ("0", "1", "2")

Answer = dict[str, object]


class Answers:
    """Makes the documents that a token request is answered with."""

    def __init__(self, tokens: AccessTokens, clock: Clock, settings: Settings) -> None:
        self._tokens = tokens
        self._clock = clock
        self._settings = settings

    def for_application(
        self,
        client: Application,
        asked: Asked,
        base: str,
        *,
        proof: str,
        tenant: Tenant | None = None,
        wanted: ClaimsRequest = NOTHING_WANTED,
    ) -> Answer:
        """An application in its own name: an access token and nothing else (no refresh token, no client_info).

        tenant: who issues, its own if None.
        """
        claims: Claims = {
            **wanted.in_token(),
            **_common(client, tenant or client.tenant, asked, base, proof),
            "oid": client.object_id,
            "sub": client.object_id,
            "idtyp": "app",
        }
        if asked.permissions:
            claims["roles"] = list(asked.permissions)
        return self._access(claims, wanted)

    def for_user(
        self,
        user: User,
        client: Application,
        asked: Asked,
        base: str,
        *,
        proof: str,
        refresh_token: str | None,
        client_info: bool,
        tenant: Tenant | None = None,
        wanted: ClaimsRequest = NOTHING_WANTED,
        nonce: str | None = None,
    ) -> Answer:
        """A person: an ID token if `openid` was asked for, the refresh token if there is one to give.

        proof: one of PROOFS. tenant: who issues, the person's home if None. nonce: what the authorization request
        had the ID token repeat.
        """
        claims: Claims = {
            **wanted.in_token(),
            **_common(client, tenant or user.tenant, asked, base, proof),
            "oid": user.object_id,
            "sub": _subject(user, client),
            "upn": user.upn,
            "unique_name": user.upn,
            "name": user.name,
            "scp": " ".join(asked.permissions),
        }
        answer = {**self._access(claims, wanted), "scope": asked.answered()}
        if refresh_token is not None:
            answer["refresh_token"] = refresh_token
        if "openid" in asked.words:
            issuer = (tenant or user.tenant).id
            answer["id_token"] = self._id_token(
                user, client, asked, nonce, {"iss": f"{base}/{issuer}/v2.0", "tid": issuer}
            )
        if client_info:
            answer["client_info"] = client_info_of(user)
        return answer

    def _access(self, claims: Claims, wanted: ClaimsRequest) -> Answer:
        lifetime = self._settings.cae_token_lifetime if wanted.capable else self._settings.token_lifetime
        # AD FS, B2C and version 1 of Entra's own endpoint write the number as a text (reference/entra.md section 2).
        told: int | str = str(lifetime) if self._settings.expires_in_as_text else lifetime
        answer: Answer = {
            "token_type": "Bearer",
            "expires_in": told,
            "ext_expires_in": told,
            "access_token": self._tokens.issue(claims, lifetime),
        }
        if lifetime >= LONG_LIVED:
            answer["refresh_in"] = lifetime // 2
        return answer

    def _id_token(
        self, user: User, client: Application, asked: Asked, nonce: str | None, issued: Mapping[str, str]
    ) -> str:
        now = int(self._clock.now())
        claims: Claims = {
            "ver": "2.0",
            **issued,
            "aud": client.id,
            "sub": _subject(user, client),
            "iat": now,
            "nbf": now,
            "exp": now + self._settings.token_lifetime,
        }
        if nonce is not None:
            claims["nonce"] = nonce
        if "profile" in asked.words:
            claims |= {"name": user.name, "preferred_username": user.upn, "oid": user.object_id}
        if "email" in asked.words:
            claims["email"] = user.upn
        return self._tokens.signer.sign(claims)


def client_info_of(user: User) -> str:
    """Who it is, unsigned: what MSAL makes its account identifier of."""
    return encode(json.dumps({"uid": user.object_id, "utid": user.tenant.id}).encode())


def _common(client: Application, tenant: Tenant, asked: Asked, base: str, proof: str) -> Claims:
    """What every access token says. Version 1: the resources keyturn asks for take those."""
    return {
        "ver": "1.0",
        "iss": f"{base}/{tenant.id}/",
        "aud": asked.audience,
        "tid": tenant.id,
        "appid": client.id,
        "appidacr": proof,
    }


def _subject(user: User, client: Application) -> str:
    """Pairwise: another one for each client (OpenID Connect Core section 8)."""
    return encode(hashlib.sha256(f"{user.object_id} {client.id}".encode()).digest())
