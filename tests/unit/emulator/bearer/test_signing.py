"""Tokens that were not signed here, or not like this, are refused before anybody looks at their claims."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from keyturn_emulator.bearer.signing import Signer, TokenRefused, decode, encode

CLAIMS = {"aud": "somewhere", "jti": "1"}


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer()


def part(value: object) -> str:
    return encode(json.dumps(value).encode())


def refusal(signer: Signer, token: str) -> str:
    with pytest.raises(TokenRefused) as caught:
        signer.verify(token)
    return caught.value.reason


def test_what_it_signs_it_verifies(signer: Signer) -> None:
    assert signer.verify(signer.sign(CLAIMS)) == CLAIMS


def test_the_published_key_verifies_the_signature(signer: Signer) -> None:
    jwk, token = signer.jwk(), signer.sign(CLAIMS)
    numbers = rsa.RSAPublicNumbers(*(int.from_bytes(decode(jwk[name]), "big") for name in ("e", "n")))
    message, _, signature = token.rpartition(".")
    public = numbers.public_key()
    public.verify(decode(signature), message.encode(), padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS512", "", None])
def test_the_algorithm_is_not_the_tokens_to_choose(signer: Signer, algorithm: str | None) -> None:
    _, claims, signature = signer.sign(CLAIMS).split(".")
    header = part({"typ": "JWT", "alg": algorithm, "kid": signer.key_id})
    assert refusal(signer, f"{header}.{claims}.{signature}") == "algorithm"


def test_unsigned_tokens_are_malformed(signer: Signer) -> None:
    header, claims, _ = signer.sign(CLAIMS).split(".")
    assert refusal(signer, f"{header}.{claims}.") == "malformed"
    assert refusal(signer, f"{header}.{claims}") == "malformed"


def test_another_key_under_our_key_id(signer: Signer) -> None:
    foreign = Signer()
    foreign.key_id = signer.key_id
    assert refusal(signer, foreign.sign(CLAIMS)) == "signature"


def test_the_public_key_as_a_shared_secret(signer: Signer) -> None:
    _, claims, _ = signer.sign(CLAIMS).split(".")
    header = part({"alg": "HS256", "kid": signer.key_id})
    mac = hmac.new(decode(signer.jwk()["n"]), f"{header}.{claims}".encode(), hashlib.sha256).digest()
    assert refusal(signer, f"{header}.{claims}.{encode(mac)}") == "algorithm"


def test_claims_changed_after_signing(signer: Signer) -> None:
    header, _, signature = signer.sign(CLAIMS).split(".")
    assert refusal(signer, f"{header}.{part({**CLAIMS, 'aud': 'elsewhere'})}.{signature}") == "signature"


@pytest.mark.parametrize("token", ["", "x", "a.b", "a.b.c.d", "a.b.c", "a b.c.d", "ä.b.c", "x" * 100_000])
def test_what_is_no_token(signer: Signer, token: str) -> None:
    assert refusal(signer, token) == "malformed"


def test_a_signature_has_one_spelling(signer: Signer) -> None:
    """The unused bits of the last letter are zero; another letter there would decode to the same bytes."""
    token = signer.sign(CLAIMS)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = token[:-1] + alphabet[alphabet.index(token[-1]) + 1]
    assert base64.urlsafe_b64decode(twin.split(".")[2] + "==") == decode(token.split(".")[2])
    assert refusal(signer, twin) == "malformed"
