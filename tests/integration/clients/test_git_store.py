"""Hosts without a target: `git credential` with keyturn as its only helper, and the verbs that go with it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from support.machine.desktop import Session, session
from support.machine.machine import Machine, machine
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

__all__ = ["machine", "session"]

TARGETS = """
[profile.ci]
provider = "entra"
flow = "client-secret"
tenant = "contoso.example"
application_id = "11111111-2222-3333-4444-555555555555"

[targets.git]
"https://dev.azure.com/contoso" = "ci"
"""
ASKED = "#!/bin/sh\necho asked >&2\necho asked\n"


class Kept:
    """`git credential` on a machine that keeps credentials in one of the stores."""

    def __init__(self, machine: Machine, store: str) -> None:
        self.machine, self.store = machine, store
        machine.configure(f'{TARGETS}\n[git]\nstore = "{store}"\n')
        machine.git("config", "--global", "credential.helper", "keyturn")
        askpass = machine.home / "askpass"
        askpass.write_text(ASKED)
        askpass.chmod(0o700)
        machine.environment["GIT_ASKPASS"] = str(askpass)

    def say(self, action: str, *lines: str, helper: str | None = None) -> CompletedProcess[str]:
        options = [] if helper is None else ["-c", "credential.helper=", "-c", f"credential.helper={helper}"]
        text = "".join(f"{line}\n" for line in ("protocol=https", *lines))
        return self.machine.run(need("git"), *options, "credential", action, input=text, status=0)

    def approve(self, *lines: str, helper: str | None = None) -> None:
        assert self.say("approve", *lines, helper=helper).stderr == ""

    def fill(self, *lines: str) -> str:
        """The password git gets; `asked` where the helper had none."""
        filled = self.say("fill", *lines)
        password = dict(line.split("=", 1) for line in filled.stdout.splitlines())["password"]
        assert filled.stderr == ("" if password != "asked" else filled.stderr)
        return password


@pytest.fixture(params=["memory", "vault"])
def kept(machine: Machine, request: pytest.FixtureRequest) -> Kept:
    return Kept(machine, request.param)


def test_gits_own_demands_of_a_helper(kept: Kept) -> None:
    example = "host=example.com"
    assert kept.fill(example) == "asked"
    assert kept.machine.daemon_pid() is None  # nothing is kept: none was started for it
    kept.approve(
        example, "username=user1", "password=pass1", "password_expiry_utc=9999999999", "oauth_refresh_token=r"
    )
    kept.approve(example, "username=user2", "password=pass2")
    filled = kept.say("fill", example, "username=user1").stdout
    assert "password=pass1\n" in filled
    assert kept.fill(example, "username=user2") == "pass2"
    assert kept.fill(example, "username=other") == "asked"
    assert kept.fill("host=example.com.evil.example") == "asked"
    long_realm = f"wwwauth[]=basic realm={'a' * 1001}{example}"
    assert kept.fill("host=evil.example", long_realm) == "asked"
    kept.approve(example, "username=user2", "password=again")
    kept.say("reject", example, "username=user2", "password=pass2")
    assert kept.fill(example, "username=user2") == "again"
    kept.say("reject", example)
    assert kept.fill(example) == "asked"
    kept.approve("host=sso.example", "username=", "password=")
    assert kept.fill("host=sso.example") == ""


def test_only_the_vault_outlives_the_daemon(kept: Kept) -> None:
    kept.approve("host=example.com", "username=user", "password=pass")
    kept.machine.kill_daemon()
    assert kept.fill("host=example.com") == ("pass" if kept.store == "vault" else "asked")


def test_the_helpers_line_beats_the_configuration(kept: Kept) -> None:
    line = f"keyturn --store={'vault' if kept.store == 'memory' else 'memory'} --timeout=1000"
    kept.approve("host=example.com", "username=user", "password=pass", helper=line)
    [row] = kept.machine.json("git", "list")
    assert row["store"] != kept.store
    kept.approve("host=other.example", "username=user", "password=pass", helper="keyturn --store=off")
    assert len(kept.machine.json("git", "list")) == 1


def test_listing_and_forgetting(kept: Kept) -> None:
    kept.approve("host=example.com", "username=alice", "password=planted-pass")
    kept.approve("host=example.com", "username=bob", "password=planted-pass")
    shown = kept.machine.run("keyturn", "git", "list", status=0).stdout
    assert [line.split()[:2] for line in shown.splitlines()] == [
        ["URL", "USER"],
        ["https://example.com", "bob"],
        ["https://example.com", "alice"],
    ]
    assert "planted" not in shown
    forgotten = kept.machine.run("keyturn", "git", "forget", "https://alice@example.com", status=0)
    assert "forgotten: 1" in forgotten.stdout
    assert kept.fill("host=example.com", "username=alice") == "asked"
    assert kept.fill("host=example.com", "username=bob") == "planted-pass"


def test_a_file_of_git_credential_store_is_taken_over(kept: Kept, tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text(
        "https://al%40ice:p%3Ass@example.com\n"
        "https://bob:pass@h.example:8443/a%20b\n"
        "https://x:y@dev.azure.com\nhttps://x:y@dev.azure.com/contoso\nnot a url\nhttps://nobody@example.com\n"
    )
    dry = kept.machine.run("keyturn", "git", "import", "store", str(file), "--dry-run", status=0)
    assert "would keep https://example.com for al@ice" in dry.stdout
    assert kept.machine.daemon_pid() is None
    done = kept.machine.json("git", "import", "store", str(file))
    assert (len(done["credentials"]), done["passed_over"]) == (3, 1)
    assert kept.fill("host=example.com", "username=al@ice") == "p:ss"
    assert kept.fill("host=h.example:8443", "path=a b") == "pass"


def test_a_pipe_is_read_where_somebody_hands_it_over(machine: Machine, tmp_path: Path) -> None:
    Kept(machine, "memory")
    named, handed = tmp_path / "pipe", 'keyturn git import store <(echo "https://al:pass@example.com")'
    os.mkfifo(named)
    refused = machine.run("keyturn", "git", "import", "store", str(named), status=1)
    assert refused.stderr == f"keyturn: error: {named} is not a file\nkeyturn: hint: ls -ld {named}\n"
    done = machine.run(need("bash"), "-c", handed, status=0)
    assert done.stdout == "keyturn: keeps https://example.com for al\n"


def test_a_user_name_that_somebody_put_into_a_url_is_shown_harmlessly(machine: Machine, tmp_path: Path) -> None:
    """A server that takes any password has git keep whatever name its URL held: bytes, and keys of a terminal."""
    Kept(machine, "memory")
    file = tmp_path / "credentials"
    file.write_text("https://a%FFb%1b%5b2J%c2%9b:pass@example.com\n")
    for asked in ("import", "store", str(file)), ("list",):
        for words in asked, (*asked, "--json"):
            shown = machine.run("keyturn", "git", *words, status=0).stdout
            assert "example.com" in shown
            assert shown.replace("\n", "").isprintable()
    assert machine.json("git", "list")[0]["username"] == "a\\xffb\x1b[2J\x9b"


def test_tokens_of_a_target_are_not_kept(kept: Kept) -> None:
    kept.machine.git("config", "--global", "credential.useHttpPath", "true")
    kept.approve("host=dev.azure.com", "path=contoso/p/_git/r", "username=keyturn", "password=planted-token")
    assert kept.machine.daemon_pid() is None
    assert kept.machine.json("git", "list") == []


def test_where_nothing_is_kept_import_says_what_to_set(machine: Machine) -> None:
    machine.configure(TARGETS)
    refused = machine.run("keyturn", "git", "import", "store", status=2)
    assert 'keyturn: hint: add store = "vault" to [git] in' in refused.stderr


PLANT = """
import secretstorage, sys
from contextlib import closing
with closing(secretstorage.dbus_init()) as bus:
    collection = secretstorage.get_default_collection(bus)
    def plant(secret, **attributes):
        attributes["xdg:schema"] = "org.git.Password"
        collection.create_item("Git", attributes, secret.encode())
    behind = "\\npassword_expiry_utc=9999999999\\noauth_refresh_token=r"
    plant("p:ss" + behind, protocol="https", server="example.com", user="alice")
    plant("pass", protocol="https", server="h.example", port="8443", user="bob", object="a b")
    plant("token", protocol="https", server="dev.azure.com", user="x", object="contoso/p/_git/r")
    plant("planted", protocol="https", server="evil.example", user="mallory\\nhost=example.com")
"""
"""As git's contrib/credential/libsecret writes them; the last one nobody's git would."""


def test_what_git_credential_libsecret_kept_is_taken_over(machine: Machine, session: Session) -> None:
    kept = Kept(machine, "memory")
    machine.environment["DBUS_SESSION_BUS_ADDRESS"] = session.environment["DBUS_SESSION_BUS_ADDRESS"]
    refused = machine.run("keyturn", "git", "import", "libsecret", status=1)
    assert "keyturn: error: the OS keyring cannot be asked" in refused.stderr
    session.unlock()
    subprocess.run([sys.executable, "-c", PLANT], env=session.environment, check=True, timeout=30)
    done = machine.json("git", "import", "libsecret")
    assert (len(done["credentials"]), done["passed_over"]) == (2, 1)
    filled = kept.say("fill", "host=example.com").stdout
    assert "password=p:ss\n" in filled
    assert kept.fill("host=h.example:8443", "path=a b") == "pass"
