"""JSON Web Tokens under one RSA key per run: RS256 and nothing else."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
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


class Signer:
    """Signs and verifies with a key that exists only in this process."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.key_id = encode(hashlib.sha256(public).digest())

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
        if not COMPACT.fullmatch(token):
            raise TokenRefused("malformed")
        header_part, claims_part, signature_part = token.split(".")
        header = _decode_json(header_part)
        # The algorithm is ours to choose, not the token's (RFC 8725 section 3.1).
        if header.get("alg") != "RS256" or header.get("kid") != self.key_id:
            raise TokenRefused("algorithm")
        message = f"{header_part}.{claims_part}".encode()
        try:
            self._key.public_key().verify(decode(signature_part), message, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise TokenRefused("signature") from None
        return _decode_json(claims_part)


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
