"""`keyturn awx tokens`, `applications` and `sweep`: what a server has, through a profile's own token."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from support.awx.client import AwxClient
from support.hints.states import seal_with_another_key
from support.scenes.awx import SERVERS, AwxScene, awx

__all__ = ["awx"]

MADE = ("new-token", "--for-me", "--profile", "tower")


def verb(awx: AwxScene, *words: str) -> Any:
    return awx.machine.json("awx", *words)


@pytest.mark.parametrize("profile", ["tower", "aap", "aap-2026"])
def test_listing_changing_and_revoking(profile: str, awx: AwxScene) -> None:
    awx.entrust(profile)
    with AwxClient(awx.emulator, SERVERS[profile]) as client:
        theirs = client.create(description="theirs", scope="read")
        for _ in range(3):
            client.create("bob", description="bob's")
        listed = verb(awx, "tokens", "list", "--mine", "--profile", profile)
        own = verb(awx, "tokens", "list", "--made-by-keyturn", "--profile", profile)
        assert sorted(row["description"] for row in listed)[1:] == ["theirs"]
        assert [row["id"] for row in own] == [row["id"] for row in listed if row["description"] != "theirs"]
        unused = verb(awx, "tokens", "list", "--never-used", "--mine", "--personal", "--profile", profile)
        assert [row["id"] for row in unused] == [theirs["id"]]
        number = str(theirs["id"])
        changed = verb(awx, "tokens", "update", number, "--description", "mine", "--profile", profile)
        assert (changed["id"], changed["description"]) == (theirs["id"], "mine")
        assert verb(awx, "tokens", "show", number, "--profile", profile)["description"] == "mine"
        assert client.status(theirs["token"]) == 200
        gone = awx.machine.run("keyturn", "awx", "tokens", "revoke", number, "--profile", profile, status=0)
        assert gone.stdout == f"keyturn: token {number} is gone\n"
        assert client.status(theirs["token"]) == 401
    refused = awx.machine.run("keyturn", "awx", "tokens", "show", number, "--profile", profile, status=1)
    assert f"has no token {number} that this user may see" in refused.stderr
    refused = awx.machine.run("keyturn", "awx", "tokens", "revoke", str(own[0]["id"]), "--profile", profile, status=1)
    assert refused.stderr.endswith(f"keyturn: hint: keyturn logout {profile}\n")


def test_a_value_that_cannot_be_read_hides_no_other(awx: AwxScene) -> None:
    """With another key than it was sealed with it is as lost as it can be, and so it stays."""
    awx.entrust()
    made = {name: verb(awx, *MADE, "--name", name) for name in ("one", "two")}
    seal_with_another_key(awx.machine, "one")
    lost = "the value of the token one is sealed with another key (another)"
    listed = awx.machine.run("keyturn", "awx", "tokens", "list", "--kept", status=0)
    assert [line.split()[:2] for line in listed.stdout.splitlines()[1:]] == [
        ["two", str(made["two"]["id"])],
        ["one", "-"],
    ]
    assert listed.stderr == f"keyturn: warning: {lost}\nkeyturn: hint: keyturn awx tokens forget one\n"
    assert verb(awx, "tokens", "list", "--kept")[1]["error"]["sentence"] == lost
    assert verb(awx, *MADE)["name"] != "one"
    taken = awx.machine.run("keyturn", "awx", *MADE, "--name", "one", status=2)
    assert "another token is kept under that name" in taken.stderr
    awx.machine.run("keyturn", "awx", "tokens", "revoke", str(made["one"]["id"]), "--profile", "tower", status=0)
    awx.machine.run(
        "keyturn", "awx", "sweep", "--profile", "tower", status=1
    )  # it might be the one that is taken for an orphan
    forgotten = awx.machine.run("keyturn", "awx", "tokens", "forget", "one", status=0)
    assert forgotten.stdout == "keyturn: forgot the value of token one, which stays on its server\n"
    awx.machine.run("keyturn", "awx", "sweep", "--profile", "tower", status=0)


def test_a_token_that_somebody_deleted_is_found_out(awx: AwxScene) -> None:
    """The daemon has it in memory for days and asks nobody, so whoever looks for what is wrong has to."""
    awx.entrust()
    before = awx.token()
    awx.machine.run("keyturn", "profile", "check", "tower", status=0)
    awx.emulator.control.awx_revoke("controller")
    told = f"{urlsplit(awx.urls['tower']).netloc} takes the token of profile tower no longer"
    cure = ("keyturn", "run", "tower", "--renew", "--", "true")
    doctor = json.loads(awx.machine.run("keyturn", "doctor", "--json", status=1).stdout)["findings"]
    sentence = f"profile tower, AWX (read and write): {told}"
    assert (sentence, " ".join(cure)) in [(one["sentence"], one["hint"]) for one in doctor]
    for words in (("profile", "check", "tower"), ("awx", "tokens", "list", "--profile", "tower")):
        refused = awx.machine.run("keyturn", *words, status=1)
        assert told in refused.stdout + refused.stderr
        assert f"keyturn: hint: {' '.join(cure)}\n" in refused.stdout + refused.stderr
    assert awx.machine.run(*cure, status=0).stdout == "", "nobody needs to see the token"
    assert awx.token() != before
    awx.machine.run("keyturn", "profile", "check", "tower", status=0)


def test_what_is_kept_of_two_servers_with_the_same_ids(awx: AwxScene) -> None:
    """Each value under a name of its own, and each id asked for where it is from."""
    for profile in ("tower", "aap"):
        awx.entrust(profile)
    made = {profile: verb(awx, "new-token", "--for-me", "--profile", profile) for profile in ("tower", "aap")}
    assert made["tower"]["id"] == made["aap"]["id"]
    name, other = (made[profile]["name"] for profile in ("tower", "aap"))
    assert (name, other) == (f"awx-{made['aap']['id']}", f"{name}-2")
    shown = awx.machine.run("keyturn", "awx", "tokens", "show", name, "--value", status=0).stdout
    assert shown == f"{made['tower']['token']}\n"
    kept = verb(awx, "tokens", "list", "--kept")
    assert [(row["name"], row["server"]) for row in kept] == [(name, awx.urls["tower"]), (other, awx.urls["aap"])]
    refused = awx.machine.run("keyturn", "awx", "tokens", "revoke", other, "--profile", "tower", status=2)
    assert refused.stderr.endswith(f"keyturn: hint: keyturn awx tokens revoke {other} --profile aap\n")
    awx.machine.run("keyturn", "awx", "tokens", "revoke", other, status=0)
    assert "new-token" in " ".join(row["description"] for row in awx.live("tower"))
    assert "new-token" not in " ".join(row["description"] for row in awx.live("aap"))
    unknown = awx.machine.run("keyturn", "awx", "tokens", "forget", other, status=2)
    assert unknown.stderr.endswith("keyturn: hint: keyturn awx tokens list --kept\n")
    for words in (("show", "9" * 5000), ("revoke", "9" * 5000)):
        long = awx.machine.run("keyturn", "awx", "tokens", *words, status=2)
        assert "no token is kept under that name" in long.stderr
    assert [row["name"] for row in verb(awx, "tokens", "list", "--kept")] == [name]
    awx.machine.run(
        "keyturn", "awx", "tokens", "revoke", str(made["tower"]["id"]), "--profile", "tower", status=0
    )  # fmt: skip
    assert verb(awx, "tokens", "list", "--kept") == [], "of a token that is gone no value is kept"


def test_all_pages_and_expired_ones(awx: AwxScene) -> None:
    awx.entrust()
    with AwxClient(awx.emulator, "controller") as client:
        made = [client.create(description="many")["id"] for _ in range(205)]
    listed = verb(awx, "tokens", "list", "--profile", "tower")
    assert len(listed) == 206
    awx.emulator.control.awx_expire("controller", made[0])
    assert [row["id"] for row in verb(awx, "tokens", "list", "--expired", "--profile", "tower")] == [made[0]]


def test_applications_and_whom_a_gateway_shows_them(awx: AwxScene) -> None:
    awx.entrust()
    known = awx.emulator.ready.awx_applications["controller"]
    (listed,) = verb(awx, "applications", "list", "--profile", "tower")
    assert (listed["id"], listed["client_id"]) == (known["id"], known["client_id"])
    assert verb(awx, "applications", "show", str(known["id"]), "--profile", "tower")["name"] == "keyturn"
    awx.entrust("aap-2026")
    refused = awx.machine.run("keyturn", "awx", "applications", "list", "--profile", "aap-2026", status=1)
    assert "shows applications to administrators only, and alice is none" in refused.stderr


def test_sweeping_what_a_lost_state_directory_has_left(awx: AwxScene) -> None:
    """Only what keyturn made on this machine for itself, and only when told so."""
    awx.entrust()
    awx.token()
    verb(awx, "new-token", "--for-me", "--profile", "tower")
    with AwxClient(awx.emulator, "controller") as client:
        client.create(description="keyturn tower@elsewhere 0123456789abcdef01")
        client.create(description="theirs")
    awx.machine.kill_daemon()
    for record in (awx.machine.state / "vault").glob("*.sealed"):
        record.unlink()
    awx.entrust()
    awx.token()
    listed = verb(awx, "sweep", "--profile", "tower")
    assert (len(listed["orphans"]), listed["deleted"]) == (1, [])
    assert len(awx.live()) == 5
    swept = verb(awx, "sweep", "--profile", "tower", "--yes")
    assert swept["deleted"] == [listed["orphans"][0]["id"]]
    assert len(awx.live()) == 4
    assert "keyturn: no orphans" in awx.machine.run("keyturn", "awx", "sweep", "--profile", "tower", status=0).stdout
