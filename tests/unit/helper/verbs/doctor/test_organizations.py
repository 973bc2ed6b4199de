"""An organization that was connected to another tenant, which nothing else tells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from keyturn.configuration.config import parse
from keyturn.errors import ProviderUnreachable
from keyturn.kinds_of_hints import Sentence
from keyturn.verbs.doctor import organizations

if TYPE_CHECKING:
    from keyturn.verbs.doctor.finding import Finding

FORMER, NEW = "11111111-2222-3333-4444-555555555555", "66666666-2222-3333-4444-555555555555"
CONTOSO = '"https://dev.azure.com/contoso" = "work"\n'
DOCKER = '[targets.docker]\n"contoso.azurecr.io" = "work"\n'


def findings(
    monkeypatch: pytest.MonkeyPatch, tenant: str, targets: str, told: str
) -> tuple[list[Finding], list[str]]:
    """What is found, and the URLs asked. told: the tenant that each answer names; of an empty one, nothing."""
    asked = []

    def ask(_: str, path: str, body: dict[str, str], *, waits: bool) -> dict[str, Any]:
        assert (path, waits) == ("/v1/discovery", False)
        asked.append(body["url"])
        return {"tenant": told, "environment": "AzureCloud"}

    monkeypatch.setattr(organizations, "ask", ask)
    profile = f'[profile.work]\nprovider = "entra"\nflow = "browser"\ntenant = "{tenant}"\n'
    text = f'{profile}application_id = "preset:azure-cli"\n[targets.git]\n{targets}'
    return list(organizations.look(parse(Path("/config.toml"), text.encode()))), asked


def test_it_is_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked once, however many parts of it are targets; other servers are none of Azure DevOps."""
    targets = (
        f'{CONTOSO}"https://dev.azure.com/contoso/infra" = "work"\n"https://contoso.visualstudio.com/x" = "work"\n'
    )
    others = (
        '"https://git.example/x" = { profile = "work", service = "azure-devops" }\n"https://dev.azure.com" = "work"\n'
    )
    found, asked = findings(monkeypatch, FORMER, targets + others, FORMER)
    assert asked == ["https://dev.azure.com/contoso", "https://contoso.visualstudio.com"]
    assert [finding.level for finding in found] == ["ok", "ok"]


@pytest.mark.parametrize(
    ("more", "commands"),
    [
        ("", f"keyturn profile edit work tenant={NEW}"),
        (DOCKER, "keyturn target remove https://dev.azure.com/contoso && keyturn init https://dev.azure.com/contoso"),
    ],
)
def test_it_has_moved(more: str, commands: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The profile follows it, but not away from what has stayed. A person decides: anybody may have answered."""
    [found], _ = findings(monkeypatch, FORMER, CONTOSO + more, NEW)
    assert (found.level, found.safe) == ("warning", False)
    assert found.sentence == (
        f"https://dev.azure.com/contoso belongs to the tenant {NEW}, and profile work signs in to {FORMER}"
    )
    assert found.hint == Sentence(f"see that it has moved there, then: {commands}")


@pytest.mark.parametrize(("tenant", "told"), [("contoso.example", NEW), (FORMER, ""), (FORMER, "organizations")])
def test_what_cannot_be_compared(tenant: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings(monkeypatch, tenant, CONTOSO, told)[0] == []


def test_it_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(*_: Any, **__: Any) -> None:
        raise ProviderUnreachable("no route to dev.azure.com", Sentence("try again later"))

    findings(monkeypatch, FORMER, CONTOSO, FORMER)
    monkeypatch.setattr(organizations, "ask", ask)
    profile = f'[profile.work]\nprovider = "entra"\nflow = "browser"\ntenant = "{FORMER}"\n'
    text = f'{profile}application_id = "preset:azure-cli"\n[targets.git]\n{CONTOSO}'
    [found] = organizations.look(parse(Path("/config.toml"), text.encode()))
    assert (found.level, found.reason) == ("error", "no route to dev.azure.com")
    assert found.sentence == "https://dev.azure.com/contoso: no route to dev.azure.com"
