"""keyturnd.acquire.entra.authentication.pfx: the same as cryptography finds in it, whatever its form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from keyturnd.acquire.entra.authentication import pfx
from support.emulator.certified import Certified, certified

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives._serialization import KeySerializationEncryption

PASSPHRASE = b"planted passphrase"
APP = certified("app", certified("issuer"))
USUAL = APP.pfx(PASSPHRASE.decode())
LEGACY = (
    PrivateFormat.PKCS12.encryption_builder()
    .kdf_rounds(2048)
    .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
    .hmac_hash(hashes.SHA1())  # noqa: S303 - what Windows wrote for twenty years
    .build(PASSPHRASE)
)


def written(app: Certified, encryption: KeySerializationEncryption) -> bytes:
    return pkcs12.serialize_key_and_certificates(b"app", app.key, app.certificate, app.chain, encryption)


@pytest.mark.parametrize(
    ("content", "passphrase"),
    [
        (USUAL, PASSPHRASE),
        (written(APP, LEGACY), PASSPHRASE),
        (written(APP, NoEncryption()), None),
        (written(APP, NoEncryption()), PASSPHRASE),
        (written(certified("alone"), BestAvailableEncryption(PASSPHRASE)), PASSPHRASE),
    ],
    ids=["usual", "legacy", "open", "open, with a passphrase", "no chain"],
)
def test_what_cryptography_finds(content: bytes, passphrase: bytes | None) -> None:
    try:
        whole = pkcs12.load_pkcs12(content, passphrase)
    except ValueError:
        with pytest.raises(ValueError, match="nvalid"):
            pfx.load(content, passphrase)
        return
    opened = pfx.load(content, passphrase)
    assert whole.key is not None
    assert whole.cert is not None
    assert [key.public_key() for key in opened.keys] == [whole.key.public_key()]
    assert set(opened.certificates) == {
        whole.cert.certificate,
        *(each.certificate for each in whole.additional_certs),
    }


def test_the_usual_form_is_not_checked_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of a key's primes is what takes the time: cryptography never sees the key in a PFX."""
    seen: list[object] = []
    real: Callable[..., pkcs12.PKCS12KeyAndCertificates] = pkcs12.load_pkcs12

    def load_pkcs12(content: bytes, passphrase: bytes | None) -> pkcs12.PKCS12KeyAndCertificates:
        loaded = real(content, passphrase)
        seen.append(loaded.key)
        return loaded

    monkeypatch.setattr(pkcs12, "load_pkcs12", load_pkcs12)
    assert pfx.load(USUAL, PASSPHRASE).keys
    assert seen == [None]


def test_certificates_alone() -> None:
    content = pkcs12.serialize_key_and_certificates(
        None, None, APP.certificate, APP.chain, BestAvailableEncryption(PASSPHRASE)
    )
    opened = pfx.load(content, PASSPHRASE)
    assert opened.keys == ()
    assert set(opened.certificates) == {APP.certificate, *APP.chain}


@pytest.mark.parametrize("passphrase", [b"wrong", b"", None])
def test_a_wrong_passphrase(passphrase: bytes | None) -> None:
    with pytest.raises(ValueError, match="nvalid"):
        pfx.load(USUAL, passphrase)


def test_no_pfx() -> None:
    for content in (b"", b"\x30", b"\x30\x80\x00\x00", APP.certificate.public_bytes(Encoding.DER), USUAL[:-1]):
        with pytest.raises(ValueError, match="PKCS12"):
            pfx.load(content, PASSPHRASE)


@settings(max_examples=60)
@given(st.integers(0, len(USUAL) - 1), st.binary(min_size=1, max_size=3), st.booleans())
def test_a_damaged_file_is_whole_or_refused(at: int, new: bytes, insert: bool) -> None:  # noqa: FBT001 - hypothesis gives it by position
    content = USUAL[:at] + new + USUAL[at if insert else at + len(new) :]
    try:
        opened = pfx.load(content, PASSPHRASE)
    except (ValueError, UnsupportedAlgorithm):
        return
    assert len(opened.keys) <= 1
