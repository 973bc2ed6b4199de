"""Where a job may be sent for its token, and what it is sent; whoever answers there gets a secret."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from keyturn import moves
from keyturn.configuration.profiles.credentials.federation import Federation
from keyturn.errors import ProviderUnreachable
from keyturnd.acquire.entra.authentication import federated, jobs
from keyturnd.acquire.failed import Failed, without
from keyturnd.acquire.network.transport import Answer, Redirected
from keyturnd.messages.identities import EntraIdentity, Network
from keyturnd.messages.jobs import TokenJob

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.acquire.network.transport import Request

BEARER = "planted-bearer"
GITHUB = "https://run-actions-1-azure-eastus.actions.githubusercontent.com/81//idtoken/x?api-version=2.0"
PIPELINES = "https://dev.azure.com/contoso/1/_apis/distributedtask/hubs/build/plans/2/jobs/3/oidctoken"
CONNECTION = "11111111-2222-3333-4444-555555555555"


def jwt(**claims: Any) -> str:
    part = base64.urlsafe_b64encode(json.dumps({"iss": "i", "sub": "s", "aud": "a", **claims}).encode()).decode()
    return f"e30.{part.rstrip('=')}.c2ln"


class Issuer:
    """Answers every request with one body, and remembers them."""

    def __init__(self, body: object, status: int = 200) -> None:
        self.asked: list[Request] = []
        self._answer = Answer(status, {}, json.dumps(body).encode(), 0.0)

    def exchange(self, request: Request) -> Answer:
        self.asked.append(request)
        return self._answer


def got(named: Federation, issuer: Issuer | None = None, **variables: str) -> str:
    identity = EntraIdentity("ci", "workload-identity", CONNECTION, "https://login.example/t", credential=named)
    job = TokenJob(identity, ("r/.default",), Network(), 30.0, variables=variables)
    return federated.token(job, named, issuer or Issuer({}))  # type: ignore[arg-type]  # it behaves like one


def refused(named: Federation, issuer: Issuer | None = None, **variables: str) -> tuple[str, str]:
    with pytest.raises(Failed) as caught:
        got(named, issuer, **variables)
    failure = caught.value.failure
    assert "planted" not in failure.sentence + str(failure.hint)
    return failure.sentence, str(failure.hint)


def test_github_is_asked_for_the_audience_of_entra() -> None:
    issuer = Issuer({"value": jwt()})
    told: dict[str, Any] = {"ACTIONS_ID_TOKEN_REQUEST_URL": GITHUB, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER}
    assert got(Federation(), issuer, AZURE_FEDERATED_TOKEN_FILE="/nowhere", **told) == jwt()
    (asked,) = issuer.asked
    assert (asked.method, asked.headers["Authorization"]) == ("GET", f"Bearer {BEARER}")
    query = dict(parse_qsl(urlsplit(asked.url).query))
    assert query == {"api-version": "2.0", "audience": "api://AzureADTokenExchange"}


@pytest.mark.parametrize(
    ("host", "suffix"),
    [("login.microsoftonline.com", ""), ("login.microsoftonline.us", "USGov"), ("login.chinacloudapi.cn", "China")],
)
def test_two_clouds_have_audiences_of_their_own(host: str, suffix: str) -> None:
    assert jobs.audience(f"https://{host}/contoso.example") == f"api://AzureADTokenExchange{suffix}"


def test_pipelines_are_posted_to() -> None:
    issuer = Issuer({"oidcToken": jwt()})
    told: dict[str, Any] = {"SYSTEM_OIDCREQUESTURI": PIPELINES, "SYSTEM_ACCESSTOKEN": BEARER}
    assert got(Federation(service_connection=CONNECTION), issuer, **told) == jwt()
    (asked,) = issuer.asked
    assert (asked.method, asked.headers["X-TFS-FedAuthRedirect"]) == ("POST", "Suppress")
    assert asked.url == f"{PIPELINES}?api-version=7.1&serviceConnectionId={CONNECTION}"


@pytest.mark.parametrize("host", ["dev.azure.com", "contoso.visualstudio.com", "DEV.azure.com"])
def test_the_organizations_own_hosts(host: str) -> None:
    told: dict[str, Any] = {
        "SYSTEM_OIDCREQUESTURI": PIPELINES.replace("dev.azure.com", host),
        "SYSTEM_ACCESSTOKEN": BEARER,
    }
    assert got(Federation(service_connection=CONNECTION), Issuer({"oidcToken": jwt()}), **told) == jwt()


@pytest.mark.parametrize(
    "host",
    ["x.contoso.visualstudio.com", "visualstudio.com", "x.dev.azure.com", "dev.azure.com.", "evildev.azure.com"],
)
def test_no_other_host_of_azure_devops_is_sent_the_steps_secret(host: str) -> None:
    told: dict[str, Any] = {
        "SYSTEM_OIDCREQUESTURI": PIPELINES.replace("dev.azure.com", host),
        "SYSTEM_ACCESSTOKEN": BEARER,
    }
    issuer = Issuer({"oidcToken": jwt()})
    assert "which is not its issuer's own" in refused(Federation(service_connection=CONNECTION), issuer, **told)[0]
    assert issuer.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "https://actions.githubusercontent.com.evil.example/t",
        "https://evil.example/x.actions.githubusercontent.com",
        "https://x.actions.githubusercontent.com:8443/t",
        "https://githubusercontent.com/t",
        "https://xactions.githubusercontent.com/t",
    ],
)
def test_nobody_else_is_sent_the_jobs_secret(url: str) -> None:
    issuer = Issuer({"value": jwt()})
    told: dict[str, Any] = {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER}
    sentence, hint = refused(Federation(), issuer, **told)
    assert "which is not its issuer's own" in sentence
    assert "oidc_hosts" in hint
    assert issuer.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://x.actions.githubusercontent.com/t",
        "https://x.actions.githubusercontent.com@evil.example/t",
        "https://a:b@x.actions.githubusercontent.com/t",
        "https://x.actions.githubusercontent.com/t\n",
        "https://x.actions.github\tusercontent.com/t",
        "https://x.actions.githubusercontent.com:0/t",
        "https://[::1/t",
        "x",
    ],
)
def test_no_url_of_an_issuer(url: str) -> None:
    """No `oidc_hosts` would help: the host may be right."""
    issuer = Issuer({"value": jwt()})
    told: dict[str, Any] = {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER}
    sentence, hint = refused(Federation(), issuer, **told)
    assert sentence == "ACTIONS_ID_TOKEN_REQUEST_URL is not the https URL of an issuer, without user and fragment"
    assert hint == "leave ACTIONS_ID_TOKEN_REQUEST_URL as the job's runner, the cluster or Azure sets it"
    assert issuer.asked == []


@pytest.mark.parametrize("bearer", [f"{BEARER}\r\nX: y", f"{BEARER}\n", f"{BEARER}é", "  ", BEARER * 10_000])
def test_no_token_of_a_job(bearer: str) -> None:
    issuer = Issuer({"oidcToken": jwt()})
    told: dict[str, Any] = {"SYSTEM_OIDCREQUESTURI": PIPELINES, "SYSTEM_ACCESSTOKEN": bearer}
    sentence, hint = refused(Federation(service_connection=CONNECTION), issuer, **told)
    assert sentence == "SYSTEM_ACCESSTOKEN is no token: too long, or not of visible ASCII alone"
    assert hint == moves.machines.access_token_of_step()
    assert issuer.asked == []


class Unwilling(Issuer):
    """An issuer whose answer the transport takes for none."""

    def __init__(self, failed: Failed) -> None:
        super().__init__({})
        self._failed = failed

    def exchange(self, request: Request) -> Answer:
        self.asked.append(request)
        raise self._failed


def test_what_an_issuer_says_of_itself_is_not_said_of_entra() -> None:
    told: dict[str, Any] = {"ACTIONS_ID_TOKEN_REQUEST_URL": GITHUB, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER}
    busy = Failed(ProviderUnreachable, "too many requests", retry_after=3600.0)
    for issuer in Issuer({}), Unwilling(busy):
        with pytest.raises(Failed) as caught:
            got(Federation(), issuer, **told)
        assert without([BEARER], caught.value.failure).beside
    assert caught.value.failure.retry_after == 3600.0
    place = urlsplit(GITHUB).netloc
    sentence, hint = refused(Federation(), Unwilling(Redirected(place, "/sign-in")), **told)
    assert sentence == f"{place} wants to redirect elsewhere, which is never followed"
    assert hint == f"look at what answers at {place}"


def test_hosts_that_the_profile_names() -> None:
    issuer = Issuer({"value": jwt()})
    told: dict[str, Any] = {
        "ACTIONS_ID_TOKEN_REQUEST_URL": "https://ci.example:8443/t",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER,
    }
    assert got(Federation(hosts=("ci.example:8443",)), issuer, **told) == jwt()
    assert refused(Federation(hosts=("ci.example",)), issuer, **told)[0].startswith(
        "the job is told to ask ci.example:8443"
    )


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_job_that_gets_none(status: int) -> None:
    told: dict[str, Any] = {"ACTIONS_ID_TOKEN_REQUEST_URL": GITHUB, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER}
    sentence, hint = refused(Federation(), Issuer({"planted": 1}, status), **told)
    assert sentence.endswith(f"gave the job no token (status {status})")
    assert hint == moves.machines.id_token_permission()
    assert refused(Federation(), Issuer({"value": "a b"}), **told)[0].endswith("holds no token of the job")


def test_what_is_not_set_is_named() -> None:
    none = "neither ACTIONS_ID_TOKEN_REQUEST_URL nor AZURE_FEDERATED_TOKEN_FILE is set where the token is asked for"
    assert refused(Federation()) == (none, moves.machines.federated_token())
    half = refused(Federation(), ACTIONS_ID_TOKEN_REQUEST_URL=GITHUB)
    assert half[0] == "ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set where the token is asked for"
    told: dict[str, Any] = {"SYSTEM_OIDCREQUESTURI": PIPELINES, "SYSTEM_ACCESSTOKEN": ""}
    named = Federation(service_connection=CONNECTION)
    assert refused(named, **told)[0] == "SYSTEM_ACCESSTOKEN is not set where the token is asked for"


def test_a_file_is_read_each_time_and_stripped(tmp_path: Path) -> None:
    file = tmp_path / "token"
    for number in (1, 2):
        file.write_text(f"\n {jwt(exp=time.time() + 60, jti=number)}\r\n", encoding="ascii")
        assert got(Federation(str(file))) == file.read_text(encoding="ascii").strip()
    told: dict[str, Any] = {"ACTIONS_ID_TOKEN_REQUEST_URL": "", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": ""}
    assert got(Federation(), AZURE_FEDERATED_TOKEN_FILE=str(file), **told) == file.read_text(encoding="ascii").strip()
    told["AZURE_FEDERATED_TOKEN_FILE"] = "planted/token"
    assert refused(Federation(), **told)[0] == "AZURE_FEDERATED_TOKEN_FILE is no absolute path"


def test_a_file_that_is_no_good(tmp_path: Path) -> None:
    file = tmp_path / "token"
    named = Federation(str(file))
    assert refused(named)[0] == f"cannot read the federated token in {file}: No such file or directory"
    for content in ("", "planted", jwt().encode().hex(), f"{jwt()}\n{jwt()}", "\xff"):
        file.write_text(content, encoding="latin-1")
        assert refused(named)[0] == f"{file} gave no token that could be an assertion"
    file.write_text(jwt(exp=1_700_000_000), encoding="ascii")
    assert refused(named)[0] == f"the federated token of {file} expired at 2023-11-14 22:13:20 UTC"
    for no_moment in (-1, -1e300):  # nothing that could be printed as one
        file.write_text(jwt(exp=no_moment), encoding="ascii")
        assert refused(named)[0] == f"the federated token of {file} expired at 1970-01-01 00:00:00 UTC"


def test_what_it_presents_is_told() -> None:
    assert federated.presented(jwt()) == "issuer i, subject s, audience a"
