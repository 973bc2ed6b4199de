"""Which target a git request gets: the vectors, and what holds for every name near a configured one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from keyturn.configuration import config
from keyturn.configuration.audiences import all_scopes, allowed_scopes
from keyturn.configuration.hosts import Place
from keyturn.configuration.targets import git as git_targets
from keyturn.configuration.targets.git import GitTargets, find_git, place_of
from keyturn.configuration.targets.target import scopes_of
from keyturn.protocols import git
from support import places

if TYPE_CHECKING:
    from keyturn.configuration.config import Config

VECTORS = places.VECTORS / "targets"
PROFILES = """
[profile.work]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"
scopes = [
    "https://graph.microsoft.com/User.Read",
    "api://git/.default",
    "https://graph.microsoft.com/Mail.Read",
    "https://graph.microsoft.com/User.Read",
]
audiences = ["https://management.azure.com", "https://management.azure.com/"]

[profile.idle]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"
"""
GRAPH = ("https://graph.microsoft.com/User.Read", "https://graph.microsoft.com/Mail.Read")
AZURE_DEVOPS = ("499b84ac-1321-427f-aa17-267ca6975798/.default",)


def read_vectors(name: str) -> tuple[Config, list[dict[str, str]]]:
    """The configuration that a file of vectors describes, and its requests."""
    text = (VECTORS / name).read_text("utf-8")
    head, mark, _ = text.partition("[[request]]")
    assert mark
    document = head.replace("[targets]", "[targets.git]") + PROFILES
    return config.parse(VECTORS / name, document.encode()), tomllib.loads(text)["request"]


COVERING, COVERED = read_vectors("covered.toml")
STRICT, LOOK_ALIKES = read_vectors("look_alikes.toml")
HOSTS = ["dev.azure.com", "fabrikam.visualstudio.com", "contoso.visualstudio.com", "127.0.0.1:9443"]
EVERYTHING = st.characters(exclude_characters="\n", exclude_categories=["Cs"])


def ask(**attributes: str) -> bytes:
    """The bytes git sends; protocol https unless told otherwise."""
    return "".join(f"{key}={value}\n" for key, value in {"protocol": "https", **attributes}.items()).encode()


def found(configured: Config, body: bytes) -> str | None:
    """The URL of the target that a request gets."""
    try:
        target = find_git(configured.git_targets, git.parse(body))
    except git.MalformedRequest:
        return None
    return target.url if target else None


@pytest.mark.parametrize("case", COVERED, ids=lambda case: case["why"])
def test_covered(case: dict[str, str]) -> None:
    asked = {key: value for key, value in case.items() if key not in {"why", "gets"}}
    assert found(COVERING, ask(**asked)) == case["gets"]


@pytest.mark.parametrize("case", LOOK_ALIKES, ids=lambda case: case["why"])
def test_look_alike_gets_nothing(case: dict[str, str]) -> None:
    asked = {key: value for key, value in case.items() if key != "why"}
    assert found(STRICT, case["body"].encode() if "body" in case else ask(**asked)) is None


def test_bytes_that_are_not_utf8_get_nothing() -> None:
    assert found(STRICT, b"protocol=https\nhost=dev.azure.com\npath=contoso/\xe9\n") is None
    assert found(STRICT, b"protocol=https\nhost=dev.azure.com\npath=contoso/e\n") is not None


def test_a_target_for_all_of_azure_devops_names_no_legacy_host() -> None:
    text = '[targets.git]\n"https://dev.azure.com" = "work"\n' + PROFILES
    configured = config.parse(Path("config.toml"), text.encode())
    assert found(configured, ask(host="dev.azure.com")) == "https://dev.azure.com"
    assert found(configured, ask(host="dev.azure.com", path="any/project")) == "https://dev.azure.com"
    assert found(configured, ask(host="contoso.visualstudio.com", path="project")) is None


@pytest.mark.parametrize(
    ("username", "segments"),
    [("contoso", ("contoso",)), ("alice@contoso.example", ()), ("contoso/project", ()), ("-x", ()), ("", ())],
)
def test_only_the_name_of_an_organization_stands_for_a_path(username: str, segments: tuple[str, ...]) -> None:
    request = git.parse(ask(host="dev.azure.com", username=username))
    assert place_of(request) == Place("dev.azure.com", 443, segments)


def test_without_targets_nothing_is_ours() -> None:
    assert find_git(GitTargets(), git.parse(ask(host="dev.azure.com", path="contoso"))) is None


@given(
    host=st.one_of(st.sampled_from(HOSTS), st.text(EVERYTHING, max_size=30)),
    path=st.one_of(st.just("contoso/project"), st.text(EVERYTHING, max_size=20)),
    username=st.sampled_from(["", "contoso", "alice@contoso.example"]),
)
@example(host=HOSTS[0], path="contoso/project", username="")
def test_whatever_is_covered_names_the_host_of_its_target(host: str, path: str, username: str) -> None:
    url = found(STRICT, ask(host=host, path=path, username=username))
    if url is None:
        return  # most of what hypothesis thinks of is nobody's; the example and HOSTS are somebody's
    name = host.lower().removesuffix(":443")
    assert name in {"contoso.visualstudio.com", str(url).split("/")[2]}
    assert name != "contoso.visualstudio.com" or str(url).startswith("https://dev.azure.com/contoso")


@given(
    host=st.sampled_from(HOSTS),
    position=st.integers(min_value=0, max_value=30),
    change=st.sampled_from(["insert", "replace", "delete"]),
    character=EVERYTHING,
)
def test_no_host_one_change_away_is_covered(host: str, position: int, change: str, character: str) -> None:
    at = position % (len(host) + (change == "insert"))
    put = "" if change == "delete" else character
    mutated = host[:at] + put + host[at + (change != "insert") :]
    # A capital letter is the same host (but ASCII only: str.lower() alone turns KELVIN SIGN into k).
    assume(not mutated.isascii() or mutated.lower() != host)
    assert found(STRICT, ask(host=mutated, path="contoso/project")) is None


@given(position=st.integers(min_value=0, max_value=7), character=EVERYTHING)
def test_no_organization_one_insertion_away_is_covered(position: int, character: str) -> None:
    mutated = "contoso"[:position] + character + "contoso"[position:]
    assume(mutated != "contoso/")
    assert found(STRICT, ask(host="dev.azure.com", path=mutated)) is None
    assert found(STRICT, ask(host="dev.azure.com", username=mutated)) is None


def test_a_target_is_looked_up_not_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = "".join(f'"https://dev.azure.com/contoso-{number}" = "work"\n' for number in range(3000))
    many = config.parse(Path("config.toml"), f"[targets.git]\n{entries}{PROFILES}".encode())
    last = ask(host="contoso-2999.visualstudio.com", path="/".join("project" for _ in range(1000)))
    assert found(many, last) == "https://dev.azure.com/contoso-2999"
    compared = 0
    fold = git_targets.folded

    def counted(place: Place) -> Place:
        nonlocal compared
        compared += 1
        return fold(place)

    monkeypatch.setattr(git_targets, "folded", counted)
    assert found(many, last) == "https://dev.azure.com/contoso-2999"
    assert compared <= 4


def test_scopes_of_a_target_are_its_own_else_those_of_its_service() -> None:
    by_url: dict[str, Any] = {target.url: scopes_of(target) for target in STRICT.git_targets}
    assert by_url["https://dev.azure.com/contoso"] == AZURE_DEVOPS
    assert by_url["https://127.0.0.1:9443/contoso"] == AZURE_DEVOPS
    assert by_url["https://git.example/team/app"] == ("api://git/.default",)


def test_all_scopes_are_each_named_once_and_one_resource_each() -> None:
    assert all_scopes(STRICT, "work") == [
        AZURE_DEVOPS,
        ("api://git/.default",),
        GRAPH,
        ("https://management.azure.com/.default",),
        ("https://management.azure.com//.default",),
    ]
    assert all_scopes(STRICT, "idle") == []
    with pytest.raises(KeyError):
        all_scopes(STRICT, "nobody")


@pytest.mark.parametrize(
    ("wanted", "allowed"),
    [
        (AZURE_DEVOPS, AZURE_DEVOPS),
        (GRAPH, GRAPH),
        (GRAPH[::-1], GRAPH),
        (GRAPH * 9, GRAPH),
        (GRAPH[1:], GRAPH[1:]),
        ((), None),
        ((*GRAPH, *AZURE_DEVOPS), None),
        (("https://graph.microsoft.com/.default",), None),
        (("https://graph.microsoft.com/user.read",), None),
    ],
)
def test_a_caller_may_ask_for_what_is_listed_and_nothing_beyond(
    wanted: tuple[str, ...], allowed: tuple[str, ...] | None
) -> None:
    assert allowed_scopes(STRICT, "work", wanted) == allowed
    assert allowed_scopes(STRICT, "idle", wanted) is None
