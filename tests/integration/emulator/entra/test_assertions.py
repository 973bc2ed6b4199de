"""Clients that prove themselves with an assertion: by certificate, and by another issuer's word."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from support.emulator.certified import Certified, certified
from support.emulator.client import EntraClient, number_of

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module")
def app() -> Certified:
    """A certificate; making its key takes long enough to do it once."""
    return certified()


@pytest.fixture
def registered(emulator: Emulator, app: Certified) -> Certified:
    """The same, registered."""
    emulator.control.register_certificate(app.pem)
    return app


def ask(client: EntraClient, assertion: str, **changes: str | None) -> int:
    """0 for a token, else the number of the refusal."""
    proof = {"client_secret": None, "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
    answer = client.token(client.credentials_form(**{**proof, **changes}))
    return 0 if answer.status_code == 200 else number_of(answer)


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
@pytest.mark.parametrize("thumbprint", ["x5t#S256", "x5t"])
def test_by_thumbprint(entra: EntraClient, registered: Certified, algorithm: str, thumbprint: str) -> None:
    header = registered.header(thumbprint)
    assert ask(entra, registered.assertion(entra.service, entra.token_url, algorithm, header)) == 0
    # The padding that MSAL leaves in place is not needed.
    header = {name: value.rstrip("=") for name, value in header.items()}
    assert ask(entra, registered.assertion(entra.service, entra.token_url, algorithm, header)) == 0


def test_with_and_without_the_chain(entra: EntraClient, registered: Certified) -> None:
    for header in ({**registered.header(), "x5c": registered.x5c()}, {"x5c": registered.x5c()}):
        assert ask(entra, registered.assertion(entra.service, entra.token_url, "PS256", header)) == 0


def test_an_authority_vouches_for_whatever_it_issued_to_the_subject(emulator: Emulator, entra: EntraClient) -> None:
    root = certified("root")
    middle = certified("middle", root)
    leaf, other = certified("app", middle), certified("other", middle)
    emulator.control.register_certificate(root.pem, leaf.subject)

    def answer(one: Certified, length: int) -> int:
        header = {**one.header(), "x5c": one.x5c()[:length]}
        return ask(entra, one.assertion(entra.service, entra.token_url, "PS256", header))

    assert answer(leaf, 3) == answer(leaf, 2) == 0
    # The leaf alone, as MSAL for Python sends it, does not lead to the authority.
    assert answer(leaf, 1) == answer(other, 3) == 700027
    assert ask(entra, leaf.assertion(entra.service, entra.token_url)) == 700027
    broken = {**leaf.header(), "x5c": [leaf.x5c()[0], root.x5c()[0]]}
    assert ask(entra, leaf.assertion(entra.service, entra.token_url, "PS256", broken)) == 50027


def test_a_chain_of_another_leaf(entra: EntraClient, registered: Certified) -> None:
    other = certified("app")
    header = {**registered.header(), "x5c": other.x5c()}
    assert ask(entra, registered.assertion(entra.service, entra.token_url, "PS256", header)) == 50027
    assert ask(entra, other.assertion(entra.service, entra.token_url, "PS256", {"x5c": other.x5c()})) == 700027


@pytest.mark.parametrize("chain", [[], ["%"], ["AAAA"], "text", [1], 1])
def test_what_is_no_chain(entra: EntraClient, registered: Certified, chain: object) -> None:
    header: dict[str, Any] = {**registered.header(), "x5c": chain}
    assert ask(entra, registered.assertion(entra.service, entra.token_url, "PS256", header)) == 50027


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"iss": "22222222-2222-2222-2222-222222222222"}, 700021),
        ({"sub": None}, 700021),
        ({"sub": "22222222-2222-2222-2222-222222222222"}, 700021),
        ({"aud": "https://login.microsoftonline.com/common/oauth2/v2.0/token"}, 700023),
        ({"aud": None}, 700023),
        ({"exp": None}, 50027),
        ({"exp": "soon"}, 50027),
        ({"exp": True}, 50027),
        ({"exp": 10**30}, 0),
        ({"exp": 1}, 700024),
        ({"nbf": 10**30}, 50027),
        ({"nbf": 4_000_000_000}, 700024),
        ({"nbf": None}, 0),
    ],
)
def test_claims(entra: EntraClient, registered: Certified, changes: dict[str, object], number: int) -> None:
    assert ask(entra, registered.assertion(entra.service, entra.token_url, **changes)) == number


def test_the_audience_is_the_endpoint_with_the_tenants_id(
    emulator: Emulator, entra: EntraClient, registered: Certified
) -> None:
    by_domain = entra.token_url.replace(emulator.ready.tenant, emulator.ready.domain)
    assert ask(entra, registered.assertion(entra.service, by_domain)) == 700023


def test_a_certificate_that_is_not_registered_or_not_the_keys(entra: EntraClient, registered: Certified) -> None:
    stranger = certified()
    assert ask(entra, stranger.assertion(entra.service, entra.token_url)) == 700027
    assert ask(entra, stranger.assertion(entra.service, entra.token_url, "PS256", registered.header())) == 700027
    # A SHA-256 where a SHA-1 belongs.
    wrong = {"x5t": registered.header()["x5t#S256"]}
    assert ask(entra, registered.assertion(entra.service, entra.token_url, "PS256", wrong)) == 700027


@pytest.mark.parametrize("days", [(-30, -1), (1, 30)])
def test_a_certificate_out_of_its_time(emulator: Emulator, entra: EntraClient, days: tuple[int, int]) -> None:
    late = certified(days=days)
    emulator.control.register_certificate(late.pem)
    assert ask(entra, late.assertion(entra.service, entra.token_url)) == 1000502


def test_other_algorithms(entra: EntraClient, registered: Certified) -> None:
    for algorithm in ("RS384", "PS512"):
        assert ask(entra, registered.assertion(entra.service, entra.token_url, algorithm)) == 50027
    unsigned = jwt.encode({"iss": entra.service}, "", "none", registered.header())
    assert ask(entra, unsigned) == 50027
    assert ask(entra, jwt.encode({"iss": entra.service}, registered.pem[:40], "HS256", registered.header())) == 50027


def test_once_unless_the_provider_is_lenient(emulator: Emulator, entra: EntraClient, registered: Certified) -> None:
    assertion = registered.assertion(entra.service, entra.token_url)
    assert [ask(entra, assertion), ask(entra, assertion)] == [0, 700026]
    emulator.control.settings(assertions_once=False)
    assert ask(entra, assertion) == 0


def test_a_wrong_clock_shows_in_the_answer(emulator: Emulator, entra: EntraClient, registered: Certified) -> None:
    emulator.control.skew(-3600)
    assertion = registered.assertion(entra.service, entra.token_url)
    form = entra.credentials_form(
        client_secret=None, client_assertion_type=ASSERTION_TYPE, client_assertion=assertion
    )
    answer = entra.token(form)
    assert number_of(answer) == 700024
    said = time.mktime(time.strptime(answer.headers["date"], "%a, %d %b %Y %H:%M:%S %Z")) - time.timezone
    assert -3700 < said - time.time() < -3500
    assert len(answer.headers.get_list("date")) == 1
    emulator.control.skew(600)
    assert ask(entra, registered.assertion(entra.service, entra.token_url)) == 700024


def test_how_an_assertion_is_presented(entra: EntraClient, registered: Certified) -> None:
    assertion = registered.assertion(entra.service, entra.token_url)
    assert ask(entra, assertion, client_secret=entra.secret) == 9002313
    assert ask(entra, assertion, client_assertion_type=None) == 900144
    assert ask(entra, assertion, client_assertion_type="urn:x") == 9002313
    assert ask(entra, assertion, client_id=entra.device) == 700025
    assert number_of(entra.token(entra.credentials_form(client_assertion_type=ASSERTION_TYPE))) == 9002313
    for text in ("x", "a.b.c", f"{assertion}\n", f" {assertion}", assertion.rpartition(".")[0]):
        assert ask(entra, text) == 50027


def test_a_token_of_a_cluster(emulator: Emulator, entra: EntraClient) -> None:
    control = emulator.control
    in_file = control.federated_token()
    assert [ask(entra, in_file) for _ in range(2)] == [0, 0]  # for each resource that the pod wants
    assert ask(entra, control.federated_token(subject="system:serviceaccount:default:APP")) == 700213
    assert ask(entra, control.federated_token(audience="api://azureadtokenexchange")) == 700212
    assert ask(entra, control.federated_token(lifetime=-60)) == 700024
    # The newline that an editor leaves at the end of a file.
    assert ask(entra, f"{control.federated_token()}\n") == 50027


def test_a_token_of_nobody_who_is_trusted(emulator: Emulator, entra: EntraClient, app: Certified) -> None:
    claims = jwt.decode(emulator.control.federated_token(), options={"verify_signature": False})
    assert ask(entra, jwt.encode(claims, app.key, "RS256")) == 50013
    assert ask(entra, jwt.encode(claims, app.key, "PS256")) == 50013
    assert ask(entra, jwt.encode({**claims, "iss": "https://evil.example"}, app.key, "RS256")) == 700211
    assert ask(entra, entra.service_token()) == 700211
