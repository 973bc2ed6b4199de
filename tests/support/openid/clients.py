"""The applications that are registered at the provider, and the profiles that are them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from jwt.algorithms import RSAAlgorithm

from support.emulator.certified import Certified, certified

REDIRECT = "http://localhost"
"""As Entra has it registered: any port will do (RFC 8252 section 7.3)."""
SCOPE = "api://tool/.default"
"""All there is to ask for, beside what every provider has."""
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CODE, DEVICE = "authorization_code", "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True)
class Clients:
    """One of each kind: public, with a secret, with a certificate."""

    public: str = "11111111-1111-1111-1111-111111111111"
    with_secret: str = "22222222-2222-2222-2222-222222222222"
    with_certificate: str = "33333333-3333-3333-3333-333333333333"
    secret: str = "planted~secret+/=& of openid"
    certificate: Certified = field(default_factory=lambda: certified("app"), repr=False)

    def registered(self) -> list[dict[str, Any]]:
        """What the provider is told of them (OpenID Connect Dynamic Client Registration 1.0, section 2)."""
        key = json.loads(RSAAlgorithm.to_jwk(self.certificate.key.public_key()))
        proof = {"jwks": {"keys": [key]}, "token_endpoint_auth_signing_alg": "PS256"}
        return [
            _client(self.public, "none", CODE, DEVICE),
            _client(self.with_secret, "client_secret_post", CODE, "client_credentials")
            | {"client_secret": self.secret},
            _client(self.with_certificate, "private_key_jwt", CODE, "client_credentials") | proof,
        ]

    def proof(self, kind: str, audience: str) -> dict[str, str]:
        """What the application of that kind proves itself with in a request for `audience`."""
        if kind == "with_certificate":
            assertion = self.certificate.assertion(self.with_certificate, audience)
            return {"client_assertion_type": ASSERTION, "client_assertion": assertion}
        return {"client_secret": self.secret} if kind == "with_secret" else {}


def _client(identifier: str, method: str, *grants: str) -> dict[str, Any]:
    return {
        "client_id": identifier,
        "application_type": "native",
        "token_endpoint_auth_method": method,
        "redirect_uris": [REDIRECT],
        "grant_types": ["refresh_token", *grants],
        "response_types": ["code"],
    }
