"""A profile that lives on a refresh token which somebody got elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.emulator.certified import certified
from support.scenes.scene import Scene

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.emulator.client import EntraClient
    from support.machine.machine import Machine

PROMPT = "keyturn: refresh token of me: "


@pytest.fixture
def me(machine: Machine, emulator: Emulator) -> Scene:
    """Profile me takes a refresh token of the public client; it is rotated, and the old one is dead then."""
    made = Scene(machine, emulator)
    machine.configure(made.config.replace('flow = "device-code"', 'flow = "refresh-token"'))
    emulator.control.settings(refresh_tokens_strict=True)
    return made


def test_rotated_and_sealed_from_then_on(me: Scene, entra: EntraClient) -> None:
    machine, control, user = me.machine, me.emulator.control, me.emulator.ready.user
    refused = machine.run("keyturn", "token", "me", status=3)
    assert refused.stderr == (
        "keyturn: error: profile me has no refresh token yet\nkeyturn: hint: keyturn secret set me -\n"
    )
    first = entra.sign_in(me.emulator)["refresh_token"]
    with machine.terminal("keyturn", "secret", "set", "me") as terminal:
        terminal.wait_for(PROMPT)
        terminal.wait_for_silence()
        terminal.type(f"{first}\n")
        assert terminal.end() == 0, terminal.seen
        assert "keyturn: the vault keeps the refresh token of profile me\n" in terminal.seen
        assert first not in terminal.seen
    tokens = [machine.run("keyturn", "token", "me", status=0).stdout]
    machine.kill_daemon()
    tokens.append(machine.run("keyturn", "token", "me", "--renew", status=0).stdout)
    assert len(set(tokens)) == 2
    assert f"signed in as {user}" in machine.run("keyturn", "status", status=0).stdout
    assert machine.run("keyturn", "login", "me", status=0).stdout.startswith(
        f"keyturn: profile me is signed in as {user}"
    )
    control.revoke_refresh_all()
    dead = machine.run("keyturn", "login", "me", status=3)
    assert f"Entra ID refused profile me ({user}): AADSTS" in dead.stderr
    assert dead.stderr.endswith("keyturn: hint: keyturn secret set me -\n")
    gone = machine.run("keyturn", "login", "me", status=3)
    assert gone.stderr.startswith(
        f"keyturn: error: profile me has no refresh token any more: that of {user} was refused"
    )
    assert "no refresh token: keyturn secret set me" in machine.run("keyturn", "status", status=0).stdout
    machine.run("keyturn", "secret", "set", "me", "-", input=entra.sign_in(me.emulator)["refresh_token"], status=0)
    machine.run("keyturn", "login", "me", status=0)


def test_of_the_wrong_person(me: Scene, entra: EntraClient) -> None:
    config = me.machine.config_file.read_text(encoding="utf-8")
    me.machine.configure(config.replace('"refresh-token"', '"refresh-token"\naccount = "bob@contoso.example"'))
    me.machine.run("keyturn", "secret", "set", "me", "-", input=entra.sign_in(me.emulator)["refresh_token"], status=0)
    refused = me.machine.run("keyturn", "token", "me", status=1)
    assert f"{me.emulator.ready.user} signed in, but profile me is for bob@contoso.example" in refused.stderr
    assert refused.stderr.endswith("keyturn: hint: keyturn secret set me -\n")


def test_of_another_application(me: Scene, entra: EntraClient) -> None:
    """Rotation by one client is no business of another's: the token is bound to who asked for it."""
    me.machine.run("keyturn", "secret", "set", "me", "-", input=entra.token_of_service(me.emulator), status=0)
    refused = me.machine.run("keyturn", "token", "me", status=3)
    assert "AADSTS" in refused.stderr
    assert refused.stderr.endswith("keyturn: hint: keyturn secret set me -\n")


@pytest.mark.parametrize("proof", ["secret", "certificate"])
def test_of_an_application_with_a_proof_of_its_own(
    proof: str, machine: Machine, emulator: Emulator, entra: EntraClient
) -> None:
    app = certified("app")
    file = machine.home / "app.pfx"
    file.touch(0o600)
    file.write_bytes(app.pfx("planted passphrase"))
    emulator.control.register_certificate(app.pem)
    line = f'\ncertificate = "{file}"' if proof == "certificate" else ""
    config = Scene(machine, emulator).config.replace('"client-secret"', f'"refresh-token"{line}')
    machine.configure(config)
    machine.run("keyturn", "secret", "set", "ci", "-", input=entra.token_of_service(emulator), status=0)
    lacking = machine.run("keyturn", "token", "ci")
    assert lacking.returncode == (3 if line else 1)
    assert ("hint: keyturn secret set ci --application\n" in lacking.stderr) == bool(line)
    secret = "planted passphrase" if line else entra.secret
    done = machine.run("keyturn", "secret", "set", "ci", "--application", "-", input=secret, status=0)
    assert f"keeps the {'passphrase' if line else 'client secret'} of profile ci" in done.stdout
    machine.run("keyturn", "token", "ci", status=0)
    assert emulator.control.count("token.issued.refresh_token") == 1


@pytest.mark.parametrize(
    ("source", "told"), [("-", "standard input holds no secret"), ("planted", "is not given on")]
)
def test_a_secret_of_the_application_stays_one_in_the_hint(source: str, told: str, me: Scene) -> None:
    """Without the option it would take the place of the refresh token."""
    me.config = me.config.replace('"client-secret"', '"refresh-token"')
    me.machine.configure(me.config)
    refused = me.machine.run("keyturn", "secret", "set", "ci", "--application", source, status=2)
    assert told in refused.stderr
    assert refused.stderr.endswith("hint: keyturn secret set ci --application\n")


def test_a_profile_with_one_secret_takes_no_other(me: Scene) -> None:
    me.machine.configure(me.config)
    refused = me.machine.run("keyturn", "secret", "set", "ci", "--application", input="x", status=1)
    assert "profile ci takes one secret, not one beside another" in refused.stderr
    refused = me.machine.run("keyturn", "secret", "set", "me", "--application", input="x", status=1)
    assert refused.stderr.endswith("which takes no secret\nkeyturn: hint: keyturn login me\n")
    refused = me.machine.run("keyturn", "secret", "set", "ci", "-", "--application", "-", input="x", status=2)
    assert "one secret at a time" in refused.stderr
