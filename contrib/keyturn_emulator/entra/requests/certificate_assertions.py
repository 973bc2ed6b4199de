"""Assertions that a client signs with its certificate's key: RS256 or PS256, x5t or x5t#S256, x5c if it likes."""

from __future__ import annotations

import base64
import binascii
import itertools
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes

from keyturn_emulator.bearer.signing import TokenRefused, encode, verify_signature
from keyturn_emulator.entra.directory.credentials import rsa_key
from keyturn_emulator.entra.refusals import EntraError, Kind

if TYPE_CHECKING:
    from collections.abc import Collection

    from keyturn_emulator.bearer.signing import Compact
    from keyturn_emulator.entra.directory.principals import Application

ALGORITHMS = ("RS256", "PS256")
THUMBPRINTS: dict[str, hashes.HashAlgorithm] = {"x5t": hashes.SHA1(), "x5t#S256": hashes.SHA256()}  # noqa: S303 - RFC 7515 4.1.7

WRONG_ALGORITHM = Kind(50027, "invalid_client", "JWT token is invalid or malformed. Its algorithm is not taken.", 401)
WRONG_CHAIN = Kind(
    50027, "invalid_client", "JWT token is invalid or malformed. Its x5c is no certificate chain.", 401
)
WRONG_CLIENT = Kind(
    700021, "invalid_client", "Client assertion application identifier doesn't match 'client_id' parameter.", 401
)
WRONG_AUDIENCE = Kind(
    700023,
    "invalid_client",
    "Client assertion audience claim does not match Realm issuer. It has to be the token endpoint.",
    401,
)
UNKNOWN_KEY = Kind(
    700027,
    "invalid_client",
    "The certificate with identifier used to sign the client assertion is not registered on application. "
    "[Reason - The key was not found., Thumbprint of key used by client: '{thumbprint}']",
    401,
)
BAD_SIGNATURE = Kind(
    700027,
    "invalid_client",
    "Client assertion failed signature validation. [Reason - The key used is not the one of the certificate.]",
    401,
)
EXPIRED = Kind(
    1000502, "invalid_client", "The provided certificate is not within its specified validity window.", 401
)


def is_one(token: Compact) -> bool:
    """Whether its header names a certificate; without one it is another issuer's."""
    return bool({"x5c", *THUMBPRINTS}.intersection(token.header))


def verify(token: Compact, client: Application, audiences: Collection[str], now: float) -> None:
    """EntraError unless `client` signed it, for `audiences`, with a certificate that is valid at `now`."""
    if token.header.get("alg") not in ALGORITHMS:
        raise EntraError(WRONG_ALGORITHM)
    certificate = _certificate(token, client)
    try:
        verify_signature(token, rsa_key(certificate), token.header["alg"])
    except (TokenRefused, ValueError):
        raise EntraError(BAD_SIGNATURE) from None
    if not token.claims.get("iss") == token.claims.get("sub") == client.id:
        raise EntraError(WRONG_CLIENT)
    if token.claims.get("aud") not in audiences:
        raise EntraError(WRONG_AUDIENCE)
    if not certificate.not_valid_before_utc.timestamp() <= now < certificate.not_valid_after_utc.timestamp():
        raise EntraError(EXPIRED)


def _certificate(token: Compact, client: Application) -> x509.Certificate:
    """The registered certificate that the header names, or the leaf of a chain from a registered authority."""
    named = {name: str(token.header[name]).rstrip("=") for name in THUMBPRINTS if name in token.header}
    chain = _chain(token)
    for certificate in client.certificates:
        if (named and _is(certificate, named)) or (not named and chain[0] == certificate):
            if chain and chain[0] != certificate:
                raise EntraError(WRONG_CHAIN)
            return certificate
    if chain and _is(chain[0], named) and _trusted(chain, client):
        return chain[0]
    raise EntraError(UNKNOWN_KEY, thumbprint=", ".join(named.values()))


def _is(certificate: x509.Certificate, named: dict[str, str]) -> bool:
    return all(encode(certificate.fingerprint(THUMBPRINTS[name])) == value for name, value in named.items())


def _chain(token: Compact) -> list[x509.Certificate]:
    """The certificates of `x5c`, leaf first, each issued by the next (RFC 7515 section 4.1.6); none without."""
    if "x5c" not in token.header:
        return []
    try:
        texts = token.header["x5c"]
        # MSAL for Python leaves the line breaks of the PEM file in; RFC 7515 has none, Entra minds none.
        chain = [
            x509.load_der_x509_certificate(base64.b64decode("".join(text.split()), validate=True)) for text in texts
        ]
        for issued, issuer in itertools.pairwise(chain):
            issued.verify_directly_issued_by(issuer)
    except (binascii.Error, ValueError, TypeError, AttributeError, InvalidSignature):
        raise EntraError(WRONG_CHAIN) from None
    if not chain:
        raise EntraError(WRONG_CHAIN)
    return chain


def _trusted(chain: list[x509.Certificate], client: Application) -> bool:
    """Whether a registered authority stands at its end, or issued what stands there, and the subject is right."""
    return any(
        chain[0].subject.rfc4514_string() == authority.subject and _ends_at(chain, authority.certificate)
        for authority in client.authorities
    )


def _ends_at(chain: list[x509.Certificate], authority: x509.Certificate) -> bool:
    if chain[-1] == authority:
        return len(chain) > 1
    try:
        chain[-1].verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
