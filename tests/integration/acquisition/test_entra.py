"""Every grant of the real acquisition process over real TLS against the emulator, which knows Entra's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from keyturnd.messages.channel import Ack, Event
from keyturnd.messages.outcomes import Failure, Result
from keyturnd.messages.states import EntraState
from support.acquisition.driver import Acquisition, Finished, job, run, seal_of

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from keyturnd.messages.jobs import TokenJob

DEVOPS = "499b84ac-1321-427f-aa17-267ca6975798"
ARM = "https://management.azure.com"


def authority(emulator: Emulator, tenant: str | None = None) -> str:
    return f"{emulator.ready.authority}/{tenant or emulator.ready.tenant}"


def application_job(emulator: Emulator, tenant: str | None = None, **members: Any) -> TokenJob:
    members = emulator.ready.clients["service"] | members
    return job(authority(emulator, tenant), emulator.ready.ca_file, **members)


def user_job(emulator: Emulator, tenant: str | None = None, **members: Any) -> TokenJob:
    members = {"application_id": emulator.ready.clients["device"]["application_id"], "deadline": 60.0} | members
    return job(authority(emulator, tenant), emulator.ready.ca_file, flow="device-code", profile="work", **members)


def failed(*messages: Any) -> Failure:
    finished = run(*messages)
    assert isinstance(finished.outcome, Failure), finished.seen
    assert finished.stderr == b""
    return finished.outcome


def sign_in(emulator: Emulator, **members: Any) -> tuple[EntraState, Result]:
    """Sign Alice in with a device code; the state to seal and the first token."""
    emulator.control.settings(device_interval=0)
    with Acquisition() as acquisition:
        acquisition.send(user_job(emulator, interactive=True, **members))
        event = acquisition.next()
        assert isinstance(event, Event)
        assert event.code is not None
        emulator.control.approve(event.code)
        state = seal_of(acquisition).state
        acquisition.send(Ack())
        finished = Finished(acquisition)
    assert isinstance(state, EntraState)
    assert isinstance(finished.outcome, Result)
    assert finished.stderr == b""
    return state, finished.outcome


def renewed(emulator: Emulator, state: EntraState, **members: Any) -> tuple[EntraState, Result]:
    with Acquisition() as acquisition:
        acquisition.send(user_job(emulator, state=state, **members))
        new = seal_of(acquisition).state
        acquisition.send(Ack())
        outcome = Finished(acquisition).outcome
    assert isinstance(new, EntraState)
    assert isinstance(outcome, Result)
    return new, outcome


def test_an_application_gets_a_token_with_one_request(emulator: Emulator) -> None:
    finished = run(application_job(emulator))
    result = finished.outcome
    assert isinstance(result, Result)
    assert finished.seen == [result]
    assert result.expires_at - result.issued_at == 3600
    assert result.account == emulator.ready.clients["service"]["application_id"]
    assert result.details["tenant_id"] == emulator.ready.tenant
    assert "refresh_token" not in result.details
    counts = emulator.control.counts()
    assert (counts["discovery"], counts["token"], counts["token.issued"]) == (1, 1, 1)
    assert "instance" not in counts


def test_a_domain_becomes_the_tenants_id(emulator: Emulator) -> None:
    result = run(application_job(emulator, emulator.ready.domain)).outcome
    assert isinstance(result, Result)
    assert result.details["tenant_id"] == emulator.ready.tenant


def test_a_token_of_long_life_says_when_to_renew_it(emulator: Emulator) -> None:
    emulator.control.settings(token_lifetime=86400)
    result = run(application_job(emulator)).outcome
    assert isinstance(result, Result)
    assert result.refresh_at == result.issued_at + 43200


def test_a_wrong_secret(emulator: Emulator) -> None:
    told = failed(application_job(emulator, secret="planted-wrong-secret"))
    assert (told.kind, told.code, told.state_dead) == ("provider-refused", "invalid_client", False)
    assert "AADSTS7000215: Invalid client secret provided (correlation id " in told.sentence
    assert told.hint == "store the secret's value, not its id: keyturn secret set ci"
    assert emulator.control.count("token") == 1


@pytest.mark.parametrize(
    ("members", "number", "hint"),
    [
        ({"application_id": "99999999-9999-9999-9999-999999999999"}, 700016, "`application_id`"),
        ({"scopes": (f"{DEVOPS}/user_impersonation",)}, 1002012, "/.default"),
        ({"scopes": ("https://unknown.example/.default",)}, 500011, "scopes"),
        ({"tenant": "99999999-9999-9999-9999-999999999999"}, 90002, "`tenant`"),
    ],
)
def test_a_mistake_of_an_application_is_explained(
    emulator: Emulator, members: dict[str, Any], number: int, hint: str
) -> None:
    told = failed(application_job(emulator, **members))
    assert told.kind == "provider-refused"
    assert f"AADSTS{number}" in told.sentence
    assert told.hint is not None
    assert hint in told.hint


@pytest.mark.parametrize("tenant", ["common", "organizations"])
def test_an_application_without_a_tenant_causes_no_request(emulator: Emulator, tenant: str) -> None:
    assert failed(application_job(emulator, tenant)).kind == "configuration"
    assert emulator.control.counts() == {}


def test_a_person_signs_in_by_code(emulator: Emulator) -> None:
    state, result = sign_in(emulator)
    assert state.account == result.account == emulator.ready.user
    assert state.refresh_token == result.details["refresh_token"]
    assert state.home_account_id == result.details["account"]["home_account_id"]
    assert state.home_account_id.endswith(f".{emulator.ready.tenant}")
    assert f"{DEVOPS}/user_impersonation" in result.scopes
    assert result.details["unique_id"] == state.home_account_id.partition(".")[0]
    assert emulator.control.count("token.issued") == 1


def test_a_person_of_any_organization_signs_in(emulator: Emulator) -> None:
    _, result = sign_in(emulator, tenant="organizations")
    assert result.details["tenant_id"] == emulator.ready.tenant


def test_the_code_is_told_with_its_end(emulator: Emulator) -> None:
    with Acquisition() as acquisition:
        acquisition.send(user_job(emulator, interactive=True, deadline=600.0))
        event = acquisition.next()
    assert isinstance(event, Event)
    assert event.kind == "device-code"
    assert event.url is not None
    assert event.code is not None
    assert event.url.startswith("https://")
    assert event.message == f"to sign in, open {event.url} and enter the code {event.code}"
    assert event.expires_at is not None


def test_a_declined_sign_in(emulator: Emulator) -> None:
    emulator.control.settings(device_interval=0)
    with Acquisition() as acquisition:
        acquisition.send(user_job(emulator, interactive=True))
        event = acquisition.next()
        assert isinstance(event, Event)
        assert event.code is not None
        emulator.control.wait("token.refused.AADSTS70016", at_least=2)
        emulator.control.decline(event.code)
        told = Finished(acquisition).outcome
    assert isinstance(told, Failure)
    assert (told.kind, told.code) == ("provider-refused", "authorization_declined")


def test_a_code_that_dies_at_the_provider(emulator: Emulator) -> None:
    emulator.control.settings(device_interval=0)
    with Acquisition() as acquisition:
        acquisition.send(user_job(emulator, interactive=True))
        assert isinstance(acquisition.next(), Event)
        emulator.control.advance(3600)
        told = Finished(acquisition).outcome
    assert isinstance(told, Failure)
    assert (told.kind, told.code) == ("sign-in-needed", "expired_token")


def test_a_sign_in_survives_a_provider_in_trouble(emulator: Emulator) -> None:
    emulator.control.settings(device_interval=0)
    emulator.control.fault("token", "status", status=503, times=2, headers={"Retry-After": "0"})
    state, _ = sign_in(emulator)
    assert state.account == emulator.ready.user


def test_a_person_is_known_to_the_next_acquisition(emulator: Emulator) -> None:
    emulator.control.settings(refresh_tokens_strict=True)
    state, first = sign_in(emulator)
    second_state, second = renewed(emulator, state)
    third_state, third = renewed(emulator, second_state, scopes=(f"{ARM}/.default",))
    assert len({state.refresh_token, second_state.refresh_token, third_state.refresh_token}) == 3
    assert len({first.access_token, second.access_token, third.access_token}) == 3
    assert third_state.account == third.account == emulator.ready.user
    assert third_state.home_account_id == state.home_account_id


def test_a_revoked_sign_in_is_dead(emulator: Emulator) -> None:
    state, _ = sign_in(emulator)
    emulator.control.revoke_refresh_all()
    told = failed(user_job(emulator, state=state))
    assert (told.kind, told.state_dead, told.code) == ("sign-in-needed", True, "invalid_grant")
    assert told.hint == "keyturn login work"
    assert state.refresh_token not in repr(told)


def test_with_a_person_waiting_a_dead_sign_in_becomes_a_new_one(emulator: Emulator) -> None:
    dead = EntraState("planted-dead-token", "alice", "u.t")
    state, result = sign_in(emulator, state=dead)
    assert state.account == result.account == emulator.ready.user
    counts = emulator.control.counts()
    assert (counts["discovery"], counts["devicecode"]) == (1, 1)


def test_with_a_person_waiting_a_living_sign_in_asks_nothing(emulator: Emulator) -> None:
    state, _ = sign_in(emulator)
    renewed(emulator, state, interactive=True)
    assert emulator.control.count("devicecode") == 1


def test_a_provider_that_is_down_starts_no_sign_in(emulator: Emulator) -> None:
    emulator.control.fault("token", "status", status=429, headers={"Retry-After": "60"})
    state = EntraState("planted-token", "alice", "u.t")
    told = failed(user_job(emulator, state=state, interactive=True))
    assert (told.kind, told.retry_after) == ("provider-unreachable", 60.0)
    assert emulator.control.count("devicecode") == 0


def test_nobody_signed_in_and_nobody_waiting(emulator: Emulator) -> None:
    told = failed(user_job(emulator))
    assert told == Failure("sign-in-needed", "profile work is not signed in", "keyturn login work")
    assert emulator.control.counts() == {}


def test_a_resource_that_needs_consent_keeps_the_sign_in(emulator: Emulator) -> None:
    state, _ = sign_in(emulator)
    body = '{"error":"invalid_grant","suberror":"consent_required","error_description":"AADSTS65001: No consent."}'
    emulator.control.fault("token", "status", status=400, body=body)
    told = failed(user_job(emulator, state=state))
    assert (told.kind, told.state_dead) == ("sign-in-needed", False)
    renewed(emulator, state)
