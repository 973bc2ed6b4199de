"""Assertions, read by somebody else's hand: PyJWT their parts, OpenSSL their signature."""

from __future__ import annotations

import base64
import subprocess
from typing import TYPE_CHECKING

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from keyturnd.acquire.entra.authentication import assertion
from keyturnd.acquire.entra.authentication.certified import Certified
from support.emulator.certified import certified
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path

    from keyturn.configuration.profiles.credentials.certificates import Algorithm
    from support.emulator.certified import Certified as Made

CLIENT, ENDPOINT = "11111111-2222-3333-4444-555555555555", "https://login.example/t/oauth2/v2.0/token"
PADDING: dict[Algorithm, list[str]] = {
    "RS256": [],
    "PS256": ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"],
}


@pytest.fixture(scope="module")
def made() -> Made:
    return certified("app", certified("middle"))


@pytest.fixture
def ours(made: Made) -> Certified:
    return Certified(made.key, (made.certificate, *made.chain))


def test_what_it_says(ours: Certified, made: Made) -> None:
    signed = assertion.sign(ours, CLIENT, ENDPOINT, now=1_700_000_000.9)
    header = jwt.get_unverified_header(signed)
    assert header == {"alg": "PS256", "typ": "JWT", "x5t#S256": made.header()["x5t#S256"].rstrip("=")}
    claims = jwt.decode(signed, options={"verify_signature": False, "verify_exp": False})
    identifier = claims.pop("jti")
    times = {"nbf": 1_700_000_000, "iat": 1_700_000_000, "exp": 1_700_000_600}
    assert claims == {"aud": ENDPOINT, "iss": CLIENT, "sub": CLIENT, **times}
    again = jwt.decode(assertion.sign(ours, CLIENT, ENDPOINT), options={"verify_signature": False})
    assert again["jti"] != identifier


def test_as_ad_fs_takes_it(ours: Certified, made: Made) -> None:
    header = jwt.get_unverified_header(assertion.sign(ours, CLIENT, ENDPOINT, algorithm="RS256"))
    assert header == {"alg": "RS256", "typ": "JWT", "x5t": made.header("x5t")["x5t"].rstrip("=")}


def test_the_whole_chain_where_it_is_asked_for(ours: Certified, made: Made) -> None:
    header = jwt.get_unverified_header(assertion.sign(ours, CLIENT, ENDPOINT, send_x5c=True))
    assert header["x5c"] == made.x5c()
    assert len(header["x5c"]) == 2


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
def test_openssl_takes_the_signature(algorithm: Algorithm, ours: Certified, made: Made, tmp_path: Path) -> None:
    content, _, signature = assertion.sign(ours, CLIENT, ENDPOINT, algorithm=algorithm).rpartition(".")
    (tmp_path / "signature").write_bytes(base64.urlsafe_b64decode(signature + "=="))
    (tmp_path / "cert.pem").write_text(made.pem, encoding="ascii")
    key = openssl("x509", "-in", f"{tmp_path}/cert.pem", "-pubkey", "-noout")
    (tmp_path / "key.pem").write_bytes(key)
    checked = ("-verify", f"{tmp_path}/key.pem", *PADDING[algorithm], "-signature", f"{tmp_path}/signature")
    assert openssl("dgst", "-sha256", *checked, typed=content) == b"Verified OK\n"


def openssl(*words: str, typed: str = "") -> bytes:
    done = subprocess.run([need("openssl"), *words], input=typed.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done
    return done.stdout


def test_a_damaged_key_signs_nothing(made: Made) -> None:
    numbers = made.key.private_numbers()
    p, q, inverse = numbers.p, numbers.q, numbers.iqmp
    damaged = rsa.RSAPrivateNumbers(
        p, q, numbers.d + 2, numbers.dmp1 + 2, numbers.dmq1, inverse, numbers.public_numbers
    ).private_key(unsafe_skip_rsa_key_validation=True)
    with pytest.raises(assertion.DamagedKey):
        assertion.sign(Certified(damaged, (made.certificate,)), CLIENT, ENDPOINT)


def test_its_repr_tells_the_name_alone(ours: Certified, made: Made) -> None:
    assert repr(ours) == f"Certified({made.thumbprint()})"
