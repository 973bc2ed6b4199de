"""JSON Web Tokens under one RSA key per run: RS256 and nothing else."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

# RFC 7515 section 2: base64url without padding, three parts.
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")

Claims = dict[str, Any]


class TokenRefused(Exception):
    """A token that is not good here; `reason` is one word for counts and logs, never part of the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ClaimsChallenged(TokenRefused):
    """A token that has to be replaced by one got with `claims` (JSON text): OpenID Connect Core section 5.5."""

    def __init__(self, claims: str) -> None:
        super().__init__("claims")
        self.claims = claims


@dataclass(frozen=True)
class Compact:
    """A token taken apart, its signature not looked at yet; `message` is what was signed."""

    header: Claims
    claims: Claims
    message: bytes
    signature: bytes


class Signer:
    """Signs and verifies with a key that exists only in this process."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.key_id = encode(hashlib.sha256(public).digest())

    @property
    def public_key(self) -> rsa.RSAPublicKey:
        """What others verify with."""
        return self._key.public_key()

    def jwk(self) -> dict[str, str]:
        """The public key as discovery shows it (RFC 7517)."""
        numbers = self._key.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.key_id,
            "n": encode(numbers.n.to_bytes(256, "big")),
            "e": encode(numbers.e.to_bytes(3, "big")),
        }

    def sign(self, claims: Claims) -> str:
        """The compact form of `claims`."""
        header = {"typ": "JWT", "alg": "RS256", "kid": self.key_id}
        message = f"{_encode_json(header)}.{_encode_json(claims)}"
        signature = self._key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{message}.{encode(signature)}"

    def verify(self, token: str) -> Claims:
        """The claims of a token that this key signed; TokenRefused otherwise. Times are not looked at."""
        parsed = parse(token)
        # The algorithm is ours to choose, not the token's (RFC 8725 section 3.1).
        if parsed.header.get("alg") != "RS256" or parsed.header.get("kid") != self.key_id:
            raise TokenRefused("algorithm")
        verify_signature(parsed, self.public_key, "RS256")
        return parsed.claims


def parse(token: str) -> Compact:
    """The parts of a compact token (RFC 7515 section 3.1); TokenRefused if it is none."""
    if not COMPACT.fullmatch(token):
        raise TokenRefused("malformed")
    header, claims, signature = token.split(".")
    return Compact(_decode_json(header), _decode_json(claims), f"{header}.{claims}".encode(), decode(signature))


def verify_signature(token: Compact, key: rsa.RSAPublicKey, algorithm: str) -> None:
    """TokenRefused unless `key` made the signature by `algorithm`, RS256 or PS256 (RFC 7518 section 3.3, 3.5)."""
    scheme = padding.PKCS1v15() if algorithm == "RS256" else padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    try:
        key.verify(token.signature, token.message, scheme, hashes.SHA256())
    except InvalidSignature:
        raise TokenRefused("signature") from None


def encode(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of base64url without padding; TokenRefused if it is not, or not in its one right form."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise TokenRefused("malformed") from None
    if encode(data) != text:
        raise TokenRefused("malformed")
    return data


def _encode_json(value: Claims) -> str:
    return encode(json.dumps(value, separators=(",", ":")).encode())


def _decode_json(part: str) -> Claims:
    try:
        value = json.loads(decode(part))
    except ValueError:
        raise TokenRefused("malformed") from None
    if not isinstance(value, dict):
        raise TokenRefused("malformed")
    return value
