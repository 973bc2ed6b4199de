"""Whatever stands in a client assertion, the answer is Entra's."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st

from keyturn_emulator.bearer.signing import encode
from keyturn_emulator.clock import Clock
from keyturn_emulator.entra.directory.credentials import EXCHANGE_AUDIENCE, FederatedCredential
from keyturn_emulator.entra.directory.registry import Registry
from keyturn_emulator.entra.refusals import EntraError
from keyturn_emulator.entra.requests.assertions import ClientAssertions
from keyturn_emulator.settings import Settings
from support.emulator.certified import certified

REGISTRY = Registry()
REGISTRY.service.certificates.append(certified().certificate)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
HEADER = st.dictionaries(st.sampled_from(["alg", "x5t", "x5t#S256", "x5c", "kid"]), JSON | st.just("RS256"))
CLAIMS = st.dictionaries(st.sampled_from(["iss", "sub", "aud", "exp", "nbf", "jti"]), JSON)


@given(
    st.text()
    | st.tuples(HEADER, CLAIMS, st.binary(min_size=1, max_size=8)).map(
        lambda parts: ".".join([*(encode(json.dumps(part).encode()) for part in parts[:2]), encode(parts[2])])
    )
)
def test_anything_unsigned_is_refused(assertion: str) -> None:
    assertions = ClientAssertions(Clock(), Settings())
    with pytest.raises(EntraError) as caught:
        assertions.verify(assertion, REGISTRY.service, ("https://127.0.0.1/token",))
    assert caught.value.kind.status == 401


@pytest.mark.parametrize(("algorithm", "number"), [("RS256", None), ("PS256", 50013), ("none", 50013)])
def test_another_issuers_token_is_signed_as_it_says(algorithm: str, number: int | None) -> None:
    """RS256 alone, and the header may not say anything else about the very same signature."""
    issuer, registry = certified(), Registry()
    registry.service.federated.append(FederatedCredential("https://issuer.example", "job", issuer.key.public_key()))
    claims = {"iss": "https://issuer.example", "sub": "job", "aud": EXCHANGE_AUDIENCE, "exp": 2**40}
    message = ".".join(encode(json.dumps(part).encode()) for part in ({"alg": algorithm}, claims))
    signature = encode(issuer.key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256()))
    assertions = ClientAssertions(Clock(), Settings())
    if number is None:
        assertions.verify(f"{message}.{signature}", registry.service, ())
        return
    with pytest.raises(EntraError) as caught:
        assertions.verify(f"{message}.{signature}", registry.service, ())
    assert caught.value.kind.number == number
