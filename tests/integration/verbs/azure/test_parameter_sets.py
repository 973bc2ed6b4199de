"""`keyturn azure new-token` with the parameter sets of the cmdlet that it is called after."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

import pytest

from support.emulator.certified import certified
from support.scenes.new_token import DEVOPS, VERB, device, place, secret, service, words

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine

__all__ = ["device", "place", "secret", "service"]


def test_the_cmdlets_parameter_names(emulator: Emulator, service: list[str], secret: str, machine: Machine) -> None:
    renamed = [{"--tenant": "--domain", "--application-id": "--client-id"}.get(word, word) for word in service]
    renamed[renamed.index("--domain") + 1] = emulator.ready.domain
    machine.run(*VERB, *renamed, "--client-secret", "env:PLANTED", PLANTED=secret, status=0)


@pytest.fixture
def real(emulator: Emulator) -> dict[str, str]:
    ready = emulator.ready
    return {
        "APPLICATION": ready.clients["service"]["application_id"],
        "TENANT": ready.tenant,
        "SCOPES": f"{DEVOPS}/.default",
        "AUTHORITY": ready.authority,
        "CA": ready.ca_file,
        "BROWSER": f"{sys.executable} -m keyturn_emulator.browser --ca-file {ready.ca_file}",
    }


HERE = "--authority <AUTHORITY> --ca-file <CA>"


def test_the_cmdlets_first_example(machine: Machine, secret: str, real: dict[str, str]) -> None:
    example = words(
        "keyturn azure new-token --application-id <APPLICATION> --scopes <SCOPES> --service-principal",
        "--credential env:SECRET --tenant <TENANT> --use-authorization-code",
        HERE,
        **real,
    )
    with machine.terminal(*example, SECRET=secret, BROWSER=real["BROWSER"]) as terminal:
        assert terminal.end() == 0, terminal.seen
    shown = dict(line.split(" : ", 1) for line in terminal.seen.splitlines() if " : " in line)
    facts = {name.strip(): value for name, value in shown.items()}
    assert list(facts) == [
        *("access_token", "account", "correlation_id", "expires_on", "extended_expires_on", "id_token"),
        *("is_extended_life_time_token", "refresh_token", "scopes", "tenant_id", "token_type", "unique_id"),
    ]
    assert facts["account"] == "alice@contoso.example"
    assert facts["is_extended_life_time_token"] == "False"
    assert re.fullmatch(r"\(\d+ characters, shown with --show-secrets\)", facts["refresh_token"])
    assert "eyJ" not in terminal.seen


def test_the_cmdlets_second_example(machine: Machine, emulator: Emulator, secret: str, real: dict[str, str]) -> None:
    """The refresh token of the first one, in a file; the first application's secret on standard input."""
    asked = words("--application-id <APPLICATION> --tenant <TENANT>", HERE, "--scopes <SCOPES>", **real)
    first = [*asked, "--service-principal", "--credential", "env:SECRET", "--use-authorization-code"]
    with machine.terminal(*VERB, *first, "--json", piped=True, SECRET=secret, BROWSER=real["BROWSER"]) as terminal:
        output, _ = terminal.process.communicate()
    token = json.loads(output)
    (machine.home / "refresh-token").write_text(token["refresh_token"], "ascii")
    example = words(
        "keyturn azure new-token --application-id <APPLICATION> --credential - --refresh-token @refresh-token",
        "--scopes <SCOPES> --service-principal --tenant <TENANT> --raw --verbose",
        HERE,
        **real,
    )
    done = machine.run(*example, input=secret, status=0)
    assert done.stdout.startswith("eyJ")
    assert done.stdout.strip() != token["access_token"]
    host = real["AUTHORITY"].removeprefix("https://")
    told = rf"keyturn: POST {re.escape(host)}/\S+/token: status 200 after \d+ ms, correlation id [0-9a-f-]{{36}}\n"
    assert re.search(told, done.stderr)
    for planted in (secret, token["refresh_token"], done.stdout.strip()):
        assert planted not in done.stderr
    twice = machine.run(*VERB, *asked, "--credential", "-", "--refresh-token", "-", input="x", status=2)
    assert "standard input holds one secret" in twice.stderr
    assert not (machine.state / "vault").exists()


def test_a_certificate_by_its_thumbprint(machine: Machine, emulator: Emulator, real: dict[str, str]) -> None:
    """Beside config.toml, where nothing else is said; protected, and its passphrase from a variable."""
    app = certified("new-token")
    emulator.control.register_certificate(app.pem)
    directory = machine.config / "certificates"
    directory.mkdir()
    (directory / "app.pfx").write_bytes(app.pfx("planted-passphrase"))
    asked = words("--application-id <APPLICATION> --tenant <TENANT>", HERE, "--scopes <SCOPES>", **real)
    by = ["--certificate-thumbprint", app.thumbprint(), "--certificate-password", "env:PASSPHRASE"]
    token = machine.json("azure", "new-token", *asked, *by, PASSPHRASE="planted-passphrase")
    assert (token["tenant_id"], "refresh_token" in token) == (real["TENANT"], False)
    debugged = machine.run(*VERB, *asked, *by[:2], "--debug", status=3)
    assert debugged.stderr.startswith("keyturn: parameter set ServicePrincipalCertificate: flow client-certificate, ")
    assert "a passphrase protects " in debugged.stderr
    assert "hint: give the --certificate-password\n" in debugged.stderr


def test_what_a_certificate_and_a_refresh_token_do_together(
    machine: Machine, emulator: Emulator, real: dict[str, str]
) -> None:
    """ServicePrincipalCertificate by code, then RefreshToken with its thumbprint; User by code, then RefreshToken."""
    app = certified("new-token")
    emulator.control.register_certificate(app.pem)
    directory = machine.home / "certificates"
    directory.mkdir()
    (directory / "app.pem").touch(0o600)
    (directory / "app.pem").write_text(app.pem + app.key_pem, "ascii")
    asked = words(HERE, "--scopes <SCOPES> --json", **real)
    by = ["--certificate-thumbprint", app.thumbprint(sha256=True), "--certificate-directory", str(directory)]
    service = words("--client-id <APPLICATION> --domain", emulator.ready.domain, **real)
    device = ["--client-id", emulator.ready.clients["device"]["application_id"]]
    for proof in ([*service, *by], device):
        with machine.terminal(*VERB, *asked, *proof, "--auth-code", piped=True, BROWSER=real["BROWSER"]) as terminal:
            first = json.loads(terminal.process.communicate()[0])
        second = machine.json(
            "azure", "new-token", *asked[:-1], *proof, "--refresh-token", "-", input=first["refresh_token"]
        )
        assert first["account"] == second["account"]
        assert first["access_token"] != second["access_token"]
    counts = emulator.control.counts()
    assert [counts[f"token.refresh_token.{client}"] for client in ("service", "device")] == [1, 1]


def test_on_behalf_of_a_user(machine: Machine, emulator: Emulator, secret: str, real: dict[str, str]) -> None:
    service, device = real["APPLICATION"], emulator.ready.clients["device"]["application_id"]
    asked = words("--tenant <TENANT>", HERE, **real)
    own = ["--application-id", device, "--scopes", f"api://{service}/access_as_user", "--raw"]
    with machine.terminal(*VERB, *asked, *own, piped=True, BROWSER=real["BROWSER"]) as terminal:
        assertion, _ = terminal.process.communicate()
    behalf = ["--application-id", service, "--scopes", f"{DEVOPS}/user_impersonation", "--credential", "env:SECRET"]
    token = machine.json("azure", "new-token", *asked, *behalf, "--assertion", "-", input=assertion, SECRET=secret)
    assert token["account"]["username"] == "alice@contoso.example"
    assert "refresh_token" not in token
    assert emulator.control.count("token.issued.on_behalf_of") == 1
