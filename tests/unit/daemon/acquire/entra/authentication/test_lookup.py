"""Certificates found: in every kind of file, by every spelling of a thumbprint; and what is wrong with the others."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyturn.configuration.profiles.credentials.certificates import Certificate
from keyturn.errors import ConfigError, StateError
from keyturnd.acquire.entra.authentication import lookup, pem
from support.descriptors import none_left
from support.emulator.certified import Certified, certified

if TYPE_CHECKING:
    from pathlib import Path

PASSPHRASE = "planted pässphrase"


@pytest.fixture(scope="module")
def app() -> Certified:
    """With two authorities above it; making keys takes long enough to do it once."""
    return certified("app", certified("middle", certified("root")))


@pytest.fixture(scope="module")
def other() -> Certified:
    return certified("other")


class Place(NamedTuple):
    """A directory to put certificates into."""

    directory: Path

    def put(self, name: str, content: str | bytes, mode: int = 0o600) -> str:
        path = self.directory / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        return str(path)

    def found(self, thumbprint: str, passphrase: str | None = None) -> str:
        named = Certificate(thumbprint=thumbprint.lower(), directories=("/nowhere", str(self.directory)))
        return lookup.find(named, passphrase).sha1

    def refused(self, named: Certificate, passphrase: str | None = None) -> str:
        with pytest.raises(ConfigError) as caught:
            lookup.find(named, passphrase)
        assert "planted" not in caught.value.lines()
        return caught.value.sentence


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def chain_of(app: Certified) -> str:
    return "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in app.chain)


@pytest.mark.parametrize("order", ["key first", "certificate first", "chain between"])
def test_pem_in_any_order(order: str, app: Certified, place: Place) -> None:
    contents = {
        "key first": app.key_pem + app.pem + chain_of(app),
        "certificate first": f"Bag Attributes\n{app.pem}{app.key_pem}{chain_of(app)}",
        "chain between": chain_of(app) + app.pem + app.key_pem,
    }
    found = lookup.find(Certificate(place.put("app.pem", contents[order])), None)
    assert found.sha1 == app.thumbprint()
    assert found.chain == (app.certificate, *app.chain)


def test_a_pair_whose_certificate_everybody_may_read(app: Certified, place: Place) -> None:
    certificate, key = place.put("app.crt", app.pem, 0o644), place.put("app.key", app.key_pem)
    assert lookup.find(Certificate(certificate, key), None).sha1 == app.thumbprint()
    der = place.put("app.cer", app.certificate.public_bytes(serialization.Encoding.DER), 0o644)
    assert lookup.find(Certificate(der, key), None).sha1 == app.thumbprint()


def test_a_pfx_with_its_chain(app: Certified, place: Place) -> None:
    bare = place.put("bare.pfx", app.pfx())
    assert lookup.find(Certificate(bare), None).chain == (app.certificate, *app.chain)
    assert lookup.find(Certificate(bare), PASSPHRASE).sha1 == app.thumbprint()
    protected = place.put("app.p12", app.pfx(PASSPHRASE), 0o644)
    assert lookup.find(Certificate(protected), PASSPHRASE).chain == (app.certificate, *app.chain)


@pytest.mark.parametrize("passphrase", [None, "planted, and wrong"])
def test_what_takes_a_passphrase(passphrase: str | None, app: Certified, place: Place) -> None:
    traditional = app.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.BestAvailableEncryption(PASSPHRASE.encode()),
    ).decode()
    contents: list[str | bytes] = [
        app.pem + app.protected_key(PASSPHRASE),
        traditional + app.pem,
        app.pfx(PASSPHRASE),
    ]
    for number, content in enumerate(contents):
        file = place.put(f"{number}.pem", content, 0o644)
        with pytest.raises(lookup.Locked) as caught:
            lookup.find(Certificate(file), passphrase)
        assert caught.value.file == file
        assert lookup.find(Certificate(file), PASSPHRASE).sha1 == app.thumbprint()


def test_by_either_thumbprint(app: Certified, other: Certified, place: Place) -> None:
    place.put("a.pem", other.key_pem + other.pem)
    place.put("b.pfx", app.pfx(PASSPHRASE))
    place.put("notes.txt", app.pem)
    for thumbprint in (app.thumbprint(), app.thumbprint(sha256=True)):
        assert place.found(thumbprint, PASSPHRASE) == app.thumbprint()
    assert place.found(other.thumbprint()) == other.thumbprint()
    with pytest.raises(lookup.Locked):
        place.found(app.thumbprint())


def test_by_thumbprint_with_the_key_in_another_file(app: Certified, other: Certified, place: Place) -> None:
    place.put("app.crt", app.pem, 0o644)
    place.put("a.key", other.key_pem)
    place.put("b.key", other.protected_key("another one"))
    place.put("z.key", app.protected_key(PASSPHRASE))
    assert place.found(app.thumbprint(), PASSPHRASE) == app.thumbprint()
    with pytest.raises(lookup.Locked):
        place.found(app.thumbprint())


def test_a_thumbprint_that_is_nowhere(app: Certified, other: Certified, place: Place) -> None:
    named = Certificate(thumbprint=app.thumbprint().lower(), directories=(str(place.directory),))
    assert place.refused(named) == f"no certificate with thumbprint {named.thumbprint} in {place.directory}"
    file = place.put("a.pfx", other.pfx("another one"))
    assert place.refused(named, PASSPHRASE).endswith(f" ({file} cannot be opened)")
    (place.directory / "a.pfx").unlink()
    place.put("app.crt", app.pem)
    assert place.refused(named) == f"{place.directory}/app.crt holds no key that belongs to the certificate"


@pytest.mark.parametrize("by", ["file", "thumbprint"])
def test_what_cannot_be_read_for_a_moment_is_not_missing(by: str, app: Certified, place: Place) -> None:
    file = place.put("app.pem", app.pem + app.key_pem)
    thumbprint = app.thumbprint().lower()
    named = (
        Certificate(file) if by == "file" else Certificate(thumbprint=thumbprint, directories=(str(place.directory),))
    )
    with none_left(), pytest.raises(StateError, match="Too many open files"):
        lookup.find(named, None)
    assert lookup.find(named, None).sha1 == app.thumbprint()


def test_a_bare_key_that_others_may_read(app: Certified, place: Place) -> None:
    for name, content in (("app.pem", app.pem + app.key_pem), ("app.pfx", app.pfx())):
        file = place.put(name, content, 0o640)
        assert place.refused(Certificate(file)) == f"{file} may be read or written by others (mode 0640)"


def test_files_that_do_not_fit(app: Certified, other: Certified, place: Place) -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1())
    secret = elliptic.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    cases: list[tuple[str | bytes, str]] = [
        (app.pem + other.key_pem, "holds no key that belongs to the certificate"),
        (app.pem, "holds no key that belongs to the certificate"),
        (app.key_pem, "holds no certificate"),
        (app.pem.encode() + secret, "holds no key that belongs to the certificate"),
        ("planted secret, no certificate", "holds neither a certificate nor a key that can be read"),
        (
            app.pem + "-----BEGIN PRIVATE KEY-----\nplanted\n-----END PRIVATE KEY-----\n",
            "holds a key that is damaged",
        ),
    ]
    for number, (content, why) in enumerate(cases):
        file = place.put(f"{number}.pem", content)
        assert place.refused(Certificate(file)) == f"{file} {why}"
    assert place.refused(Certificate("/nowhere/x.pem")).startswith("cannot read the certificate in /nowhere/x.pem")


@pytest.mark.filterwarnings("ignore:PKCS#12 bundle could not be parsed as DER")  # the process ignores warnings
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(position=st.integers(0, 4000), put=st.binary(max_size=4), cut=st.booleans())
def test_any_damage_is_found_or_passed_over(position: int, put: bytes, cut: bool, app: Certified) -> None:  # noqa: FBT001 - hypothesis gives them by position
    for whole in ((app.pem + app.key_pem).encode(), app.pfx()):
        damaged = whole[:position] + put + (b"" if cut else whole[position + len(put) :])
        with suppress(pem.Protected, pem.Unreadable):
            pem.read(damaged, None)
