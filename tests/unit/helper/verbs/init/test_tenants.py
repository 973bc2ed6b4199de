"""What suggests a tenant, and who may make it count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from keyturn.configuration.config import parse
from keyturn.console import person
from keyturn.editing.config_document import ConfigDocument
from keyturn.errors import ProviderUnreachable, UsageError
from keyturn.reach import client
from keyturn.verbs.init import tenants
from keyturn.verbs.init.command import options_of, proposals_for
from keyturn.verbs.init.places import Place
from keyturn.verbs.init.proposal import same_application

TENANT, OTHER = "11111111-2222-3333-4444-555555555555", "22222222-3333-4444-5555-666666666666"
ORGANIZATION = Place("azure-devops", "https://dev.azure.com/contoso", "https://dev.azure.com/contoso")
REGISTRY = Place("acr", "contoso.azurecr.io", "contoso.azurecr.io")
CONTEXT = Place("aks", "https://x.azmk8s.io", "https://x.azmk8s.io:443", "/kubeconfig", "contoso-aks", TENANT)
PROFILE = '[profile.p{}]\nprovider = "entra"\nflow = "browser"\ntenant = "{}"\napplication_id = "preset:azure-cli"\n'
FOUND = {"tenant": TENANT, "environment": "AzureUSGovernment"}


class Desk:
    """Who is asked, and what they say; a terminal is there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[dict[str, Any]] = []
        self.found: dict[str, str] | None = FOUND
        self.typed = ""
        monkeypatch.setattr(tenants, "ask", self._discover)
        monkeypatch.setattr(client, "has_terminal", lambda: True)
        monkeypatch.setattr(person, "ask_line", lambda _: self.typed)

    def _discover(self, _method: str, _path: str, body: dict[str, Any]) -> dict[str, str]:
        self.asked.append(body)
        if self.found is None:
            raise ProviderUnreachable("no route")
        return self.found


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def tenant(place: Place, *words: str) -> tuple[str, str]:
    return tenants.tenant_of(place, options_of(words))


@pytest.mark.parametrize("words", [["--tenant", OTHER], ["--account", f"alice@{OTHER}", "--tenant", OTHER]])
def test_what_is_given_needs_nobody(words: list[str], desk: Desk) -> None:
    assert tenant(ORGANIZATION, *words, "--yes") == (OTHER, "")
    assert desk.asked == []


def test_the_domain_of_an_account(desk: Desk) -> None:
    assert tenant(REGISTRY, "--account", "Alice@Contoso.com", "--yes") == ("contoso.com", "")
    assert desk.asked == []


@pytest.mark.parametrize(
    ("place", "words", "body"),
    [
        (ORGANIZATION, [], {"url": ORGANIZATION.key}),
        (REGISTRY, ["--subscription", OTHER], {"subscription": OTHER, "environment": "AzureCloud"}),
    ],
)
def test_an_answer_counts_once_a_person_has_seen_it(
    place: Place, words: list[str], body: dict[str, str], desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tenant(place, *words) == (TENANT, "AzureUSGovernment")
    assert desk.asked == [body]
    assert f"belongs to the tenant {TENANT}" in capsys.readouterr().out
    with pytest.raises(UsageError, match="the tenant is needed") as refused:
        tenant(place, *words, "--yes")
    assert f"--tenant {TENANT}" in str(refused.value.hint)


def test_a_person_knows_better(desk: Desk) -> None:
    desk.typed = OTHER
    assert tenant(REGISTRY) == (OTHER, "")
    assert tenant(ORGANIZATION, "--tenant", OTHER) == (OTHER, ""), "nothing is known of the cloud of another tenant"


def test_nobody_answers(desk: Desk) -> None:
    desk.found = None
    assert tenant(ORGANIZATION) == ("organizations", "")


def test_an_organization_that_tells_none_may_be_misspelled(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.found = {"tenant": "", "environment": ""}
    assert tenant(ORGANIZATION) == ("organizations", "")
    assert "contoso tells no tenant: is it spelled right?" in capsys.readouterr().out


def test_a_kubeconfig_only_proposes(desk: Desk) -> None:
    assert tenant(CONTEXT) == (TENANT, "")
    with pytest.raises(UsageError):
        tenant(CONTEXT, "--yes")
    assert tenant(CONTEXT._replace(tenant="evil/../x")) == ("organizations", "")
    assert desk.asked == []


def test_one_answer_does_for_all_places_that_suggest_nothing(desk: Desk) -> None:
    assert tenants.tenant_of(REGISTRY, options_of([]), TENANT) == (TENANT, "")
    assert tenants.tenant_of(ORGANIZATION, options_of([]), OTHER) == (TENANT, "AzureUSGovernment")


def test_an_awx_has_none(desk: Desk) -> None:
    assert tenant(Place("awx", "https://awx.example", "https://awx.example")) == ("", "")
    assert desk.asked == []


def test_a_server_of_ones_own_is_not_asked(desk: Desk) -> None:
    assert tenant(Place("azure-devops", "https://git.example/tfs", "https://git.example/tfs")) == (
        "organizations",
        "",
    )
    assert desk.asked == []


def test_whoever_agrees_signs_in_at_the_tenant_there_is(desk: Desk) -> None:
    """With another spelling of it, or with none, the same person would be a second profile."""
    assert tenants.tenant_of(REGISTRY, options_of([]), usual=TENANT) == (TENANT, "")
    assert tenants.tenant_of(ORGANIZATION, options_of([]), usual=OTHER) == (TENANT, "AzureUSGovernment")
    with pytest.raises(UsageError) as refused:
        tenants.tenant_of(REGISTRY, options_of(["--yes"]), usual=TENANT)
    assert refused.value.hint == f"name it: keyturn init --yes --tenant {TENANT}"
    desk.typed = OTHER
    assert tenants.tenant_of(REGISTRY, options_of([]), usual=TENANT) == (OTHER, "")


@pytest.mark.parametrize(
    ("configured", "usual"),
    [([TENANT], TENANT), ([TENANT, TENANT], TENANT), ([TENANT, OTHER], ""), (["organizations"], ""), ([], "")],
)
def test_profiles_of_one_tenant_offer_it(configured: list[str], usual: str) -> None:
    tower = '[profile.tower]\nprovider = "awx"\nflow = "token"\nurl = "https://awx.example"\n'
    text = tower + "".join(PROFILE.format(number, each) for number, each in enumerate(configured))
    assert tenants.usual_tenant(parse(Path("config.toml"), text.encode()), lambda _: True) == usual


PERSON_AND_MACHINE = f"""
[profile.work]
provider = "entra"
flow = "browser"
tenant = "{TENANT}"
application_id = "preset:azure-cli"
[profile.build]
provider = "entra"
flow = "client-secret"
tenant = "contoso.example"
application_id = "{OTHER}"
"""


@pytest.mark.parametrize(
    ("words", "usual"),
    [
        (["--flow", "browser"], TENANT),
        (["--flow", "client-secret", "--application-id", OTHER], "contoso.example"),
        (["--flow", "device-code"], TENANT),
        (["--application-id", TENANT], ""),
    ],
)
def test_who_signs_in_as_before_is_offered_their_own_tenant(words: list[str], usual: str) -> None:
    config = parse(Path("config.toml"), PERSON_AND_MACHINE.encode())
    options = options_of(words)
    assert tenants.usual_tenant(config, lambda profile: same_application(profile, options)) == usual


@pytest.mark.parametrize(
    ("configured", "doubts"), [(OTHER, 1), (TENANT, 0), ("contoso.example", 0), ("organizations", 0)]
)
def test_a_profile_there_is_that_signs_in_elsewhere_is_doubted_before_it_is_written(
    configured: str, doubts: int, desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(PROFILE.format(0, configured), "utf-8")
    options = options_of(["--profile", "p0", "--yes"])
    (proposal,) = proposals_for(ConfigDocument(file), [ORGANIZATION], options)
    told = [remark for remark in proposal.remarks() if TENANT in remark]
    assert [remark.startswith(f"profile p0 signs in to the tenant {OTHER}") for remark in told] == [True] * doubts
    assert desk.asked == [{"url": ORGANIZATION.key}]
