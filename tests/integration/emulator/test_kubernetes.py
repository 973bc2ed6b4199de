"""The API server over TLS: in with a good token, out with every other, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.emulator.client import DEVOPS_SCOPE, EntraClient, claims_of

if TYPE_CHECKING:
    import httpx

    from keyturn_emulator.launch import Emulator

AKS_SCOPE = "6dae42f8-4368-4678-94ff-3960e28e3630/.default"
REVIEW = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
REVIEWS = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


class Caller:
    """Requests to the cluster with one token, or with what else is to be sent as Authorization."""

    def __init__(self, emulator: Emulator, entra: EntraClient) -> None:
        self.token = entra.service_token(AKS_SCOPE)
        self.authorization: str | None = f"Bearer {self.token}"
        self._server = emulator.ready.cluster
        self._http = entra.http

    def ask(self, path: str, method: str = "GET", **options: Any) -> httpx.Response:
        headers = options.pop("headers", {})
        if self.authorization is not None:
            headers["Authorization"] = self.authorization
        return self._http.request(method, f"{self._server}{path}", headers=headers, **options)


@pytest.fixture
def caller(emulator: Emulator, entra: EntraClient) -> Caller:
    return Caller(emulator, entra)


def status_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and reason of a refusal, which must be a proper Status object."""
    document = answer.json()
    assert (document["kind"], document["apiVersion"], document["status"]) == ("Status", "v1", "Failure")
    assert document["code"] == answer.status_code
    return answer.status_code, document["reason"]


def test_nobody_is_let_in_without_a_token(emulator: Emulator, caller: Caller) -> None:
    caller.authorization = None
    for path in ("/version", "/api", "/api/v1/namespaces", "/healthz", "/nonsense"):
        assert status_of(caller.ask(path)) == (401, "Unauthorized")
    assert emulator.control.count("kube.anonymous") == 5


@pytest.mark.parametrize("authorization", ["Basic YTpi", "Bearer", "Bearer nonsense", "nonsense"])
def test_nor_with_anything_else(caller: Caller, authorization: str) -> None:
    caller.authorization = authorization
    assert status_of(caller.ask("/api/v1/namespaces")) == (401, "Unauthorized")


def test_nor_with_a_token_for_something_else(emulator: Emulator, entra: EntraClient, caller: Caller) -> None:
    caller.authorization = f"Bearer {entra.service_token(DEVOPS_SCOPE)}"
    assert status_of(caller.ask("/api/v1/namespaces")) == (401, "Unauthorized")
    assert emulator.control.count("kube.refused.audience") == 1


def test_nor_with_one_that_was_revoked(emulator: Emulator, caller: Caller) -> None:
    emulator.control.revoke(caller.token)
    assert status_of(caller.ask("/version")) == (401, "Unauthorized")
    assert emulator.control.count("kube.refused.revoked") == 1


def test_nor_a_second_after_it_expired(emulator: Emulator, caller: Caller) -> None:
    emulator.control.advance(3590)
    assert caller.ask("/version").status_code == caller.ask("/version/").status_code == 200
    emulator.control.advance(12)
    assert status_of(caller.ask("/version")) == (401, "Unauthorized")
    assert emulator.control.count("kube.refused.expired") == 1


def test_an_application_and_a_person_are_told_who_they_are(
    emulator: Emulator, entra: EntraClient, caller: Caller
) -> None:
    def user() -> str:
        answer = caller.ask(REVIEWS, "POST", json=REVIEW)
        assert answer.status_code == 201
        return str(answer.json()["status"]["userInfo"]["username"])

    assert user() == claims_of(caller.token)["oid"]
    person = entra.sign_in(emulator, f"openid offline_access {AKS_SCOPE}")
    caller.authorization = f"Bearer {person['access_token']}"
    assert user() == "alice@contoso.example"


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"content": b"{"}, 400),
        ({"content": b"[]"}, 400),
        ({"json": {**REVIEW, "kind": "Pod"}}, 400),
        ({"content": b"k8s\0", "headers": {"Content-Type": "application/vnd.kubernetes.protobuf"}}, 400),
        ({"content": b"x", "headers": {"Content-Type": "text/plain"}}, 415),
        ({"json": REVIEW, "headers": {"Accept": "text/html"}}, 406),
    ],
)
def test_reviews_that_are_none(caller: Caller, options: dict[str, Any], status: int) -> None:
    assert status_of(caller.ask(REVIEWS, "POST", **options))[0] == status


def test_the_answer_says_in_which_form_it_is(caller: Caller) -> None:
    form = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    answer = caller.ask("/apis", headers={"Accept": f"{form},application/json"})
    assert answer.headers["content-type"] == form
    assert answer.json()["kind"] == "APIGroupDiscoveryList"
    plain = caller.ask("/apis/authorization.k8s.io/v1", headers={"Accept": f"{form},application/json"})
    assert plain.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/api/v1/namespaces/nowhere", 404, "NotFound"),
        ("DELETE", "/api/v1/namespaces/demo", 403, "Forbidden"),
        ("POST", "/api/v1/namespaces", 403, "Forbidden"),
        ("GET", "/api/v1/namespaces/demo/pods", 404, "NotFound"),
        ("GET", "/api/v1/namespaces?watch=true", 400, "BadRequest"),
        ("GET", "/api/v2", 404, "NotFound"),
        ("GET", "/apis/apps/v1", 404, "NotFound"),
        ("GET", "/nonsense", 404, "NotFound"),
        ("POST", "/nonsense", 404, "NotFound"),
        ("POST", "/version", 405, "MethodNotAllowed"),
        ("GET", REVIEWS, 405, "MethodNotAllowed"),
    ],
)
def test_what_is_refused(caller: Caller, method: str, path: str, status: int, reason: str) -> None:
    assert status_of(caller.ask(path, method)) == (status, reason)


@pytest.mark.parametrize("included", ["None", "Metadata", "Object"])
def test_a_table_with_as_much_of_the_objects_as_was_asked_for(caller: Caller, included: str) -> None:
    accept = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    table = caller.ask(f"/api/v1/namespaces/demo?includeObject={included}", headers=accept).json()
    (row,) = table["rows"]
    assert row["cells"][:2] == ["demo", "Active"]
    expected = {"None": None, "Metadata": "PartialObjectMetadata", "Object": "Namespace"}
    assert row.get("object", {}).get("kind") == expected[included]


def test_counts_and_faults_go_by_the_same_names(emulator: Emulator, caller: Caller) -> None:
    emulator.control.fault("kube.namespaces", "status", status=429, headers={"Retry-After": "1"})
    assert caller.ask("/api/v1/namespaces").status_code == 429
    assert caller.ask("/api/v1/namespaces").status_code == 200
    counts = emulator.control.counts()
    assert counts["kube"] == counts["kube.namespaces"] == 2
    assert counts["kube.authorized"] == 1


def test_the_log_names_no_token(emulator: Emulator, caller: Caller) -> None:
    caller.ask("/api/v1/namespaces")
    assert caller.token not in str(emulator.control.log())
