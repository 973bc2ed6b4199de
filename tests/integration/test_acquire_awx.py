"""The acquisition process against the emulator's two AWX servers over TLS: sign-in, renewal, clean-up, log-out."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from keyturnd.messages import Ask, AwxIdentity, AwxState, Done, Failure, Network, Result, RevokeJob, TokenJob
from support.awx_over_tls import Vault

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator

WEEK = 604_800.0


class Tower:
    """One of the emulator's servers, a profile there, and a daemon's vault for it."""

    def __init__(self, emulator: Emulator, dialect: str) -> None:
        self.control = emulator.control
        self.dialect = dialect
        self.ready = emulator.ready
        self.password = emulator.ready.awx_users["alice"]
        self.identity = AwxIdentity(
            profile="tower",
            url=str(getattr(emulator.ready, dialect)),
            username="alice",
            scope="write",
            max_age=WEEK,
            host="build7",
        )
        self.vault = Vault(typed=self.password)

    def become(self, **changes: Any) -> None:
        """Change the profile."""
        self.identity = replace(self.identity, **changes)
        if "username" in changes:
            self.password = self.vault.typed = self.ready.awx_users[self.identity.username]

    def job(self, **members: Any) -> TokenJob:
        """A token job from what is durable."""
        network = Network(ca_file=self.ready.ca_file)
        members.setdefault("state", self.vault.state)
        return TokenJob(self.identity, (self.identity.scope,), network, members.pop("deadline", 20.0), **members)

    def token(self, **members: Any) -> Result:
        """The token that is there now."""
        result = self.vault.run(self.job(**members))
        assert isinstance(result, Result), result
        return result

    def failure(self, **members: Any) -> Failure:
        failure = self.vault.run(self.job(**members))
        assert isinstance(failure, Failure), failure
        assert failure.hint
        assert not failure.state_dead
        return failure

    def end(self, secret: str | None = None) -> object:
        """A log-out."""
        assert self.vault.state is not None
        network = Network(ca_file=self.ready.ca_file)
        return self.vault.run(RevokeJob(self.identity, network, 20.0, self.vault.state, secret))

    def live(self) -> list[dict[str, Any]]:
        """The tokens the server accepts now."""
        return self.control.awx_tokens(self.dialect)

    def age(self, seconds: float = 0.67 * WEEK) -> None:
        """As if the token had been there for so long."""
        state = self.state()
        self.vault.state = replace(
            state, created_at=state.created_at - seconds, expires_at=state.expires_at - seconds
        )

    def state(self) -> AwxState:
        assert self.vault.state is not None
        return self.vault.state

    def check_one_live(self) -> None:
        """One token is live on the server, it is the one we hold, and nothing is left to clean up."""
        state = self.state()
        assert [row["id"] for row in self.live()] == [state.token_id]
        assert (bool(state.token), state.intent, state.superseded) == (True, "", ())


@pytest.fixture(params=["controller", "gateway"])
def tower(emulator: Emulator, request: pytest.FixtureRequest) -> Tower:
    return Tower(emulator, request.param)


@pytest.fixture
def controller(emulator: Emulator) -> Tower:
    return Tower(emulator, "controller")


def test_a_person_signs_in(tower: Tower) -> None:
    result = tower.token(interactive=True)
    tower.check_one_live()
    place = tower.identity.url.removeprefix("https://")
    assert [message.prompt for message in tower.vault.seen if isinstance(message, Ask)] == [
        f"password of alice at {place}"
    ]
    assert (result.account, result.scopes, result.expires_at - result.issued_at) == ("alice", ("write",), WEEK)
    (row,) = tower.live()
    assert row["description"].startswith("keyturn tower@build7 ")
    assert (row["scope"], row["user"]) == ("write", "alice")


def test_a_mistyped_password(tower: Tower) -> None:
    tower.vault.typed = "mistyped"
    failure = tower.failure(interactive=True)
    assert (failure.kind, failure.hint) == ("provider-refused", "keyturn login tower")
    assert tower.live() == []
    assert tower.state() == AwxState("alice")


def test_a_wrong_entrusted_password_is_sent_once(tower: Tower) -> None:
    for _ in range(2):
        failure = tower.failure(secret="stale")
        assert (failure.kind, failure.hint) == ("provider-refused", "keyturn secret set tower")
    assert tower.control.count(f"{tower.dialect}.tokens.create") == 1
    tower.token(secret=tower.password)
    tower.check_one_live()


def test_passwords_switched_off(tower: Tower) -> None:
    tower.control.settings(awx_basic=False)
    assert "takes no passwords" in tower.failure(secret=tower.password).sentence


def test_a_write_token_renews_itself_without_the_password(tower: Tower) -> None:
    first = tower.token(interactive=True)
    tower.age()
    second = tower.token()
    tower.check_one_live()
    assert second.access_token != first.access_token
    tower.age()
    tower.token()
    tower.check_one_live()


def test_a_read_token_is_renewed_by_the_entrusted_password(tower: Tower) -> None:
    tower.become(scope="read")
    tower.token(secret=tower.password)
    tower.age()
    result = tower.token(secret=tower.password)
    tower.check_one_live()
    assert result.scopes == ("read",)
    tower.age()
    assert tower.failure().kind == "sign-in-needed"
    tower.check_one_live()


def test_a_profile_that_changes_its_scope_gets_another_token(tower: Tower) -> None:
    tower.token(interactive=True)
    tower.become(scope="read", description="read only")
    assert tower.token().scopes == ("read",)
    tower.check_one_live()
    assert tower.live()[0]["description"].startswith("read only keyturn tower@build7 ")


@pytest.mark.parametrize("end", ["awx_revoke", "awx_expire"])
def test_a_token_that_died_on_the_server(tower: Tower, end: str) -> None:
    tower.token(interactive=True)
    getattr(tower.control, end)(tower.dialect)
    failure = tower.failure()
    assert (failure.kind, failure.hint) == ("sign-in-needed", "keyturn login tower")
    tower.token(secret=tower.password)
    tower.check_one_live()


def test_a_token_the_daemon_never_got_is_given_again(tower: Tower) -> None:
    first = tower.token(interactive=True)
    assert tower.token().access_token == first.access_token
    assert tower.control.count(f"{tower.dialect}.tokens.create") == 1


def test_a_sign_in_while_there_is_a_token_replaces_it(tower: Tower) -> None:
    first = tower.token(interactive=True)
    assert tower.token(interactive=True).access_token != first.access_token
    tower.check_one_live()


def test_a_server_that_gives_shorter_lives(tower: Tower) -> None:
    tower.control.settings(awx_token_lifetime=3600)
    result = tower.token(interactive=True)
    assert result.expires_at - result.issued_at == pytest.approx(3600, abs=1)


def test_an_external_account(tower: Tower) -> None:
    tower.become(username="ext")
    failure = tower.failure(interactive=True)
    assert failure.kind == "provider-refused"
    assert "external directory" in failure.sentence
    assert "ALLOW_OAUTH2_FOR_EXTERNAL_USERS" in (failure.hint or "")
    tower.control.settings(awx_allow_external=True)
    tower.token(interactive=True)
    tower.check_one_live()


def test_a_token_of_an_application(tower: Tower) -> None:
    """On a gateway they are for superusers only (reference/awx.md section 2)."""
    tower.become(username="admin", application=tower.ready.awx_applications[tower.dialect]["id"])
    result = tower.token(secret=tower.password)
    assert result.details["application"] == tower.identity.application
    assert len(result.details["refresh_token"]) == 30
    tower.age()
    tower.token()
    tower.check_one_live()


def test_an_application_that_is_not_there(tower: Tower) -> None:
    tower.become(application=9999)
    failure = tower.failure(interactive=True)
    assert failure.kind == "provider-refused"
    assert "`application`" in (failure.hint or "")
    assert tower.live() == []


def test_what_new_token_prints(tower: Tower) -> None:
    details = tower.token(secret=tower.password, state=None).details
    (row,) = tower.live()
    assert details.items() >= {"id": row["id"], "scope": "write", "user": "alice", "application": None}.items()
    assert details["url"].startswith(f"{tower.identity.url}/api/")
    assert details["url"].endswith(f"/tokens/{row['id']}/")
    assert details["description"] == row["description"]
    assert details["expires"].startswith("3026-") or details["expires"].startswith("3025-")


def test_a_log_out(tower: Tower) -> None:
    tower.token(interactive=True)
    assert tower.end() == Done()
    assert tower.live() == []
    assert tower.end() == Done()


def test_a_log_out_of_a_read_token(tower: Tower) -> None:
    tower.become(scope="read")
    tower.token(interactive=True)
    if tower.dialect == "controller":
        outcome = tower.end()
        assert isinstance(outcome, Failure)
        assert outcome.kind == "sign-in-needed"
        assert len(tower.live()) == 1
    assert tower.end(tower.password) == Done()
    assert tower.live() == []


def test_a_log_out_while_the_server_is_down(tower: Tower) -> None:
    tower.token(interactive=True)
    tower.control.fault(f"{tower.dialect}.tokens.delete", "status", times=2, status=503)
    outcome = tower.end()
    assert isinstance(outcome, Failure)
    assert outcome.kind == "provider-unreachable"
    assert tower.end() == Done()
    assert tower.live() == []


@pytest.mark.parametrize("endpoint", ["create", "list", "delete"])
@pytest.mark.parametrize("kind", ["lose", "close"])
def test_an_answer_that_is_lost(tower: Tower, endpoint: str, kind: str) -> None:
    """At worst the next acquisition cleans up."""
    tower.token(interactive=True)
    tower.age()
    tower.control.fault(f"{tower.dialect}.tokens.{endpoint}", kind)
    outcome = tower.vault.run(tower.job())
    lost_for_good = (endpoint, kind) == ("create", "close")
    assert isinstance(outcome, Failure if lost_for_good else Result), outcome
    assert tower.state().token in {tower.state().token}
    tower.token()
    tower.check_one_live()


def test_a_creation_whose_answer_is_lost_twice(tower: Tower) -> None:
    tower.control.fault(f"{tower.dialect}.tokens.create", "lose", times=2)
    assert tower.failure(secret=tower.password).kind == "provider-unreachable"
    assert tower.live() == []
    tower.token(secret=tower.password)
    tower.check_one_live()


@pytest.mark.parametrize("endpoint", ["discovery", "tokens.create", "tokens.list", "tokens.delete"])
@pytest.mark.parametrize("after", [False, True])
def test_killed_during_a_request(controller: Tower, endpoint: str, *, after: bool) -> None:
    """Before the server gets to it, and (lost) after it did it while the answer is on its way."""
    controller.token(interactive=True)
    controller.age()
    name = f"controller.{endpoint}"
    fault = "lose" if after else "hold"
    before = controller.control.count(f"fault.{fault}")
    controller.control.fault(name, fault)
    killed_at(controller, name, fault, before)
    controller.control.release()
    controller.token()
    controller.check_one_live()


def killed_at(tower: Tower, _endpoint: str, fault: str, before: int) -> None:
    def wait_and_kill(pid: int) -> None:
        tower.control.wait(f"fault.{fault}", before + 1)
        os.kill(pid, signal.SIGKILL)

    import threading

    threads: list[threading.Thread] = []

    def began(pid: int) -> None:
        threads.append(threading.Thread(target=wait_and_kill, args=(pid,)))
        threads[-1].start()

    outcome = tower.vault.run(tower.job(), began)
    threads[-1].join()
    assert outcome is None or fault == "lose"
