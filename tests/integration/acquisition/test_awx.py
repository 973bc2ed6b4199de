"""The acquisition process against the emulator's two AWX servers over TLS: sign-in, renewal, clean-up, log-out."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from keyturnd.messages.channel import Ask
from keyturnd.messages.outcomes import Done, Failure, Result
from keyturnd.messages.states import AwxState
from support.awx.tower import WEEK, Tower

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator


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


def test_a_mistyped_password(controller: Tower) -> None:
    controller.vault.typed = "mistyped"
    failure = controller.failure(interactive=True)
    assert (failure.kind, failure.hint) == ("provider-refused", "keyturn login tower")
    assert controller.live() == []
    assert controller.state() == AwxState("alice")


def test_a_wrong_entrusted_password_is_sent_once(tower: Tower) -> None:
    for _ in range(2):
        failure = tower.failure(secret="stale")
        assert (failure.kind, failure.hint) == ("provider-refused", "keyturn secret set tower")
    assert tower.control.count(f"{tower.dialect}.tokens.create") == 1
    tower.token(secret=tower.password)
    tower.check_one_live()


def test_passwords_switched_off(controller: Tower) -> None:
    controller.control.settings(awx_basic=False)
    assert "takes no passwords" in controller.failure(secret=controller.password).sentence


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


def test_a_profile_that_changes_its_scope_gets_another_token(controller: Tower) -> None:
    controller.token(interactive=True)
    controller.become(scope="read", description="read only")
    assert controller.token().scopes == ("read",)
    controller.check_one_live()
    assert controller.live()[0]["description"].startswith("read only keyturn tower@build7 ")


@pytest.mark.parametrize("end", ["awx_revoke", "awx_expire"])
def test_a_token_that_died_on_the_server(controller: Tower, end: str) -> None:
    controller.token(interactive=True)
    getattr(controller.control, end)("controller")
    failure = controller.failure()
    assert (failure.kind, failure.hint) == ("sign-in-needed", "keyturn login tower")
    controller.token(secret=controller.password)
    controller.check_one_live()


def test_a_token_the_daemon_never_got_is_given_again(controller: Tower) -> None:
    first = controller.token(interactive=True)
    assert controller.token().access_token == first.access_token
    assert controller.control.count("controller.tokens.create") == 1


def test_a_sign_in_while_there_is_a_token_replaces_it(controller: Tower) -> None:
    first = controller.token(interactive=True)
    assert controller.token(interactive=True).access_token != first.access_token
    controller.check_one_live()


def test_a_server_that_gives_shorter_lives(controller: Tower) -> None:
    controller.control.settings(awx_token_lifetime=3600)
    result = controller.token(interactive=True)
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
    assert result.account == "admin"
    assert tower.live()[0]["application"] == "keyturn"
    tower.age()
    tower.token()
    tower.check_one_live()


def test_an_application_that_is_not_there(tower: Tower) -> None:
    tower.become(application=9999)
    failure = tower.failure(interactive=True)
    assert failure.kind == "provider-refused"
    assert str(failure.hint).endswith("keyturn awx applications list --profile tower")
    assert tower.live() == []


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


def test_a_log_out_while_the_server_is_down(controller: Tower) -> None:
    controller.token(interactive=True)
    controller.control.fault("controller.tokens.delete", "status", times=2, status=503)
    outcome = controller.end()
    assert isinstance(outcome, Failure)
    assert outcome.kind == "provider-unreachable"
    assert controller.end() == Done()
    assert controller.live() == []


@pytest.mark.parametrize("endpoint", ["create", "list", "delete"])
@pytest.mark.parametrize("kind", ["lose", "close"])
def test_an_answer_that_is_lost(controller: Tower, endpoint: str, kind: str) -> None:
    """At worst the next acquisition cleans up."""
    controller.token(interactive=True)
    controller.age()
    controller.control.fault(f"controller.tokens.{endpoint}", kind)
    outcome = controller.vault.run(controller.job())
    lost_for_good = (endpoint, kind) == ("create", "close")
    assert isinstance(outcome, Failure if lost_for_good else Result), outcome
    controller.token()
    controller.check_one_live()


def test_a_creation_whose_answer_is_lost_twice(controller: Tower) -> None:
    controller.control.fault("controller.tokens.create", "lose", times=2)
    assert controller.failure(secret=controller.password).kind == "provider-unreachable"
    assert controller.live() == []
    controller.token(secret=controller.password)
    controller.check_one_live()


@pytest.mark.parametrize("endpoint", ["discovery", "tokens.create", "tokens.list", "tokens.delete"])
def test_killed_while_the_server_is_at_it(controller: Tower, endpoint: str) -> None:
    """The server goes on with the request when the process is dead. The steps after it: tests/faults."""
    controller.token(interactive=True)
    controller.age()
    controller.control.fault(f"controller.{endpoint}", "hold")
    assert killed_when_held(controller) is None
    controller.control.release()
    controller.token()
    controller.check_one_live()


def killed_when_held(tower: Tower) -> object:
    """Kill the process of the next job once the emulator holds a request of it; what it said before."""

    def wait_and_kill(pid: int) -> None:
        tower.control.wait("fault.hold")
        os.kill(pid, signal.SIGKILL)

    with ThreadPoolExecutor(1) as killer:
        return tower.vault.run(tower.job(), lambda pid: killer.submit(wait_and_kill, pid))
