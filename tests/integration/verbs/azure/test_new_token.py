"""`keyturn azure new-token`: a token without a profile, and nothing kept of it."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

import pytest

from support.emulator.certified import certified

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.emulator.browser import Browser
    from support.machine.machine import Machine

VERB = ("keyturn", "azure", "new-token")
DEVOPS = "499b84ac-1321-427f-aa17-267ca6975798"


@pytest.fixture
def place(emulator: Emulator) -> list[str]:
    """The options that lead to the emulator."""
    emulator.control.settings(device_interval=1)
    ready = emulator.ready
    return ["--tenant", ready.tenant, "--authority", ready.authority, "--ca-file", ready.ca_file]


@pytest.fixture
def service(emulator: Emulator, place: list[str]) -> list[str]:
    """The options of the service principal."""
    identity = emulator.ready.clients["service"]["application_id"]
    return [*place, "--application-id", identity, "--service-principal", "--audience", DEVOPS]


@pytest.fixture
def device(emulator: Emulator, place: list[str]) -> list[str]:
    """The options of a person, without the switch."""
    return [
        *place,
        "--client-id",
        emulator.ready.clients["device"]["application_id"],
        "--scopes",
        f"{DEVOPS}/vso.code",
    ]


@pytest.fixture
def secret(emulator: Emulator) -> str:
    return emulator.ready.clients["service"]["secret"]


def test_a_service_principal(service: list[str], secret: str, machine: Machine) -> None:
    token = machine.json("azure", "new-token", *service, "--client-secret", "-", input=f"{secret}\n")
    assert token["token_type"] == "Bearer"
    assert token["scopes"] == [f"{DEVOPS}/.default"]
    assert token["expires_on"].endswith("Z")


def test_the_cmdlets_parameter_names(emulator: Emulator, service: list[str], secret: str, machine: Machine) -> None:
    renamed = [{"--tenant": "--domain", "--application-id": "--client-id"}.get(word, word) for word in service]
    renamed[renamed.index("--domain") + 1] = emulator.ready.domain
    machine.run(*VERB, *renamed, "--client-secret", "env:PLANTED", PLANTED=secret, status=0)


def test_the_secret_typed_at_a_prompt(service: list[str], secret: str, machine: Machine) -> None:
    with machine.terminal(*VERB, *service) as terminal:
        terminal.wait_for("keyturn: client secret: ")
        terminal.wait_for_silence()
        terminal.type(f"{secret}\n")
        assert terminal.end() == 0
        assert "access_token" in terminal.seen
        assert secret not in terminal.seen


@pytest.mark.parametrize("switch", ["--use-device-authentication", "--device-code", "--device-auth", "--device"])
def test_a_person(switch: str, emulator: Emulator, device: list[str], machine: Machine) -> None:
    with machine.terminal(*VERB, *device, switch) as terminal:
        emulator.control.approve(terminal.wait_for(r"enter the code (\S+)").group(1))
        assert terminal.end() == 0
        shown = dict(line.split(" : ", 1) for line in terminal.seen.splitlines() if " : " in line)
    names = {name.strip() for name in shown}
    assert {"access_token", "refresh_token", "id_token", "tenant_id", "unique_id", "correlation_id"} <= names
    assert not list((machine.state / "vault").glob("*"))
    [expiry] = [value for name, value in shown.items() if name.strip() == "expires_on"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", expiry)
    assert not [value for value in shown.values() if "{" in value]


def test_nothing_is_kept(service: list[str], secret: str, machine: Machine) -> None:
    machine.run(*VERB, *service, "--client-secret", "-", input=secret, status=0)
    assert not (machine.state / "vault").exists()
    assert machine.json("status")["profiles"] == []


def test_ctrl_c_ends_the_sign_in(emulator: Emulator, device: list[str], machine: Machine) -> None:
    with machine.terminal(*VERB, *device, "--device") as terminal:
        terminal.wait_for("enter the code")
        terminal.type("\x03")
        assert terminal.end() == 130
        assert "Traceback" not in terminal.seen
    while machine.json("status")["acquisitions"]["running"]:
        pass


def test_a_person_who_is_not_there(device: list[str], machine: Machine) -> None:
    refused = machine.run(*VERB, *device, "--device", status=2)
    assert "signing in by device-code takes a terminal" in refused.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--client-secret", "hunter2"], "a secret is not given on the command line"),
        (["--client-secret", "env:NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE is not set"),
        (["--environment", "Mars"], "argument --environment/--environment-name: not allowed with"),
    ],
)
def test_wrong_usage(words: list[str], complaint: str, service: list[str], machine: Machine) -> None:
    refused = machine.run(*VERB, *service, *words, input="x", status=2)
    assert refused.stderr.startswith(f"keyturn: error: {complaint}")
    assert "hunter2" not in refused.stderr


def test_what_the_daemon_finds_wrong_is_usage_too(service: list[str], machine: Machine) -> None:
    wrong = [word.replace(DEVOPS, "not a scope") for word in service]
    refused = machine.run(*VERB, *wrong, "--client-secret", "-", input="x", status=2)
    assert "keyturn: hint: keyturn azure new-token --help" in refused.stderr


def test_a_wrong_secret_is_refused_and_not_shown(service: list[str], machine: Machine) -> None:
    refused = machine.run(*VERB, *service, "--client-secret", "-", input="planted-secret", status=1)
    assert (refused.stdout, "planted-secret" in refused.stderr) == ("", False)
    assert refused.stderr.endswith("keyturn: hint: give the secret's value, not its id\n")


def test_a_dead_refresh_token(device: list[str], machine: Machine) -> None:
    refused = machine.run(*VERB, *device, "--refresh-token", "-", input="planted-token", status=3)
    assert "Entra ID refused keyturn azure new-token: AADSTS" in refused.stderr
    assert refused.stderr.endswith("keyturn: hint: take another refresh token\n")


def test_several_scopes_as_powershell_writes_them(device: list[str], machine: Machine) -> None:
    several = [*device[:-1], f"{DEVOPS}/vso.code,https://graph.microsoft.com/User.Read"]
    refused = machine.run(*VERB, *several, "--device", status=2)
    assert refused.stderr.startswith("keyturn: error: scopes are separated by blanks: --scopes ONE TWO\n")


def test_where_no_browser_starts_a_code_is_named(device: list[str], machine: Machine) -> None:
    with machine.terminal(*VERB, *device, PATH=str(machine.programs), BROWSER="/bin/false") as terminal:
        terminal.wait_for("keyturn: no browser could be started here: open this address yourself,\nhttps://")
        terminal.wait_for("keyturn: or add --use-device-authentication\n")


def test_a_secret_with_a_device_code(device: list[str], machine: Machine) -> None:
    refused = machine.run(*VERB, *device, "--device", "--client-secret", "-", status=2)
    assert "--service-principal, not with parameter set User" in refused.stderr


def words(*argv: str, **values: str) -> list[str]:
    """A command as a guide has it, with the emulator's values in place of the made-up ones."""
    return [values.get(word.strip("<>"), word) for word in " ".join(argv).split()]


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


def test_a_screen_shows_a_token_only_to_who_asks_for_it(machine: Machine, service: list[str], secret: str) -> None:
    given = [*VERB, *service, "--credential", "env:SECRET", "--raw"]
    with machine.terminal(*given, SECRET=secret) as terminal:
        assert terminal.end() == 2
        assert "the token would stand on the screen: add --show-secrets if it shall" in terminal.seen
    with machine.terminal(*given, "--show-secrets", SECRET=secret) as terminal:
        assert terminal.end() == 0
        assert terminal.seen.startswith("eyJ")


def test_the_address_may_be_pasted_here_too(
    machine: Machine, device: list[str], browser: Browser, emulator: Emulator
) -> None:
    with machine.terminal(*VERB, *device, "--no-browser") as terminal:
        url = terminal.wait_for(r"https://\S+/authorize\?\S+")[0]
        terminal.wait_for("ended on: ")
        terminal.wait_for_silence()
        ended = browser.press(browser.open(url), "continue", user=emulator.ready.user).headers["location"]
        terminal.type(f"{ended}\n")
        assert terminal.end() == 0, terminal.seen
