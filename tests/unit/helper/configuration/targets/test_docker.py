"""Which target a registry's name gets: the vectors, and what holds for every name near a configured one."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keyturn.configuration import config
from keyturn.configuration.hosts import UnfitName
from keyturn.configuration.targets.docker import find_docker, registry
from keyturn.protocols import docker
from support import places

VECTORS = places.VECTORS / "docker" / "servers.toml"
PROFILE = """
[profile.work]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"
"""
TEXT = VECTORS.read_text("utf-8")
HEAD = TEXT.partition("[[request]]")[0].replace("[targets]", "[targets.docker]") + PROFILE
TARGETS = config.parse(VECTORS, HEAD.encode()).docker_targets
SERVERS = tomllib.loads(TEXT)["request"]
EVERYTHING = st.characters(exclude_categories=["Cs"])
LABELS = st.from_regex(r"\A[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?\Z")


def found(body: bytes) -> str | None:
    """The login server of the target that a request gets."""
    target = find_docker(TARGETS, docker.server_name(body))
    return target.login_server if target else None


@pytest.mark.parametrize("case", SERVERS, ids=lambda case: case["why"])
def test_server(case: dict[str, str]) -> None:
    assert found(case["server"].encode()) == case.get("gets")


def test_there_are_hostile_names_enough() -> None:
    assert sum("gets" not in case for case in SERVERS) >= 50


def test_every_target_is_found_by_the_name_that_list_gives_it() -> None:
    assert [found(target.login_server.encode()) for target in TARGETS] == [target.login_server for target in TARGETS]


@pytest.mark.parametrize(
    "body", [b"contoso.azurecr.io\xff", b"\xffcontoso.azurecr.io", b"\xc0\xafcontoso.azurecr.io"]
)
def test_bytes_that_are_not_utf8_are_nobodys(body: bytes) -> None:
    assert found(body) is None


@given(
    position=st.integers(min_value=0, max_value=30),
    change=st.sampled_from(["insert", "replace", "delete"]),
    character=EVERYTHING,
)
def test_no_name_one_change_away_is_ours(position: int, change: str, character: str) -> None:
    server = "kestrel-hash1.azurecr.cn"
    at = position % (len(server) + (change == "insert"))
    put = "" if change == "delete" else character
    mutated = server[:at] + put + server[at + (change != "insert") :]
    trimmed = mutated.strip(" \t\r\n").removesuffix("/")
    # A capital letter is the same host (but ASCII only: str.lower() alone turns KELVIN SIGN into k).
    assume(not trimmed.isascii() or trimmed.lower() != server)
    assert found(mutated.encode()) is None


@given(
    labels=st.lists(LABELS, min_size=1, max_size=4),
    port=st.none() | st.integers(min_value=1, max_value=65535),
    scheme=st.sampled_from(["", "http://", "https://"]),
    path=st.sampled_from(["", "/", "/v2/", "/team/img"]),
)
def test_every_spelling_of_a_registry_is_one_place(
    labels: list[str], port: int | None, scheme: str, path: str
) -> None:
    host = ".".join(labels)
    spelled = f"{scheme}{host.upper()}{'' if port is None else f':{port}'}{path}"
    assert registry(spelled) == (host, port or 443)


@given(st.text(EVERYTHING, max_size=30))
def test_any_text_is_a_plain_name_or_unfit(text: str) -> None:
    try:
        host, port = registry(text)
    except UnfitName:
        return
    assert host.isascii()
    assert host == host.lower()
    assert not set(host) & set("/@\\?#:% \t\r\n")
    assert 0 < port < 65536
    assert host in text.lower()
