"""Which token a kubectl gets: the rules against the vectors, and what no kubeconfig can bring about."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keyturn.configuration import config
from keyturn.configuration.audiences import all_scopes
from keyturn.configuration.clusters import token_for
from keyturn.configuration.targets.kube import find_kube
from keyturn.errors import KeyturnError, UsageError
from keyturn.protocols.kubectl import ExecRequest, KubeOptions, options
from support import places

if TYPE_CHECKING:
    from pathlib import Path

    from keyturn.configuration.config import Config

VECTORS = places.VECTORS
PROFILE = """
[profile.work]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"
"""


def read_vectors(path: Path, more: str = "") -> tuple[Config, list[dict[str, Any]]]:
    """The configuration that a file of vectors describes, and its requests."""
    text = path.read_text("utf-8")
    head, mark, _ = text.partition("[[request]]")
    assert mark
    document = head.replace("[targets]", "[targets.kube]") + more
    return config.parse(path, document.encode()), tomllib.loads(text)["request"]


RULES, REQUESTS = read_vectors(VECTORS / "kube" / "clusters.toml")
CLUSTERS, SERVERS = read_vectors(VECTORS / "targets" / "cluster_servers.toml", PROFILE)
EVERYTHING = st.characters(exclude_categories=["Cs"])


@pytest.mark.parametrize("case", REQUESTS, ids=lambda case: case["why"])
def test_rule(case: dict[str, Any]) -> None:
    request = ExecRequest(cluster_server=case.get("server"))
    asked = options(case.get("arguments", []))
    if "error" not in case:
        profile, scopes = token_for(RULES, request, asked)
        assert (profile.name, scopes) == (case["profile"], (f"{case['audience']}/.default",))
        return
    with pytest.raises(KeyturnError) as caught:
        token_for(RULES, request, asked)
    assert caught.value.kind == case["error"]
    assert caught.value.hint
    assert caught.value.hint == case.get("hint", caught.value.hint)


def test_nothing_that_tells_the_profile_names_what_would() -> None:
    with pytest.raises(UsageError, match="--profile") as caught:
        token_for(RULES, ExecRequest(), KubeOptions())
    assert caught.value.hint == "keyturn setup kube"


@pytest.mark.parametrize("case", SERVERS, ids=lambda case: case["why"])
def test_server(case: dict[str, str]) -> None:
    target = find_kube(CLUSTERS.kube_targets, case["server"])
    assert (target.url if target else None) == case.get("gets")


def test_there_are_hostile_servers_enough() -> None:
    assert sum("gets" not in case for case in SERVERS) >= 40


def test_a_refusal_never_repeats_the_server() -> None:
    """It is somebody else's text, and may hold a password."""
    with pytest.raises(KeyturnError) as caught:
        token_for(RULES, ExecRequest(cluster_server="https://alice:hunter2@kube.example"), KubeOptions("work"))
    assert "hunter2" not in caught.value.lines()


@given(position=st.integers(min_value=0, max_value=30), character=EVERYTHING)
def test_no_server_one_insertion_away_is_a_target(position: int, character: str) -> None:
    server = "https://kestrel.example:6443"
    mutated = server[:position] + character + server[position:]
    assume(mutated != f"{server}/")
    assert find_kube(CLUSTERS.kube_targets, mutated) is None


@given(
    server=st.none()
    | st.sampled_from([target.url for target in RULES.kube_targets])
    | st.text(EVERYTHING, max_size=20),
    profile=st.none() | st.sampled_from([*RULES.profiles, "nobody"]),
    server_id=st.none()
    | st.sampled_from(["https://management.azure.com", "https://graph.microsoft.com", "api://rancher", "x"]),
)
def test_whatever_a_kubeconfig_names_the_configuration_allows_it(
    server: str | None, profile: str | None, server_id: str | None
) -> None:
    try:
        token = token_for(RULES, ExecRequest(cluster_server=server), KubeOptions(profile, server_id))
    except KeyturnError:
        return
    allowed = all_scopes(RULES, token.profile.name)
    target = None if server is None else find_kube(RULES.kube_targets, server)
    if target is not None:
        allowed += all_scopes(RULES, target.profile)
    assert token.scopes in allowed
    assert "kube" in token.profile.protocols
    assert (target is None) is (server is None)
