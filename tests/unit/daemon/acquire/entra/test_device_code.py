"""keyturnd.acquire.entra.device_code: when it polls, and when it gives up. Time is the test's own."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import pytest

from keyturn.errors import ProviderRefused, ProviderUnreachable
from keyturnd.acquire.deadline import Deadline
from keyturnd.acquire.entra import aadsts, device_code
from keyturnd.acquire.entra.authentication.client import Credential
from keyturnd.acquire.entra.session import Session
from keyturnd.acquire.failed import Failed
from keyturnd.messages.identities import EntraIdentity, Network
from keyturnd.messages.jobs import TokenJob

if TYPE_CHECKING:
    from keyturnd.messages.channel import Event
    from keyturnd.messages.outcomes import Failure

ON_PAGE = 'if the page says AADSTS53003, the tenant blocks device codes: set flow = "browser" in [profile.work]'
PENDING = {"error": "authorization_pending"}
SLOW_DOWN = {"error": "slow_down"}
TOKEN = {"access_token": "at"}


class Provider:
    """msal's application as far as polling goes: the answers of a script, in order."""

    def __init__(self, *script: dict[str, Any] | Failed) -> None:
        self._script = deque(script)

    def acquire_token_by_device_flow(self, flow: dict[str, Any], **_: Any) -> dict[str, Any]:
        assert flow["device_code"] == "d"
        assert flow["interval"] > 0, "msal's loop would never come back"
        answer = self._script.popleft()
        if isinstance(answer, Failed):
            raise answer
        return answer


class Terminal:
    """What a person is told meanwhile."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def tell(self, event: Event) -> None:
        self.told.append(event.message)


def poll(
    *script: dict[str, Any] | Failed,
    life: float = 900,
    deadline: float = 1000,
    interval: int = 5,
    terminal: Terminal | None = None,
) -> list[float]:
    """The pauses before each poll until the script's token."""
    now, pauses = [0.0], []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        now[0] += seconds

    identity = EntraIdentity("work", "device-code", "app", "https://login.example/t")
    job = TokenJob(identity, (), Network(), deadline)
    channel: Any = Terminal() if terminal is None else terminal
    session = Session(job, channel, Deadline(deadline, lambda: now[0]), None, {}, Credential())  # type: ignore[arg-type]  # no requests
    wait = device_code.Wait(lambda: now[0], pause)
    device_code.poll_until_approved(
        session, Provider(*script), {"device_code": "d", "interval": interval}, life, wait
    )
    return pauses


def failure(*script: dict[str, Any] | Failed, **limits: float) -> Failure:
    with pytest.raises(Failed) as caught:
        poll(*script, **limits)  # type: ignore[arg-type]  # life and deadline
    return caught.value.failure


def lost(retry_after: float | None = None) -> Failed:
    return Failed(ProviderUnreachable, "lost", retry_after=retry_after)


def test_it_polls_at_the_interval() -> None:
    assert poll(PENDING, PENDING, TOKEN) == [5, 5, 5]


def test_a_provider_that_asks_for_no_pause_gets_one() -> None:
    """RFC 8628 section 3.2 sets no least interval."""
    assert poll(PENDING, SLOW_DOWN, TOKEN, interval=0) == [0.2, 0.2, 5.2]


def test_slow_down_adds_five_seconds_for_good() -> None:
    """RFC 8628 section 3.5."""
    assert poll(SLOW_DOWN, PENDING, SLOW_DOWN, TOKEN) == [5, 10, 10, 15]


def test_a_lost_poll_costs_no_sign_in() -> None:
    assert poll(lost(), PENDING, lost(retry_after=25), TOKEN) == [5, 10, 10, 25]


def test_a_provider_in_trouble_is_asked_less_and_less_but_asked() -> None:
    assert poll(lost(), lost(), lost(), lost(), lost(retry_after=3600), TOKEN) == [5, 10, 20, 40, 60, 60]


@pytest.mark.parametrize("number", sorted(aadsts.TRANSIENT))
def test_a_refusal_that_passes_costs_no_sign_in(number: int) -> None:
    """AADSTS50196 meets whoever polls while others of the same account do (reference/entra.md section 2)."""
    assert poll({"error": "invalid_grant", "error_codes": [number]}, PENDING, TOKEN) == [5, 10, 10]


def test_a_final_refusal_ends_it() -> None:
    assert failure(PENDING, Failed(ProviderRefused, "no")).sentence == "no"


@pytest.mark.parametrize("word", ["authorization_declined", "access_denied"])
def test_a_declined_sign_in_says_so(word: str) -> None:
    declined = failure({"error": word})
    assert (declined.kind, declined.code, declined.hint) == ("provider-refused", word, "keyturn login work")
    assert "declined" in declined.sentence


@pytest.mark.parametrize("word", ["expired_token", "code_expired"])
def test_an_expired_code_says_so(word: str) -> None:
    expired = failure({"error": word})
    assert (expired.kind, expired.code) == ("sign-in-needed", "expired_token")
    assert expired.hint == f"{ON_PAGE}, then: keyturn login work"


def test_what_only_the_page_shows_is_told_once_after_two_minutes() -> None:
    terminal = Terminal()
    poll(*[PENDING] * 23, TOKEN, terminal=terminal)
    assert terminal.told == []
    poll(*[PENDING] * 60, TOKEN, terminal=terminal)
    assert terminal.told == [f"nothing has come back yet: {ON_PAGE}"]


@pytest.mark.parametrize("limits", [{"life": 12}, {"deadline": 12}])
def test_nobody_waits_for_a_code_that_dies_before_the_next_poll(limits: dict[str, float]) -> None:
    assert failure(PENDING, PENDING, TOKEN, **limits).code == "expired_token"


def test_another_refusal_is_told_like_any_other() -> None:
    assert failure({"error": "bad_verification_code", "error_codes": [70018]}).code == "bad_verification_code"
