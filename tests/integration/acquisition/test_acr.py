"""The real acquisition process on its way to a registry: Entra first, the seal next, the exchange last."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from keyturn_emulator import certificates
from keyturn_emulator.entra.directory.registry import OTHER
from keyturnd.messages.channel import Ack
from keyturnd.messages.identities import Registry
from keyturnd.messages.outcomes import Failure, Result
from keyturnd.messages.states import EntraState
from support.acquisition.driver import Acquisition, Finished, job, run, seal_of, signed_in
from support.acquisition.scripted_provider import Reply, ScriptedProvider, reply, token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyturn_emulator.certificates import Certificates
    from keyturn_emulator.launch import Emulator
    from keyturnd.messages.jobs import TokenJob
    from keyturnd.messages.outcomes import Outcome
    from support.acquisition.scripted_provider import Seen
    from support.emulator.client import EntraClient

ACR = ("https://containerregistry.azure.net/.default",)
ARM = ("https://management.azure.com/.default",)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates.create(tmp_path_factory.mktemp("ca"))


class Both:
    """Entra and a registry on one port; `granted` and `exchanged` are their next answers."""

    def __init__(self, made: Certificates) -> None:
        self.granted: Reply | None = None
        self.exchanged: Reply | None = None
        self.provider = ScriptedProvider(made, self._answer)
        self.registry = f"127.0.0.1:{self.provider.port}"

    @property
    def exchanges(self) -> list[Seen]:
        return [seen for seen in self.provider.posts if seen.target == "/oauth2/exchange"]

    def job(self, **members: Any) -> TokenJob:
        members = {"scopes": ACR, "registry": Registry(self.registry)} | members
        maker = signed_in if members.pop("user", False) else job
        return maker(self.provider.authority, self.provider.ca_file, **members)

    def sound(self, **changes: Any) -> Reply:
        now = int(time.time())
        claims = {"aud": self.registry, "iat": now, "exp": now + 10_800} | changes
        part = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        return reply({"refresh_token": f"eyJhbGciOiJSUzI1NiJ9.{part}.c2ln"})

    def _answer(self, seen: Seen) -> Reply | None:
        if seen.target == "/oauth2/exchange":
            return self.exchanged or self.sound()
        return self.granted or reply(token(refresh_token="planted-rotated-token"))


@pytest.fixture
def both(made: Certificates) -> Iterator[Both]:
    scripted = Both(made)
    with scripted.provider:
        yield scripted


def failed(both: Both, **members: Any) -> Failure:
    finished = run(both.job(**members))
    assert isinstance(finished.outcome, Failure), finished.seen
    assert finished.stderr == b""
    assert b"planted-access-token" not in finished.raw
    return finished.outcome


def test_one_request_to_each_and_the_registrys_token_for_a_result(both: Both) -> None:
    result = run(both.job(registry=Registry(both.registry, "fabrikam.example"))).outcome
    assert isinstance(result, Result)
    (exchange,) = both.exchanges
    assert exchange.form == {
        "grant_type": "access_token",
        "service": both.registry,
        "access_token": "planted-access-token",
        "tenant": "fabrikam.example",
    }
    assert "authorization" not in exchange.headers
    assert result.details == {}
    assert 10_799 <= result.expires_at - result.issued_at <= 10_800
    assert both.provider.seen[0].target.startswith("/fabrikam.example/"), "who issues it"
    assert len(both.provider.seen) == 3  # discovery, token, exchange: no challenge was asked for


def test_a_rotated_refresh_token_is_durable_before_anything_else_can_fail(both: Both) -> None:
    both.exchanged = reply({"errors": []}, 401)
    with Acquisition() as acquisition:
        acquisition.send(both.job(user=True))
        assert seal_of(acquisition).state.refresh_token == "planted-rotated-token"
        assert acquisition.silent()
        assert both.exchanges == []
        acquisition.send(Ack())
        assert isinstance(Finished(acquisition).outcome, Failure)
    assert len(both.exchanges) == 1


@pytest.mark.parametrize(("home", "name"), [("u", "alice@contoso.example"), ("x", "guest@fabrikam.example")])
def test_a_guest_keeps_the_name_of_the_sign_in(both: Both, home: str, name: str) -> None:
    """Where the registry lives the same person may go by another."""

    def part(**claims: str) -> str:
        return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()

    identity = f"e30.{part(preferred_username='guest@fabrikam.example', oid='g', tid='f')}.c2ln"
    info = part(uid=home, utid="t")
    both.granted = reply(token(refresh_token="planted-rotated-token", id_token=identity, client_info=info))
    with Acquisition() as acquisition:
        acquisition.send(both.job(user=True, registry=Registry(both.registry, "fabrikam.example")))
        assert seal_of(acquisition).state.account == name
        acquisition.send(Ack())
        outcome = Finished(acquisition).outcome
    assert isinstance(outcome, Result)
    assert outcome.account == name


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_refused_and_the_token_goes_nowhere(both: Both, made: Certificates, status: int) -> None:
    with ScriptedProvider(made, lambda _: reply({})) as elsewhere:
        both.exchanged = reply(b"", status, Location=f"{elsewhere.base}/oauth2/exchange")
        failure = failed(both)
        assert elsewhere.seen == []
    assert failure.kind == "provider-refused"
    assert failure.sentence == f"{both.registry} wants to redirect to 127.0.0.1, which is never followed"
    assert (
        failure.hint
        == f"check `service` of {both.registry} in [targets.docker], and whether this network asks for a login page"
    )


def test_too_many_requests_hold_us_back(both: Both) -> None:
    both.exchanged = reply({"errors": [{"code": "TOOMANYREQUESTS"}]}, 429, Retry_After="120")
    failure = failed(both)
    assert (failure.kind, failure.retry_after) == ("provider-unreachable", 120)
    assert failure.beside, "Entra ID, whom all others ask, has said nothing of the kind"
    assert len(both.exchanges) == 1


def test_too_many_requests_at_entra_hold_all_others_back_too(both: Both) -> None:
    both.granted = reply({"error": "temporarily_unavailable"}, 429, Retry_After="120")
    failure = failed(both)
    assert (failure.kind, failure.retry_after, failure.beside) == ("provider-unreachable", 120, False)
    assert both.exchanges == []


def test_an_outage_is_tried_once_more(both: Both) -> None:
    both.exchanged = reply(b"", 503)
    failure = failed(both)
    assert (failure.kind, len(both.exchanges)) == ("provider-unreachable", 2)


def test_a_lost_answer_is_not_asked_for_again(both: Both) -> None:
    both.exchanged = Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    assert failed(both).kind == "provider-unreachable"
    assert len(both.exchanges) == 1


def test_a_registry_that_says_nothing_costs_no_more_than_the_deadline(both: Both) -> None:
    both.exchanged = Reply(b"", hold=True)
    assert failed(both, deadline=2.0).kind == "provider-unreachable"


def test_what_a_refusal_echoes_of_the_token_is_cut(both: Both) -> None:
    both.exchanged = reply({"errors": [{"message": "no planted-access-token please"}]}, 401)
    assert failed(both).sentence == f"{both.registry} refused profile ci: no … please"


def test_a_registry_that_nobody_vouches_for_gets_nothing(both: Both, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with ScriptedProvider(certificates.create(tmp_path), lambda _: reply({})) as unknown:
        failure = failed(both, registry=Registry(f"127.0.0.1:{unknown.port}"))
        assert unknown.seen == []
    assert failure.kind == "provider-unreachable"


def emulated(emulator: Emulator, scopes: tuple[str, ...] = ACR, **members: Any) -> TokenJob:
    ready = emulator.ready
    members = {"registry": Registry(ready.registry)} | ready.clients["service"] | members
    return job(f"{ready.authority}/{ready.tenant}", ready.ca_file, scopes=scopes, **members)


def sealed(asked: TokenJob) -> Outcome:
    """What comes of a job whose new refresh token is kept."""
    with Acquisition() as acquisition:
        acquisition.send(asked)
        seal_of(acquisition)
        acquisition.send(Ack())
        return Finished(acquisition).outcome


def test_the_emulators_registry_knows_acrs_rules(emulator: Emulator) -> None:
    result = run(emulated(emulator)).outcome
    assert isinstance(result, Result)
    assert result.expires_at - result.issued_at == 10_800
    assert emulator.control.count("registry.exchange.issued") == 1


def test_a_token_for_azures_management_is_refused(emulator: Emulator) -> None:
    failure = run(emulated(emulator, ARM)).outcome
    assert isinstance(failure, Failure)
    assert failure.kind == "provider-refused"
    assert emulator.control.count("registry.exchange.refused.audience") == 1


def test_a_token_of_the_tenant_that_the_registry_is_in(emulator: Emulator, entra: EntraClient) -> None:
    """A guest's: Entra's token comes from there, by the refresh token of the sign-in at home."""
    emulator.control.settings(registry_elsewhere=True)
    ready, state = emulator.ready, EntraState(entra.sign_in(emulator)["refresh_token"], emulator.ready.user)
    members = {"registry": Registry(ready.registry, OTHER), "state": state, **ready.clients["device"]}
    asked = signed_in(f"{ready.authority}/{ready.tenant}", ready.ca_file, scopes=ACR, **members)
    result = sealed(asked)
    assert isinstance(result, Result), result
    assert result.account == ready.user
    outside = sealed(replace(asked, registry=Registry(ready.registry)))
    assert isinstance(outside, Failure)
    assert (outside.kind, emulator.control.count("registry.exchange.refused.tenant")) == ("provider-refused", 1)


@pytest.mark.parametrize(("tenant", "good"), [("contoso.example", True), ("fabrikam.example", False)])
def test_the_tenant_of_the_registry(emulator: Emulator, tenant: str, good: bool) -> None:  # noqa: FBT001 - a parameter
    place = emulator.ready.registry
    outcome = run(emulated(emulator, registry=Registry(place, tenant))).outcome
    assert isinstance(outcome, Result) == good
    if isinstance(outcome, Failure):
        assert outcome.sentence.startswith(
            "Entra ID refused profile ci: AADSTS90002: Tenant 'fabrikam.example' not found"
        )
        assert str(outcome.hint).startswith(f"check `tenant` of {place} in [targets.docker], and check `tenant`")
