"""The registry's pure parts: names, paths, scopes and forms."""

from __future__ import annotations

import pytest

from keyturn_emulator.registry import scopes
from keyturn_emulator.registry.form import Form
from keyturn_emulator.registry.names import Asked, endpoint_name, is_repository, split_path
from keyturn_emulator.registry.refusals import RegistryError
from keyturn_emulator.registry.scopes import Scope

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v2/", Asked("ping")),
        ("/v2/_catalog", Asked("catalog")),
        ("/v2/app/tags/list", Asked("tags", "app")),
        ("/v2/team/app/manifests/1.0", Asked("manifests", "team/app", "1.0")),
        (f"/v2/team/app/blobs/{DIGEST}", Asked("blobs", "team/app", DIGEST)),
        ("/v2/team/app/blobs/uploads/", Asked("uploads", "team/app", "")),
        ("/v2/team/app/blobs/uploads/x-1", Asked("uploads", "team/app", "x-1")),
        ("/v2/blobs/uploads/manifests/1", Asked("manifests", "blobs/uploads", "1")),
        ("/v2", None),
        ("/v2/app", None),
        ("/", None),
        ("/v2/app/manifests/", None),
    ],
)
def test_a_path_means_one_thing(path: str, asked: Asked | None) -> None:
    assert split_path(path) == asked
    assert endpoint_name("GET", path) == (f"registry.{asked.kind}" if asked else None)


def test_the_token_endpoints_have_names() -> None:
    assert endpoint_name("POST", "/oauth2/exchange") == "registry.exchange"
    assert endpoint_name("GET", "/oauth2/token") == "registry.token"
    assert endpoint_name("POST", "/oauth2/other") is None


@pytest.mark.parametrize("name", ["app", "team/app", "a.b_c__d-e--f/1", "a" * 255])
def test_repositories(name: str) -> None:
    assert is_repository(name)


@pytest.mark.parametrize(
    "name", ["", "App", "-app", "app-", "a..b", "a___b", "a//b", "/a", "a/", "a b", "../a", "a" * 256]
)
def test_no_repositories(name: str) -> None:
    assert not is_repository(name)


def test_scopes_are_read_from_any_number_of_parameters() -> None:
    found = scopes.parse(["repository:team/app:pull,push,pull registry:catalog:*", "repository:x:pull"])
    assert found == [
        Scope("repository", "team/app", ("pull", "push")),
        Scope("registry", "catalog", ("*",)),
        Scope("repository", "x", ("pull",)),
    ]


@pytest.mark.parametrize(
    "text", ["repository", "repository:app", "repository::pull", "repository:App:pull", "x:app:pull"]
)
def test_what_is_no_scope(text: str) -> None:
    with pytest.raises(RegistryError):
        scopes.parse([text])


@pytest.mark.parametrize(
    ("held", "actions", "elsewhere", "lists"),
    [
        (scopes.role(writable=True, conditional=False), ["pull", "push", "delete"], ["pull"], ["*"]),
        (scopes.role(writable=False, conditional=False), ["pull"], ["pull"], ["*"]),
        (scopes.role(writable=True, conditional=True), ["pull", "push", "delete"], [], []),
        (scopes.ANYBODY, ["pull"], ["pull"], []),
    ],
)
def test_what_is_granted_is_at_most_what_is_allowed(
    held: scopes.Role, actions: list[str], elsewhere: list[str], lists: list[str]
) -> None:
    wanted = [
        Scope("repository", "team/app", ("pull", "push", "delete", "admin")),
        Scope("repository", "app", ("pull",)),
        Scope("registry", "catalog", ("*", "x")),
    ]
    assert [entry["actions"] for entry in scopes.granted(wanted, held)] == [actions, elsewhere, lists]


def test_a_token_is_for_what_it_names_and_for_all_of_it() -> None:
    claims = {"access": [{"type": "repository", "name": "app", "actions": ["pull", "push"]}]}
    assert scopes.permits(claims, Scope("repository", "app", ("pull",)))
    assert scopes.permits(claims, Scope("repository", "app", ("pull", "push")))
    assert not scopes.permits(claims, Scope("repository", "app", ("pull", "delete")))
    assert not scopes.permits(claims, Scope("repository", "app2", ("pull",)))
    assert not scopes.permits(claims, Scope("registry", "app", ("pull",)))


def test_a_form_holds_each_parameter_once_but_scopes() -> None:
    form = Form("service=a&scope=x&scope=y+z", {"service"})
    assert (form.required("service"), form.get("account"), form.scopes()) == ("a", None, ["x", "y z"])


@pytest.mark.parametrize(
    "text", ["service=a&service=b", "service=", "other=a", "service", "=a", "service=%ff", "a&b"]
)
def test_what_is_no_form(text: str) -> None:
    with pytest.raises(RegistryError):
        Form(text, {"service"})
