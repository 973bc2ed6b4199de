"""What the configuration of now still allows of a want of then."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from keyturn.configuration.config import Config, parse
from keyturnd.fetching.permission import NoLongerAllowed, check_allowed
from keyturnd.fetching.wants import Want
from keyturnd.messages.identities import Registry

BEFORE = """
[profile.work]
provider = "entra"
flow = "device-code"
application_id = "11111111-2222-3333-4444-555555555555"
audiences = ["https://graph.microsoft.com"]
[profile.other]
provider = "entra"
flow = "device-code"
application_id = "11111111-2222-3333-4444-555555555555"
[profile.tower]
provider = "awx"
url = "https://awx.example"
flow = "password"
username = "alice"
[targets.git]
"https://dev.azure.com/contoso" = "work"
[targets.kube]
"https://kube.example" = "work"
[targets.docker]
"contoso.azurecr.io" = "work"
"""
GIT = ("499b84ac-1321-427f-aa17-267ca6975798/.default",)
AKS = ("6dae42f8-4368-4678-94ff-3960e28e3630/.default",)
ACR = ("https://containerregistry.azure.net/.default",)
GRAPH = ("https://graph.microsoft.com/.default",)


def configured(text: str) -> Config:
    return parse(Path("/config.toml"), text.encode())


def want(protocol: str, scopes: tuple[str, ...], profile: str = "work", registry: str | None = None) -> Want:
    wanted = None if registry is None else Registry(registry)
    return Want(configured(BEFORE).profiles[profile], scopes, protocol, wanted)


ALLOWED = {
    "git": want("git", GIT),
    "git with a profile that borrows the target": want("git", GIT, "other"),
    "kube": want("kube", AKS),
    "docker": want("docker", ACR, registry="contoso.azurecr.io"),
    "an audience of its own": want("token", GRAPH),
    "what a target implies": want("token", GIT),
    "awx": want("token", ("write",), "tower"),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_nothing_changed(name: str) -> None:
    check_allowed(configured(BEFORE), ALLOWED[name])


@pytest.mark.parametrize(
    ("name", "line", "instead"),
    [
        ("git", '"https://dev.azure.com/contoso" = "work"', ""),
        ("git with a profile that borrows the target", '"https://dev.azure.com/contoso" = "work"', ""),
        ("kube", '"https://kube.example" = "work"', ""),
        ("docker", '"contoso.azurecr.io" = "work"', ""),
        ("docker", '"contoso.azurecr.io" = "work"', '"contoso.azurecr.io" = "other"'),
        ("docker", '"contoso.azurecr.io" = "work"', '"fabrikam.azurecr.io" = "work"'),
        ("an audience of its own", 'audiences = ["https://graph.microsoft.com"]', ""),
        ("awx", 'username = "alice"', 'username = "bob"'),
        ("git", 'audiences = ["https://graph.microsoft.com"]', 'tenant = "fabrikam.example"'),
    ],
)
def test_what_was_taken_out_is_no_longer_allowed(name: str, line: str, instead: str) -> None:
    assert line in BEFORE
    with pytest.raises(NoLongerAllowed):
        check_allowed(configured(BEFORE.replace(line, instead)), ALLOWED[name])


def test_a_profile_that_is_gone() -> None:
    gone = msgspec.structs.replace(configured(BEFORE), profiles={})
    with pytest.raises(NoLongerAllowed):
        check_allowed(gone, ALLOWED["git"])
