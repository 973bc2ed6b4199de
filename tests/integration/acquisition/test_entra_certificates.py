"""Applications that prove themselves with a certificate, by the real acquisition process against the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from keyturn.configuration.profiles.credentials.certificates import Certificate
from keyturnd.messages.channel import Answer, Ask
from keyturnd.messages.outcomes import Failure, Result
from support.acquisition.driver import Acquisition, Finished, job, run
from support.emulator.certified import Certified, certified

if TYPE_CHECKING:
    from pathlib import Path

    from keyturn_emulator.launch import Emulator
    from keyturnd.messages.jobs import TokenJob

PASSPHRASE = "planted passphrase"


@pytest.fixture(scope="module")
def app() -> Certified:
    """With two authorities above it; making keys takes long enough to do it once."""
    return certified("app", certified("middle", certified("root")))


@pytest.fixture
def registered(emulator: Emulator, app: Certified) -> Certified:
    emulator.control.register_certificate(app.pem)
    return app


def by_certificate(emulator: Emulator, certificate: Certificate, **members: Any) -> TokenJob:
    members = {
        "tenant": emulator.ready.tenant,
        "application_id": emulator.ready.clients["service"]["application_id"],
    } | members
    authority = f"{emulator.ready.authority}/{members.pop('tenant')}"
    return job(authority, emulator.ready.ca_file, flow="client-certificate", credential=certificate, **members)


def put(directory: Path, content: str | bytes, name: str = "app.pem") -> str:
    path = directory / name
    path.touch(0o600)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def failed(job: TokenJob) -> Failure:
    finished = run(job)
    assert isinstance(finished.outcome, Failure), finished.seen
    assert finished.stderr == b""
    return finished.outcome


def test_a_token_that_tells_its_certificate(emulator: Emulator, registered: Certified, tmp_path: Path) -> None:
    """By the tenant's domain: the assertion is for the endpoint that has its id."""
    file = put(tmp_path, registered.pem + registered.key_pem)
    for more in ({}, {"algorithm": "RS256"}, {"send_x5c": True}):
        finished = run(by_certificate(emulator, Certificate(file, **more), tenant=emulator.ready.domain))
        result = finished.outcome
        assert isinstance(result, Result), result
        assert result.account == emulator.ready.clients["service"]["application_id"]
        assert result.certificate_thumbprint == registered.thumbprint()
        assert result.certificate_expires_at == registered.certificate.not_valid_after_utc.timestamp()
        assert registered.key_pem[30:60].encode() not in finished.raw
    assert emulator.control.count("token.issued.client_credentials") == 3


def test_trust_in_an_issuer_takes_the_whole_chain(emulator: Emulator, app: Certified, tmp_path: Path) -> None:
    emulator.control.register_certificate(app.chain[1].public_bytes(Encoding.PEM).decode(), app.subject)
    file = put(tmp_path, app.pfx(PASSPHRASE))
    by_chain = by_certificate(emulator, Certificate(file, send_x5c=True), secret=PASSPHRASE)
    assert isinstance(run(by_chain).outcome, Result)
    told = failed(by_certificate(emulator, Certificate(file), secret=PASSPHRASE))
    assert "AADSTS700027" in told.sentence


def test_a_certificate_that_is_not_registered(emulator: Emulator, app: Certified, tmp_path: Path) -> None:
    told = failed(by_certificate(emulator, Certificate(put(tmp_path, app.pem + app.key_pem))))
    assert (told.kind, told.code) == ("provider-refused", "invalid_client")
    assert "AADSTS700027" in told.sentence
    assert told.hint == (
        "upload the certificate to the application, or name the one that is there; "
        f"the certificate's thumbprint is {app.thumbprint()}"
    )


def test_a_passphrase_is_asked_for_where_somebody_waits(
    emulator: Emulator, registered: Certified, tmp_path: Path
) -> None:
    file = put(tmp_path, registered.pfx(PASSPHRASE))
    told = failed(by_certificate(emulator, Certificate(file)))
    assert told == Failure("sign-in-needed", f"a passphrase protects {file}, of profile ci", "keyturn secret set ci")
    told = failed(by_certificate(emulator, Certificate(file), secret="planted, and wrong"))
    assert told.sentence == f"the passphrase is wrong for {file}, of profile ci"
    assert emulator.control.counts() == {}
    with Acquisition() as acquisition:
        acquisition.send(by_certificate(emulator, Certificate(file), interactive=True))
        for typed in ("wrong", PASSPHRASE):
            asked = acquisition.next()
            assert isinstance(asked, Ask)
            assert (asked.kind, asked.prompt) == ("passphrase", f"passphrase of {file}")
            acquisition.send(Answer(asked.id, typed))
        assert isinstance(Finished(acquisition).outcome, Result)


@pytest.mark.parametrize(
    ("days", "said"), [((-30, -1), "expired on"), ((1, 30), "is not valid before")], ids=["expired", "not yet"]
)
def test_a_certificate_out_of_its_time_causes_no_request(
    days: tuple[int, int], said: str, emulator: Emulator, tmp_path: Path
) -> None:
    late = certified("late", days=days)
    told = failed(by_certificate(emulator, Certificate(put(tmp_path, late.pem + late.key_pem))))
    assert told.kind == "configuration"
    assert told.sentence.startswith(f"the certificate {late.thumbprint()} {said} 20")
    assert emulator.control.counts() == {}


def test_a_clock_that_is_wrong_is_found_out(emulator: Emulator, registered: Certified, tmp_path: Path) -> None:
    emulator.control.skew(-42 * 60)
    told = failed(by_certificate(emulator, Certificate(put(tmp_path, registered.pem + registered.key_pem))))
    assert "AADSTS700024" in told.sentence
    assert str(told.hint).startswith("set this machine's clock (date): it is 42 min ahead of Entra ID's; ")


def test_a_file_that_is_not_there(emulator: Emulator, tmp_path: Path) -> None:
    told = failed(by_certificate(emulator, Certificate(f"{tmp_path}/app.pem")))
    assert told.kind == "configuration"
    assert told.hint == f"ls -ld {tmp_path}/app.pem"
