"""An application's tokens and pasted ones, against the emulator's controller and newest gateway over TLS."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from keyturnd.messages.outcomes import Done, Failure, Result
from support.awx.tower import WEEK, Tower

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator

DIALECTS = ("controller", "gateway-2026")


@pytest.fixture(params=DIALECTS)
def tower(emulator: Emulator, request: pytest.FixtureRequest) -> Tower:
    return of_application(emulator, request.param)


@pytest.fixture
def newest(emulator: Emulator) -> Tower:
    return of_application(emulator, "gateway-2026")


def of_application(emulator: Emulator, dialect: str) -> Tower:
    tower = Tower(emulator, dialect)
    known = emulator.ready.awx_applications[dialect]
    tower.become(flow="password-grant", application=int(known["id"]), client_id=str(known["client_id"]))
    return tower


def test_a_pair_from_the_sign_in_to_the_end(tower: Tower) -> None:
    """An ordinary user's; it bears our mark, and the daemon can find it again by its id."""
    first = tower.token(interactive=True)
    tower.check_one_live()
    (row,) = tower.live()
    assert row["description"].startswith("keyturn tower@build7 ")
    assert (row["user"], row["scope"], row["application"]) == ("alice", "write", "keyturn")
    assert first.expires_at - first.issued_at == WEEK
    tower.age()
    second = tower.token()
    tower.check_one_live()
    assert second.access_token != first.access_token
    assert tower.live()[0]["description"] == row["description"]
    assert tower.token().access_token == second.access_token
    assert tower.end() == Done()
    assert tower.live() == []


def test_a_pair_that_was_revoked(tower: Tower) -> None:
    """A refresh whose access token is gone breaks the server (500); that is no reason to wait."""
    tower.token(secret=tower.password)
    tower.control.awx_revoke(tower.dialect)
    assert tower.failure().kind == "sign-in-needed"
    tower.token(secret=tower.password)
    tower.check_one_live()


def test_a_pair_that_expired(newest: Tower) -> None:
    newest.token(secret=newest.password)
    newest.control.awx_expire(newest.dialect)
    newest.token()
    newest.check_one_live()


def test_an_expired_refresh_token(newest: Tower) -> None:
    newest.token(secret=newest.password)
    newest.control.settings(awx_refresh_lifetime=0)
    newest.control.advance(5)
    newest.age()
    assert newest.failure().kind == "sign-in-needed"
    newest.token(secret=newest.password)
    newest.check_one_live()


def test_answers_of_the_token_endpoint_that_are_lost(tower: Tower) -> None:
    """The pair that it told of is found by being newer, and nobody else's."""
    with tower.client() as client:
        client.create(description="mine")
    first = tower.vault.run(tower.job(secret=tower.password))
    assert isinstance(first, Result)
    tower.age()
    tower.control.fault(f"{tower.dialect}.oauth.token", "lose", times=2)
    outcomes = [tower.vault.run(tower.job(secret=tower.password)) for _ in range(3)]
    assert isinstance(outcomes[-1], Result), outcomes
    assert sorted(row["description"] == "mine" for row in tower.live()) == [False, True]
    state = tower.state()
    assert state.token_id in {row["id"] for row in tower.live()}


@pytest.mark.parametrize("endpoint", ["oauth.token", "me", "tokens.list", "tokens.change"])
def test_killed_while_the_server_is_at_a_renewal(newest: Tower, endpoint: str) -> None:
    """It carries out what it has whole; the next start ends with one live pair, and so does a look before that."""
    newest.token(secret=newest.password)
    newest.age()
    newest.control.fault(f"{newest.dialect}.{endpoint}", "hold")
    assert killed_when_held(newest) is None
    newest.control.release()
    if endpoint == "oauth.token":
        newest.control.wait(f"{newest.dialect}.created", 2)
    newest.token(secret=newest.password)
    assert newest.settle() == Done()
    assert [row["id"] for row in newest.live()] == [newest.state().token_id]
    assert newest.end() == Done()
    assert newest.live() == []


def test_a_pair_that_comes_after_the_next_start(newest: Tower) -> None:
    """The server is slower than we are: what it issues last is found by a later look, and the held pair is left."""
    newest.control.fault(f"{newest.dialect}.oauth.token", "hold")
    assert killed_when_held(newest, secret=newest.password) is None
    held = newest.token(secret=newest.password)
    assert newest.settle() == Done()
    newest.control.release()
    newest.control.wait(f"{newest.dialect}.created", 2)
    assert len(newest.live()) == 2
    assert newest.settle() == Done()
    assert [row["id"] for row in newest.live()] == [newest.state().token_id]
    assert newest.token().access_token == held.access_token


def killed_when_held(tower: Tower, **members: Any) -> object:
    """Kill the process of the next job once the emulator holds a request of it; what it said before."""

    def wait_and_kill(pid: int) -> None:
        tower.control.wait("fault.hold")
        os.kill(pid, signal.SIGKILL)

    with ThreadPoolExecutor(1) as killer:
        return tower.vault.run(tower.job(**members), lambda pid: killer.submit(wait_and_kill, pid))


def test_the_hash_that_the_loser_of_a_race_is_given(newest: Tower) -> None:
    """201, and 401 on use: sealed, it would be in place of a token for a week."""
    newest.token(secret=newest.password)
    newest.control.settings(awx_refresh_race=60)
    spent = newest.state()
    newest.age()
    newest.token()
    winner = newest.state()
    newest.vault.state = spent
    newest.age()
    lost = newest.vault.run(newest.job())
    assert isinstance(lost, Failure)
    assert "$" not in str(newest.vault.raw) + str(newest.state().token)
    newest.vault.state = winner
    assert newest.end() == Done()


def test_a_confidential_application_and_its_secret(newest: Tower) -> None:
    with newest.client() as client:
        fields = {"name": "own", "organization": 1, "client_type": "confidential"}
        form = {**fields, "authorization_grant_type": "password"}
        made = client.ask("POST", "{api}/applications/", "admin", json=form).json()
    newest.become(application=made["id"], client_id=made["client_id"])
    refused = newest.failure(secret=newest.password, client_secret="wrong")
    assert "client secret" in refused.sentence
    newest.token(secret=newest.password, client_secret=made["client_secret"])
    newest.age()
    newest.token(client_secret=made["client_secret"])
    newest.check_one_live()


def test_a_wrong_password_is_sent_once(tower: Tower) -> None:
    for _ in range(2):
        assert tower.failure(secret="stale").hint == "keyturn secret set tower"
    assert tower.control.count(f"{tower.dialect}.oauth.token") == 1
    assert tower.live() == []


def test_an_external_account(tower: Tower) -> None:
    tower.become(username="ext")
    failure = tower.failure(secret=tower.password)
    assert "external directory" in failure.sentence
    assert "ALLOW_OAUTH2_FOR_EXTERNAL_USERS" in (failure.hint or "")


def test_a_read_pair_ends_with_the_password_or_on_a_controller_by_its_refresh_token(tower: Tower) -> None:
    tower.become(scope="read")
    tower.token(secret=tower.password)
    outcome = tower.end()
    if tower.dialect == "gateway-2026":
        assert isinstance(outcome, Failure)
        assert "keyturn logout tower --locally" in (outcome.hint or "")
        outcome = tower.end(tower.password)
    assert outcome == Done()
    assert tower.live() == []


def test_a_pasted_token_is_used_and_never_deleted(tower: Tower) -> None:
    with tower.client() as client:
        pasted = client.create(scope="read", description="somebody's")["token"]
    tower.become(flow="token", application=None, client_id="", username="")
    tower.vault.typed = pasted
    result = tower.token(interactive=True)
    assert (result.access_token, result.account, result.scopes) == (pasted, "alice", ("read",))
    assert result.expires_at - result.issued_at == pytest.approx(WEEK, abs=1)
    assert tower.state().controller == ("/api/" if tower.dialect == "controller" else "/api/controller/")
    tower.age()
    assert tower.token().access_token == pasted
    assert tower.end() == Done()
    assert len(tower.live()) == 1
    tower.control.awx_revoke(tower.dialect)
    assert tower.failure(secret=pasted).hint == "keyturn login tower --again"
    assert tower.failure(secret="$sha256$" + "0" * 64).hint == "keyturn login tower --again"
