"""The client assertion that a certificate's key signs (RFC 7523 section 2.2; Microsoft: certificate credentials).

By our own hand where msal cannot: it sends x5c wherever it is given a certificate in PEM, and only the leaf then
(reference/entra.md section 2).
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn.configuration.profiles.credentials.certificates import Algorithm
    from keyturnd.acquire.entra.authentication.certified import Certified


class DamagedKey(Exception):
    """The numbers of the key do not fit each other."""


LIFE = 600
"""Seconds. Microsoft's page asks for 5 to 10 minutes."""


def sign(
    certified: Certified,
    client_id: str,
    token_endpoint: str,
    algorithm: Algorithm = "PS256",
    *,
    send_x5c: bool = False,
    now: float | None = None,
) -> str:
    """A JWT that proves `client_id` at `token_endpoint`, once.

    now: UTC epoch seconds, by default the wall clock's. Raises DamagedKey.
    """
    issued = int(time.time() if now is None else now)
    claims = {
        "aud": token_endpoint,
        "iss": client_id,
        "sub": client_id,
        "jti": str(uuid.uuid4()),
        "nbf": issued,
        "iat": issued,
        "exp": issued + LIFE,
    }
    signed = f"{_part(_header(certified, algorithm, send_x5c=send_x5c))}.{_part(claims)}"
    return f"{signed}.{_encoded(_signature(certified, signed.encode(), algorithm))}"


def _signature(certified: Certified, content: bytes, algorithm: Algorithm) -> bytes:
    """Looked at before it leaves: what a damaged key signs may give the key away."""
    try:
        signature = certified.key.sign(content, _padding(algorithm), hashes.SHA256())
        certified.key.public_key().verify(signature, content, _padding(algorithm), hashes.SHA256())
    except (InvalidSignature, ValueError):
        raise DamagedKey from None
    return signature


def _header(certified: Certified, algorithm: Algorithm, *, send_x5c: bool) -> dict[str, object]:
    """With PS256 the certificate's name is SHA-256 (RFC 7515 section 4.1.8), with RS256 what AD FS knows: SHA-1."""
    certificate = certified.certificate
    header: dict[str, object] = {"alg": algorithm, "typ": "JWT"}
    if algorithm == "PS256":
        header["x5t#S256"] = _encoded(certificate.fingerprint(hashes.SHA256()))
    else:
        header["x5t"] = _encoded(certificate.fingerprint(hashes.SHA1()))  # noqa: S303 - a name, not a proof
    if send_x5c:
        header["x5c"] = [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in certified.chain]
    return header


def _padding(algorithm: Algorithm) -> padding.AsymmetricPadding:
    """RFC 7518 sections 3.3 and 3.5: the salt is as long as the digest."""
    if algorithm == "RS256":
        return padding.PKCS1v15()
    return padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256().digest_size)


def _part(content: Mapping[str, object]) -> str:
    return _encoded(json.dumps(content, separators=(",", ":")).encode())


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
