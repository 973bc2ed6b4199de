"""Every flow through an OpenID provider that nobody here wrote, from the command to the token and back.

on-behalf-of and managed-identity are Entra ID's own: it knows neither.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from support.emulator.certified import certified
from support.openid.clients import SCOPE
from support.openid.person import Person, alice
from support.openid.provider import Provider, openid, openid_process

if TYPE_CHECKING:
    from support.machine.machine import Machine

__all__ = ["alice", "openid", "openid_process"]

PROFILE = """[profile.me]
provider = "entra"
flow = "{flow}"
authority = "{authority}"
tenant = "{tenant}"
application_id = "{client}"
scopes = ["{scope}"]
ca_file = "{ca_file}"
"""
NAME = "alice@openid.example"
CONSENT = 'prompt = "consent"'
"""OpenID Connect Core 1.0 section 11: who does not ask for consent gets no offline access."""
CODE = r"open (https://\S+)\s+and\s+enter\s+the\s+code\s+(\S+)"
PASTE = "or paste the address that the browser ended on: "


def configured(machine: Machine, openid: Provider, flow: str, client: str, *lines: str) -> None:
    text = PROFILE.format(
        flow=flow,
        authority=openid.authority,
        tenant=openid.tenant,
        client=client,
        scope=SCOPE,
        ca_file=openid.ca_file,
    )
    machine.configure(text + "\n".join((*lines, "")))


def proof_of(machine: Machine, openid: Provider, kind: str) -> tuple[str, ...]:
    """What the profile's table has for an application with that proof, whose secret is entrusted once it is there."""
    file = machine.home / "app.pem"
    file.touch(0o600)
    file.write_text(openid.clients.certificate.pem + openid.clients.certificate.key_pem, "ascii")
    return (f'certificate = "{file}"',) if kind == "with_certificate" else ()


def entrust(machine: Machine, openid: Provider, kind: str) -> None:
    if kind == "with_secret":
        machine.run("keyturn", "secret", "set", "me", "-", input=openid.clients.secret, status=0)


def is_good(machine: Machine, openid: Provider, *words: str) -> bool:
    """Whether the provider itself knows the token that `keyturn token me` gives."""
    return openid.knows(machine.json("token", "me", *words)["access_token"])


def renews(machine: Machine, openid: Provider, times: int = 1) -> None:
    """The refresh token lives on in the vault, and only the newest is used: another would end them all."""
    openid.journal()
    for _ in range(times):
        machine.kill_daemon()
        assert is_good(machine, openid, "--renew")
    assert [entry.get("grant") for entry in openid.journal()] == ["refresh_token"] * times


def telling(machine: Machine) -> str:
    """A $BROWSER that only tells what it is to open."""
    os.mkfifo(machine.home / "asked")
    return f"sh -c 'echo \"$1\" >{machine.home}/asked' -"


def told(machine: Machine) -> str:
    """What it was; waits for that."""
    return (machine.home / "asked").read_text("ascii").strip()


@pytest.mark.parametrize("kind", ["public", "with_secret", "with_certificate"])
def test_a_browser_brings_the_answer_as_a_form(machine: Machine, openid: Provider, alice: Person, kind: str) -> None:
    flow = "browser" if kind == "public" else "confidential-browser"
    configured(machine, openid, flow, getattr(openid.clients, kind), *proof_of(machine, openid, kind), CONSENT)
    entrust(machine, openid, kind)
    with machine.terminal("keyturn", "login", "me", BROWSER=telling(machine)) as terminal:
        page = alice.visit(told(machine))
        assert terminal.end() == 0, terminal.seen
    assert f"<p>{NAME} is signed in for profile me of keyturn.</p>" in page
    assert f"profile me is signed in as {NAME}" in terminal.seen
    assert is_good(machine, openid)
    renews(machine, openid, 2 if kind == "public" else 1)


@pytest.mark.parametrize("pasted", [False, True])
def test_from_elsewhere_the_answer_comes_by_query(
    machine: Machine, openid: Provider, alice: Person, *, pasted: bool
) -> None:
    configured(machine, openid, "browser", openid.clients.public, CONSENT)
    with machine.terminal("keyturn", "login", "me", "--no-browser") as terminal:
        url = terminal.wait_for(r"https://\S+/authorize\?\S+")[0]
        terminal.wait_for(PASTE)
        terminal.wait_for_silence()
        if pasted:
            ended = alice.carried(url)
            assert "iss=" in ended
            terminal.type(ended.replace("iss=https", "iss=https%3A%2F%2Fevil.example") + "\n")
            terminal.wait_for("it comes from another provider; ")
            terminal.wait_for_silence()
            terminal.type(f"{ended}\n")
        else:
            assert f"{NAME} is signed in" in alice.visit(url)
        assert terminal.end() == 0, terminal.seen
    assert is_good(machine, openid)


@pytest.mark.parametrize("kind", ["with_secret", "with_certificate"])
def test_an_application_signs_in_as_itself(machine: Machine, openid: Provider, kind: str) -> None:
    """The certificate's assertion is PS256 with x5t#S256 (private_key_jwt, OpenID Connect Core 1.0 section 9)."""
    flow = "client-secret" if kind == "with_secret" else "client-certificate"
    configured(machine, openid, flow, getattr(openid.clients, kind), *proof_of(machine, openid, kind))
    entrust(machine, openid, kind)
    assert is_good(machine, openid)
    assert is_good(machine, openid, "--renew")
    assert [entry["grant"] for entry in openid.journal()] == ["client_credentials"] * 2


def test_the_word_of_another_issuer_is_read_anew_each_time(machine: Machine, openid: Provider) -> None:
    """What is in the file is an assertion of the application's own: it takes no one else's, and takes each once."""
    word = machine.home / "token"
    line = f'federated_token_file = "{word}"'
    configured(machine, openid, "workload-identity", openid.clients.with_certificate, line)
    for words in ((), ("--renew",)):
        word.write_text(openid.clients.proof("with_certificate", openid.issuer)["client_assertion"] + "\n", "ascii")
        assert is_good(machine, openid, *words)


def test_a_code_on_another_screen(machine: Machine, openid: Provider, alice: Person) -> None:
    configured(machine, openid, "device-code", openid.clients.public)
    with machine.terminal("keyturn", "login", "me") as terminal:
        url, code = terminal.wait_for(CODE).groups()
        assert "Success" in alice.visit(url, user_code=code)
        assert terminal.end() == 0, terminal.seen
    assert f"profile me is signed in as {NAME}" in terminal.seen
    renews(machine, openid)


@pytest.mark.parametrize("kind", ["public", "with_secret", "with_certificate"])
def test_a_refresh_token_got_elsewhere(machine: Machine, openid: Provider, alice: Person, kind: str) -> None:
    configured(machine, openid, "refresh-token", getattr(openid.clients, kind), *proof_of(machine, openid, kind))
    client = getattr(openid.clients, kind)
    first = alice.refresh_token(client, openid.clients.proof(kind, openid.issuer))
    machine.run("keyturn", "secret", "set", "me", "-", input=first, status=0)
    if kind == "with_secret":
        machine.run("keyturn", "secret", "set", "me", "--application", "-", input=openid.clients.secret, status=0)
    renews(machine, openid)


def test_a_client_that_cannot_prove_itself(machine: Machine, openid: Provider) -> None:
    """Both proofs were looked at; what is told are the provider's own words, which are not Entra's."""
    configured(machine, openid, "client-secret", openid.clients.with_secret)
    machine.run("keyturn", "secret", "set", "me", "-", input="another secret", status=0)
    refused = machine.run("keyturn", "token", "me", status=1)
    assert refused.stderr.endswith(": client authentication failed\nkeyturn: hint: keyturn secret set me -\n")
    file = machine.home / "app.pem"
    file.touch(0o600)
    file.write_text((other := certified("other")).pem + other.key_pem, "ascii")
    configured(machine, openid, "client-certificate", openid.clients.with_certificate, f'certificate = "{file}"')
    refused = machine.run("keyturn", "token", "me", status=1)
    assert refused.stderr.endswith(f" thumbprint is {other.thumbprint()}\n")
    errors = [entry["error"] for entry in openid.journal()]
    assert errors == ["invalid secret provided", "signature verification failed"]


def test_who_has_no_name_goes_by_the_subject(machine: Machine, openid: Provider) -> None:
    configured(machine, openid, "browser", openid.clients.public, CONSENT)
    with (
        Person(openid, "nameless") as person,
        machine.terminal("keyturn", "login", "me", BROWSER=telling(machine)) as terminal,
    ):
        assert "<p>nameless is signed in for profile me of keyturn.</p>" in person.visit(told(machine))
        assert terminal.end() == 0, terminal.seen
    assert machine.json("token", "me")["account"] == "nameless"


def test_who_declines(machine: Machine, openid: Provider, alice: Person) -> None:
    configured(machine, openid, "browser", openid.clients.public)
    with machine.terminal("keyturn", "login", "me", BROWSER=telling(machine)) as terminal:
        page = alice.visit(told(machine), declines=True)
        assert terminal.end() == 1, terminal.seen
    assert "<p>The sign-in of profile me was declined.</p>" in page
    assert terminal.seen.endswith("was declined\nkeyturn: hint: keyturn login me\n")
    configured(machine, openid, "device-code", openid.clients.public)
    with machine.terminal("keyturn", "login", "me") as terminal:
        url, code = terminal.wait_for(CODE).groups()
        alice.visit(url, declines=True, user_code=code)
        assert terminal.end() == 1, terminal.seen
    assert "keyturn: hint: keyturn login me\n" in terminal.seen


def test_a_refresh_token_that_was_replaced(machine: Machine, openid: Provider, alice: Person) -> None:
    """Whoever uses one again is refused, and so is the person whose newest one ends with it."""
    configured(machine, openid, "refresh-token", openid.clients.public)
    first = alice.refresh_token(openid.clients.public, {})
    for status in (0, 3):
        machine.run("keyturn", "secret", "set", "me", "-", input=first, status=0)
        done = machine.run("keyturn", "token", "me", status=status)
    assert done.stderr.endswith(": grant request is invalid\nkeyturn: hint: keyturn secret set me -\n")
