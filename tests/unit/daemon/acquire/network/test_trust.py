"""keyturnd.acquire.network.trust: the job's authorities replace the system's, and the system's are found."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from keyturn_emulator.certificates import create
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network import trust
from keyturnd.messages.identities import Network
from support.descriptors import none_left

if TYPE_CHECKING:
    from pathlib import Path


def subjects(context: ssl.SSLContext) -> list[str]:
    return [str(entry["subject"]) for entry in context.get_ca_certs()]


def verifies(context: ssl.SSLContext) -> bool:
    return context.check_hostname and context.verify_mode is ssl.CERT_REQUIRED


def test_a_ca_file_is_all_that_is_trusted(tmp_path: Path) -> None:
    context = trust.context(Network(ca_file=str(create(tmp_path).ca_file)))
    assert len(subjects(context)) == 1
    assert "keyturn emulator authority" in subjects(context)[0]
    assert verifies(context)


@pytest.mark.parametrize("named", ["ca_file", "ca_directory"])
def test_an_authority_of_the_users_own_need_not_pass_strict_checks(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python 3.13 made OpenSSL's strict checks the default; many a private CA lacks a key identifier."""
    as_before = ssl.create_default_context

    def strict(*, cafile: str | None = None, capath: str | None = None) -> ssl.SSLContext:
        context = as_before(cafile=cafile, capath=capath)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", strict)
    ca_file = create(tmp_path).ca_file
    own = Network(ca_file=str(ca_file)) if named == "ca_file" else Network(ca_directory=str(tmp_path))
    context = trust.context(own)
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert verifies(context)
    assert trust.context(Network()).verify_flags & ssl.VERIFY_X509_STRICT


@pytest.mark.parametrize("content", [None, b"", b"no PEM", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_ca_file_that_cannot_be_used_is_a_mistake_in_the_configuration(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Failed) as caught:
        trust.context(Network(ca_file=str(path)))
    assert caught.value.failure.kind == "configuration"
    assert str(path) in caught.value.failure.sentence


@pytest.mark.parametrize("named", ["ca_file", "ca_directory"])
def test_authorities_that_cannot_be_read_for_a_moment_are_no_mistake(named: str, tmp_path: Path) -> None:
    ca_file = create(tmp_path).ca_file
    network = Network(ca_file=str(ca_file)) if named == "ca_file" else Network(ca_directory=str(tmp_path))
    with none_left(), pytest.raises(Failed) as caught:
        trust.context(network)
    assert caught.value.failure.kind == "state"
    assert caught.value.failure.sentence.endswith(": Too many open files")


def test_a_directory_that_is_none_is_a_mistake(tmp_path: Path) -> None:
    assert verifies(trust.context(Network(ca_directory=str(tmp_path))))
    with pytest.raises(Failed):
        trust.context(Network(ca_directory=str(tmp_path / "nowhere")))


def test_a_python_that_knows_no_store_finds_the_systems_or_certifi(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the standalone builds that uv installs: OpenSSL looks where nothing is."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    bundle = create(tmp_path).ca_file
    monkeypatch.setattr(trust, "BUNDLES", (str(tmp_path / "absent"), str(bundle)))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "absent"))
    assert len(subjects(trust.context(Network()))) == 1
    monkeypatch.setattr(trust, "BUNDLES", ())
    assert len(subjects(trust.context(Network()))) > 50


def test_the_systems_store_verifies() -> None:
    assert verifies(trust.context(Network()))
