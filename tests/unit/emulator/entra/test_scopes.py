"""What may be asked for together, and what it is taken to mean."""

from __future__ import annotations

import pytest

from keyturn_emulator.entra.directory.registry import Registry
from keyturn_emulator.entra.directory.resources import AZURE_DEVOPS, GRAPH
from keyturn_emulator.entra.refusals import EntraError
from keyturn_emulator.entra.requests.scopes import Asked, application_scope, user_scope

REGISTRY = Registry()
DEVOPS = f"{AZURE_DEVOPS}/.default"


def for_user(scope: str) -> Asked:
    return user_scope(scope, REGISTRY.device, REGISTRY.tenant)


def for_application(scope: str) -> Asked:
    return application_scope(scope, REGISTRY.tenant)


@pytest.mark.parametrize(
    ("scope", "audience"),
    [
        (DEVOPS, AZURE_DEVOPS),
        ("https://graph.microsoft.com/.default", "https://graph.microsoft.com"),
        # The audience keeps its own slash: reference/entra.md section 4, "//.default".
        ("https://management.core.windows.net//.default", "https://management.core.windows.net/"),
    ],
)
def test_an_application_asks_for_one_default(scope: str, audience: str) -> None:
    assert for_application(scope).audience == audience


def test_openid_words_beside_it_change_nothing() -> None:
    """MSAL for Go sends them with client credentials."""
    assert for_application(f"{DEVOPS} openid offline_access profile") == for_application(DEVOPS)


@pytest.mark.parametrize(
    ("scope", "number"),
    [
        (AZURE_DEVOPS, 1002012),
        (f"{AZURE_DEVOPS}/user_impersonation", 1002012),
        ("openid", 70011),
        ("/.default", 1002012),
        (f"{DEVOPS}  openid", 70011),
        (f"{DEVOPS} https://graph.microsoft.com/.default", 70011),
        (f"{DEVOPS} ", 70011),
        ("", 70011),
        ("https://management.core.windows.net/.default", 500011),
        ("11111111-1111-1111-1111-111111111111/.default", 500011),
        (DEVOPS.upper(), 1002012),
    ],
)
def test_applications_are_refused(scope: str, number: int) -> None:
    with pytest.raises(EntraError) as caught:
        for_application(scope)
    assert caught.value.kind.number == number


def test_a_person_asks_for_words_and_one_resource() -> None:
    asked = for_user(f"openid offline_access {DEVOPS}")
    assert asked.words == {"openid", "offline_access"}
    assert (asked.audience, asked.permissions) == (AZURE_DEVOPS, ("user_impersonation",))
    assert asked.answered() == f"{AZURE_DEVOPS}/user_impersonation {DEVOPS}"


def test_named_permissions_and_no_more() -> None:
    asked = for_user(f"{AZURE_DEVOPS}/vso.code {AZURE_DEVOPS}/vso.code_write {AZURE_DEVOPS}/vso.code")
    assert asked.permissions == ("vso.code", "vso.code_write")
    assert asked.answered() == f"{AZURE_DEVOPS}/vso.code {AZURE_DEVOPS}/vso.code_write"


@pytest.mark.parametrize("scope", ["openid", "openid profile", "User.Read", "openid User.Read"])
def test_without_a_resource_it_is_graph(scope: str) -> None:
    assert for_user(scope).audience == GRAPH


@pytest.mark.parametrize(
    ("scope", "number"),
    [
        (f"{DEVOPS} https://graph.microsoft.com/User.Read", 28000),
        (f"{DEVOPS} User.Read", 28000),
        (f"{DEVOPS} {AZURE_DEVOPS}/vso.code", 70011),
        (f"{AZURE_DEVOPS}/no.such", 650053),
        ("no.such", 650053),
        ("https://nowhere.example/.default", 500011),
        ("https://nowhere.example/x User.Read", 500011),
        ("openid  profile", 70011),
        ("openid\tprofile", 70011),
        ('"openid"', 70011),
        ("openid profilé", 70011),
    ],
)
def test_people_are_refused(scope: str, number: int) -> None:
    with pytest.raises(EntraError) as caught:
        for_user(scope)
    assert caught.value.kind.number == number
