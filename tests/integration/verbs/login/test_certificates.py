"""A profile with a certificate, as its user meets it: the passphrase, the thumbprint, and what status tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.emulator.certified import Certified, certified
from support.scenes.scene import Scene

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine

PASSPHRASE = "planted passphrase"


@pytest.fixture
def app(emulator: Emulator) -> Certified:
    made = certified("app", days=(-1, 12))
    emulator.control.register_certificate(made.pem)
    return made


@pytest.fixture
def configured(machine: Machine, emulator: Emulator, app: Certified) -> Machine:
    """Profile ci has its certificate beside config.toml, in a PFX with a passphrase."""
    flow = f'flow = "client-certificate"\ncertificate_thumbprint = "{app.thumbprint()}"'
    machine.configure(Scene(machine, emulator).config.replace('flow = "client-secret"', flow))
    (machine.config / "certificates").mkdir()
    file = machine.config / "certificates/app.pfx"
    file.write_bytes(app.pfx(PASSPHRASE))
    file.chmod(0o600)
    return machine


def test_a_passphrase_entrusted_or_typed(configured: Machine, app: Certified) -> None:
    file = f"{configured.config}/certificates/app.pfx"
    refused = configured.run("keyturn", "token", "ci", status=3)
    assert refused.stderr == (
        f"keyturn: error: a passphrase protects {file}, of profile ci\nkeyturn: hint: keyturn secret set ci -\n"
    )
    with configured.terminal("keyturn", "login", "ci") as terminal:
        terminal.wait_for(f"keyturn: passphrase of {file}: ")
        terminal.wait_for_silence()
        terminal.type(f"{PASSPHRASE}\n")
        assert terminal.end() == 0, terminal.seen
        assert PASSPHRASE not in terminal.seen
        assert f"the certificate {app.thumbprint()} of profile ci expires in 11 days, on 20" in terminal.seen
    told = configured.run("keyturn", "status", status=0).stdout
    assert f"certificate  {app.thumbprint()}: valid for 11 d" in told
    assert "passphrase in the vault" not in told
    configured.run("keyturn", "secret", "set", "ci", "-", input=PASSPHRASE, status=0)
    assert configured.run("keyturn", "login", "ci", status=0).stderr == ""
    assert "passphrase in the vault" in configured.run("keyturn", "status", status=0).stdout
    assert configured.json("status")["profiles"][0]["certificate"]["thumbprint"] == app.thumbprint()


def test_status_looks_at_it_before_its_first_use(configured: Machine, app: Certified) -> None:
    configured.run("keyturn", "daemon", "start", status=0)
    assert configured.json("status")["profiles"][0]["certificate"] is None  # nobody has the passphrase
    configured.run("keyturn", "secret", "set", "ci", "-", input=PASSPHRASE, status=0)
    status = configured.json("status")
    assert status["profiles"][0]["tokens"] == []
    assert status["profiles"][0]["certificate"] == {
        "thumbprint": app.thumbprint(),
        "expires_at": int(app.certificate.not_valid_after_utc.timestamp()),
    }
    [warning] = [line for line in status["warnings"] if "certificate" in line]
    assert warning.startswith(f"the certificate {app.thumbprint()} of profile ci expires in 11 days, on 20")


def test_of_one_that_was_replaced_nothing_is_said_any_more(machine: Machine, emulator: Emulator) -> None:
    """Status counted it as something to do, and doctor told it, until the daemon was started anew."""
    file = machine.home / "app.pem"
    flow = f'flow = "client-certificate"\ncertificate = "{file}"'
    machine.configure(Scene(machine, emulator).config.replace('flow = "client-secret"', flow))
    for ends, said in ((12, 1), (400, 0)):
        made = certified("app", days=(-1, ends))
        emulator.control.register_certificate(made.pem)
        file.write_text(made.key_pem + made.pem, encoding="ascii")
        file.chmod(0o600)
        machine.run("keyturn", "token", "ci", "--renew", status=0)
        told = [line for line in machine.json("status")["warnings"] if "certificate" in line]
        assert len(told) == said, told
    assert "certificate" not in machine.run("keyturn", "login", "ci", status=0).stderr
