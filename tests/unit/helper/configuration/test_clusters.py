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
from keyturn.configuration.hosts import https_url
from keyturn.configuration.known_clusters import KnownCluster, key_of
from keyturn.configuration.targets.kube import find_kube
from keyturn.errors import KeyturnError, Refused, UsageError
from keyturn.protocols.kubectl import ExecRequest, KubeOptions, Trust, fingerprint, options
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
        profile, scopes = token_for(RULES, request, asked, {})
        assert (profile.name, scopes) == (case["profile"], (f"{case['audience']}/.default",))
        return
    with pytest.raises(KeyturnError) as caught:
        token_for(RULES, request, asked, {})
    assert caught.value.kind == case["error"]
    assert caught.value.hint
    shown = caught.value.hint.replace(str(RULES.source), "FILE")
    assert shown == case.get("hint", shown)


def test_nothing_that_tells_the_profile_names_what_would() -> None:
    with pytest.raises(UsageError, match="--profile") as caught:
        token_for(RULES, ExecRequest(), KubeOptions(), {})
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
        token_for(RULES, ExecRequest(cluster_server="https://alice:hunter2@kube.example"), KubeOptions("work"), {})
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
        token = token_for(RULES, ExecRequest(cluster_server=server), KubeOptions(profile, server_id), {})
    except KeyturnError:
        return
    allowed = all_scopes(RULES, token.profile.name)
    target = None if server is None else find_kube(RULES.kube_targets, server)
    if target is not None:
        allowed += all_scopes(RULES, target.profile)
    assert token.scopes in allowed
    assert "kube" in token.profile.protocols
    assert (target is None) is (server is None)


SERVER = "https://contoso-1234.hcp.westeurope.azmk8s.io:443"
RECORDED = Trust(authority=fingerprint(b"ca"), proxy="http://proxy.example", tls_server_name="aks")
KNOWN = {key_of(https_url(SERVER)): KnownCluster(RECORDED, {"work": "the-word"})}
OWN = KubeOptions("work", server=SERVER, word="the-word")
ASKED = ExecRequest(cluster_server=SERVER, trust=RECORDED)


@pytest.mark.parametrize(
    ("request_", "asked"),
    [
        (ASKED, OWN),
        (ASKED, KubeOptions("work")),  # an older keyturn's stanza
        (ASKED, KubeOptions()),
        (ExecRequest(), OWN),  # kr8s, fabric8, client-node
        (ASKED._replace(cluster_server=SERVER.removesuffix(":443")), OWN),
    ],
)
def test_a_cluster_that_was_set_up_is_served(request_: ExecRequest, asked: KubeOptions) -> None:
    assert token_for(RULES, request_, asked, KNOWN).profile.name == "work"


@pytest.mark.parametrize("asked", [OWN, KubeOptions("work")])
@pytest.mark.parametrize(
    "changed",
    [{"authority": fingerprint(b"evil")}, {"authority": ""}, {"proxy": "http://evil.example"}, {"proxy": ""},
     {"tls_server_name": ""}, {"authority": "", "authority_file": "ca.pem"}, {"insecure": True}],
)  # fmt: skip
def test_a_real_server_reached_in_another_way_gets_nothing(changed: dict[str, Any], asked: KubeOptions) -> None:
    request_ = ASKED._replace(trust=RECORDED._replace(**changed))
    with pytest.raises(Refused) as caught:
        token_for(RULES, request_, asked, KNOWN)
    if "insecure" not in changed:
        assert caught.value.hint == "keyturn setup kube"


def test_nobody_unverified_gets_anything_even_where_nothing_is_recorded() -> None:
    with pytest.raises(Refused):
        token_for(RULES, ExecRequest(cluster_server=SERVER, trust=Trust(insecure=True)), KubeOptions("work"), {})


@pytest.mark.parametrize(
    "asked",
    [
        OWN._replace(word="another"),
        OWN._replace(word=None),
        OWN._replace(server=None),
        OWN._replace(profile="other"),
        OWN._replace(server="https://rancher.example/k8s/clusters/c-m-1"),
        OWN._replace(server="https://evil.example"),
        KubeOptions("work"),
    ],
)
def test_without_cluster_info_the_word_decides(asked: KubeOptions) -> None:
    with pytest.raises(Refused):
        token_for(RULES, ExecRequest(), asked, KNOWN)


@pytest.mark.parametrize(
    "own", [{"authority": fingerprint(b"evil")}, {"authority_file": "evil.pem"}, {"proxy": "http://evil.example"},
            {"tls_server_name": "evil.example"}]
)  # fmt: skip
@pytest.mark.parametrize("asked", [KubeOptions(), KubeOptions("work"), OWN])
def test_a_target_that_was_never_set_up_takes_nobodys_word_for_its_ca(
    own: dict[str, Any], asked: KubeOptions
) -> None:
    with pytest.raises(Refused) as caught:
        token_for(RULES, ExecRequest(cluster_server=SERVER, trust=Trust(**own)), asked, {})
    assert str(caught.value.hint).startswith("keyturn setup kube")


def test_a_target_that_was_never_set_up_is_served_by_a_public_ca() -> None:
    assert token_for(RULES, ExecRequest(cluster_server=SERVER), KubeOptions(), {}).profile.name == "work"


def test_a_target_set_up_for_another_profile_takes_a_word_too() -> None:
    known = {key: cluster._replace(words={"other": "a-word"}) for key, cluster in KNOWN.items()}
    with pytest.raises(Refused):
        token_for(RULES, ExecRequest(), KubeOptions("work"), known)


def test_a_user_set_up_for_one_cluster_is_no_good_for_another() -> None:
    other = ExecRequest(cluster_server="https://rancher.example/k8s/clusters/c-m-1")
    with pytest.raises(Refused):
        token_for(RULES, other, OWN, KNOWN)


def test_python_names_the_ca_file_that_was_recorded() -> None:
    trust = RECORDED._replace(authority_file="ca.pem")
    known = {key: cluster._replace(trust=trust) for key, cluster in KNOWN.items()}
    told = ASKED._replace(trust=trust._replace(authority=""))
    assert token_for(RULES, told, OWN, known).profile.name == "work"
    with pytest.raises(Refused):
        token_for(RULES, told, KubeOptions("work"), known)
