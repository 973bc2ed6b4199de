"""Signing in with a browser: the real acquisition process between a browser and the emulator's Entra."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from msgspec.structs import replace

from keyturn.configuration.profiles.credentials.certificates import Certificate
from keyturn_emulator.browser import visit
from keyturnd.messages.channel import Ack, Answer, Ask, Event
from keyturnd.messages.identities import EntraIdentity
from keyturnd.messages.outcomes import Failure, Result
from keyturnd.messages.states import EntraState
from support.acquisition.driver import Acquisition, Finished, job, run, seal_of
from support.emulator.browser import answer_of
from support.emulator.certified import certified
from support.emulator.client import AZURE_DEVOPS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyturn_emulator.launch import Emulator
    from keyturnd.messages.jobs import TokenJob
    from support.emulator.browser import Browser


def browser_job(emulator: Emulator, **members: Any) -> TokenJob:
    """A job of flow browser for Alice's profile `work`; `page`: what is asked of the sign-in page."""
    page, flow = members.pop("page", {}), members.pop("flow", "browser")
    client = emulator.ready.clients["service" if flow == "confidential-browser" else "device"]
    members = {**client, "deadline": 60.0, "interactive": True, "profile": "work", **members}
    made = job(f"{emulator.ready.authority}/{emulator.ready.tenant}", emulator.ready.ca_file, flow=flow, **members)
    assert isinstance(made.identity, EntraIdentity)
    return replace(made, identity=replace(made.identity, **page))


def proven(emulator: Emulator, file: Path) -> dict[str, Any]:
    """Members of a job whose application proves itself with a certificate, now in `file`, and no secret."""
    app = certified("browser")
    emulator.control.register_certificate(app.pem)
    file.touch(0o600)
    file.write_text(app.pem + app.key_pem, "ascii")
    return {"credential": Certificate(str(file)), "secret": None}


class SignIn:
    """A sign-in under way: `url` is what the browser is to open, `query` what is in it."""

    def __init__(self, acquisition: Acquisition) -> None:
        self.acquisition = acquisition
        event = acquisition.next()
        assert isinstance(event, Event), event
        assert event.kind == "browser"
        assert event.url is not None
        self.url = event.url
        self.query = {name: values[0] for name, values in parse_qs(urlsplit(event.url).query).items()}
        self.redirect_uri = self.query["redirect_uri"]

    def bring(self, fields: dict[str, str], **headers: str) -> httpx.Response:
        """What the browser is shown for an answer by form."""
        with httpx.Client(trust_env=False, timeout=30, follow_redirects=True) as http:
            return http.post(self.redirect_uri, data=fields, headers=headers)

    def paste(self, address: str) -> str:
        """Answer the next question with `address`; what was asked."""
        question = self.acquisition.next()
        assert isinstance(question, Ask), question
        assert question.kind == "redirect-url"
        self.acquisition.send(Answer(question.id, address))
        return question.prompt

    def sealed(self) -> EntraState:
        state = seal_of(self.acquisition).state
        assert isinstance(state, EntraState)
        self.acquisition.send(Ack())
        return state

    def result(self) -> Result:
        outcome = Finished(self.acquisition).outcome
        assert isinstance(outcome, Result), outcome
        return outcome

    def failure(self) -> Failure:
        outcome = Finished(self.acquisition).outcome
        assert isinstance(outcome, Failure), outcome
        assert "code=" not in outcome.sentence
        return outcome


@contextmanager
def begun(emulator: Emulator, **members: Any) -> Iterator[SignIn]:
    with Acquisition() as acquisition:
        acquisition.send(browser_job(emulator, **members))
        yield SignIn(acquisition)


@pytest.mark.parametrize(
    ("flow", "by_query", "certified_by"),
    [("browser", False, None), ("confidential-browser", True, None), ("confidential-browser", False, "app.pem")],
)
def test_a_person_signs_in(
    emulator: Emulator, tmp_path: Path, flow: str, certified_by: str | None, *, by_query: bool
) -> None:
    """By form and, at a provider that has it no other way, by query; the page tells whose token it is."""
    emulator.control.settings(answers_by_query=by_query)
    proof = proven(emulator, tmp_path / certified_by) if certified_by else {}
    with begun(emulator, flow=flow, **proof) as sign_in:
        assert sign_in.query["response_mode"] == "form_post"
        assert sign_in.query["code_challenge_method"] == "S256"
        assert not {"prompt", "login_hint", "domain_hint", "claims", "max_age"} & sign_in.query.keys()
        with ThreadPoolExecutor() as beside:
            person = beside.submit(visit, sign_in.url, emulator.ready.ca_file, {})
            state, result = sign_in.sealed(), sign_in.result()
            status, page = person.result()
    assert state.account == result.account == emulator.ready.user
    assert state.refresh_token == result.details["refresh_token"]
    assert status == 200
    assert f"<p>{emulator.ready.user} is signed in for profile work of keyturn.</p>" in page
    assert result.access_token not in page
    client = "service" if flow == "confidential-browser" else "device"
    assert emulator.control.count(f"token.authorization_code.{client}") == 1
    with Acquisition() as acquisition:
        acquisition.send(browser_job(emulator, flow=flow, interactive=False, state=state, **proof))
        seal_of(acquisition)
        acquisition.send(Ack())
        assert isinstance(Finished(acquisition).outcome, Result)


def test_what_the_page_is_asked(emulator: Emulator, browser: Browser) -> None:
    page = {"account": "alice@contoso.example", "prompt": "login", "domain_hint": "contoso.example"}
    claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    with begun(emulator, page=page, claims=claims, again=True) as sign_in:
        assert (sign_in.query["prompt"], sign_in.query["login_hint"]) == ("login", "alice@contoso.example")
        assert (sign_in.query["domain_hint"], sign_in.query["claims"]) == ("contoso.example", claims)
        browser.open(sign_in.url)
        [shown] = emulator.control.sign_ins()
        assert (shown["prompt"], shown["domain_hint"]) == (["login"], "contoso.example")
    with begun(emulator, again=True) as sign_in:
        assert sign_in.query["prompt"] == "select_account"


def test_from_elsewhere_the_answer_is_carried_here(emulator: Emulator, browser: Browser) -> None:
    with begun(emulator, elsewhere=True) as sign_in:
        assert sign_in.query["response_mode"] == "query"
        fields = browser.sign_in(sign_in.url)
        right = f"{sign_in.redirect_uri}/?{urlencode(fields)}"
        said = [
            sign_in.paste(pasted)
            for pasted in (
                "nonsense",
                right.replace("&state=", "&state=x"),
                f"{right}&iss=https://evil.example",
                right,
            )
        ]
        assert said[0] == "or paste the address that the browser ended on"
        assert said[1].startswith("that is no address that begins with http://localhost:")
        assert said[2].startswith("it belongs to another sign-in; ")
        assert said[3].startswith("it comes from another provider; ")
        assert sign_in.sealed().account == emulator.ready.user
        assert sign_in.result().account == emulator.ready.user


def test_a_forwarded_port_beats_pasting(emulator: Emulator, browser: Browser) -> None:
    with begun(emulator, elsewhere=True) as sign_in, ThreadPoolExecutor() as beside:
        assert isinstance(sign_in.acquisition.next(), Ask)
        page = beside.submit(sign_in.bring, browser.sign_in(sign_in.url))
        sign_in.sealed()
        assert sign_in.result().account == emulator.ready.user
        assert "You are signed in" in page.result().text


def test_a_strangers_answer_ends_nothing(emulator: Emulator, browser: Browser) -> None:
    with begun(emulator) as sign_in, ThreadPoolExecutor() as beside:
        fields = browser.sign_in(sign_in.url)
        assert sign_in.bring({**fields, "state": "other"}).status_code == 400
        assert sign_in.bring({"error": "access_denied"}).status_code == 400
        assert sign_in.bring({"error": "access_denied", "state": "other"}).status_code == 400
        assert sign_in.bring(fields, Host="evil.example").status_code == 400
        assert emulator.control.count("token") == 0
        page = beside.submit(sign_in.bring, fields)
        sign_in.sealed()
        sign_in.result()
        assert page.result().status_code == 200


def test_who_declines_is_told_so_in_both_places(emulator: Emulator, browser: Browser) -> None:
    emulator.control.settings(consent_asked=True)
    with begun(emulator) as sign_in, ThreadPoolExecutor() as beside:
        shown = browser.press(browser.open(sign_in.url), "continue", user=emulator.ready.user)
        page = beside.submit(sign_in.bring, answer_of(browser.press(shown, "decline")))
        told = sign_in.failure()
        assert (told.kind, told.code) == ("provider-refused", "access_denied")
        assert "AADSTS65004" in told.sentence
        assert "<h1>You are not signed in</h1>" in page.result().text
        assert "AADSTS65004" in page.result().text


def test_who_is_signed_in_as_somebody_else(emulator: Emulator, browser: Browser) -> None:
    """Nothing of that sign-in is kept, and the page says what the terminal says."""
    with begun(emulator, page={"account": "Alice@contoso.example"}) as sign_in, ThreadPoolExecutor() as beside:
        page = beside.submit(sign_in.bring, browser.sign_in(sign_in.url, "bob@contoso.example"))
        told = sign_in.failure()
        assert told.sentence == "you signed in as bob@contoso.example, profile work is for Alice@contoso.example"
        assert (told.kind, told.hint) == ("refused", "keyturn login work --again")
        assert "You signed in as bob@contoso.example, profile work is for" in page.result().text


def test_a_code_that_has_expired_or_was_used(emulator: Emulator, browser: Browser) -> None:
    with begun(emulator) as sign_in, ThreadPoolExecutor() as beside:
        fields = browser.sign_in(sign_in.url)
        emulator.control.advance(3600)
        page = beside.submit(sign_in.bring, fields)
        told = sign_in.failure()
        assert told.kind == "sign-in-needed"
        assert told.hint == "keyturn login work"
        assert "<h1>You are not signed in</h1>" in page.result().text


def test_what_only_the_page_tells(emulator: Emulator, browser: Browser) -> None:
    """Nobody comes back from it, so what it may have said is told at the end."""
    emulator.control.refuse(AZURE_DEVOPS, 50105)
    with begun(emulator, deadline=4.0) as sign_in:
        shown = browser.press(browser.open(sign_in.url), "continue", user=emulator.ready.user)
        assert (shown.status_code, "AADSTS50105" in shown.text) == (400, True)
        told = sign_in.failure()
    assert (told.kind, told.code) == ("sign-in-needed", "expired_token")
    assert told.sentence == "the sign-in of profile work was not finished in time"
    application = emulator.ready.clients["device"]["application_id"]
    assert told.hint == (
        f"if the page says AADSTS50011, register http://localhost (mobile and desktop) as a redirect address of "
        f"{application}; if AADSTS50105, an administrator has to assign you to it, then: keyturn login work"
    )


def test_without_a_person_nothing_is_begun(emulator: Emulator) -> None:
    told = run(browser_job(emulator, interactive=False)).outcome
    assert isinstance(told, Failure)
    assert told.kind == "sign-in-needed"
    assert emulator.control.counts() == {}
