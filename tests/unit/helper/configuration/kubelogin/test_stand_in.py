"""Whom the stand-in for kubelogin asks for tokens, and what a stranger's kubeconfig cannot make it do."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.configuration.config import Config, parse
from keyturn.configuration.kubelogin.identities import names_begin
from keyturn.configuration.kubelogin.stand_in import AKS_CLIENT, StandIn, stand_in
from keyturn.configuration.profiles import is_profile_name
from keyturn.configuration.profiles.secrets import Lent
from keyturn.errors import KeyturnError, Refused, UsageError
from keyturn.protocols.kubelogin.wish import Wish

AKS = "6dae42f8-4368-4678-94ff-3960e28e3630"
TENANT = "aaaaaaaa-2222-3333-4444-555555555555"
OTHERS = "99999999-2222-3333-4444-555555555555"
CONFIG = """
[profile.work]
provider = "entra"
tenant = "contoso.example"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"
authority = "https://login.contoso.example:8443"
ca_file = "/etc/contoso.pem"
audiences = ["api://cluster"]

[targets.kube]
"https://plain.example" = { profile = "work", service = "plain", scopes = ["api://plain/.default"] }
"""
PERSONS = Wish("devicecode", AKS, client_id=AKS_CLIENT, tenant=TENANT)
APPLICATIONS = Wish("spn", AKS, client_id=OTHERS, tenant=TENANT, secret_variables=("AZURE_CLIENT_SECRET",))


def _config(text: str = CONFIG) -> Config:
    return parse(Path("/config.toml"), text.encode())


def _found(wish: Wish) -> StandIn:
    return stand_in(_config(), wish)


def test_a_person_at_aks() -> None:
    found = stand_in(Config(source=Path("/none")), PERSONS)
    assert found.scopes == (f"{AKS}/.default",)
    assert found.profile.flow.name == "device-code"
    assert found.profile.authority == f"https://login.microsoftonline.com/{TENANT}"
    assert not is_profile_name(found.profile.name), "none of the configuration can be called so"


def test_an_application_brings_its_secret() -> None:
    found = _found(APPLICATIONS)
    assert found.profile.flow.secret_source == Lent(("AZURE_CLIENT_SECRET",))


def test_a_secret_and_a_time_are_no_part_of_who_asks() -> None:
    other = APPLICATIONS._replace(client_secret="s", timeout=1.0, certificate_password="p")
    assert _found(APPLICATIONS).profile == _found(other).profile


def test_the_names_tell_the_cache_directory() -> None:
    wish = PERSONS._replace(cache_dir="/srv/one")
    assert _found(wish).profile.name.startswith(names_begin("/srv/one"))
    assert not _found(PERSONS).profile.name.startswith(names_begin("/srv/one"))


@pytest.mark.parametrize("audience", ["api://cluster", "api://plain", "6256C85F-0aad-4d50-b960-e6e9b21efe35"])
def test_audiences_of_arc_of_profiles_and_of_targets(audience: str) -> None:
    assert _found(PERSONS._replace(server_id=audience)).scopes[0].lower() == f"{audience.lower()}/.default"


@pytest.mark.parametrize(
    ("wish", "kind", "sentence"),
    [
        (PERSONS._replace(server_id="https://management.azure.com"), Refused, "neither that of AKS"),
        (PERSONS._replace(server_id="two words"), UsageError, "server-id is not the id"),
        (PERSONS._replace(client_id=OTHERS), Refused, "nobody is asked to sign in to application"),
        (PERSONS._replace(authority_host="https://login.evil.example"), Refused, "of no cloud and of no profile"),
        (PERSONS._replace(authority_host="https://login.contoso.example"), Refused, "of no cloud"),
        (PERSONS._replace(authority_host="http://login.microsoftonline.com"), UsageError, "--authority-host: "),
        (PERSONS._replace(authority_host="https://login.microsoftonline.com/x"), UsageError, "--authority-host: "),
        (
            APPLICATIONS._replace(authority_host="https://login.evil.example"),
            Refused,
            "of no cloud and of no profile",
        ),
        (PERSONS._replace(client_id=""), UsageError, "client-id is required"),
        (PERSONS._replace(client_id="no guid"), UsageError, "--client-id: "),
        (PERSONS._replace(tenant="../x"), UsageError, "--tenant-id: "),
        (APPLICATIONS._replace(tenant=""), UsageError, "tenant-id is required"),
        (APPLICATIONS._replace(tenant="common"), UsageError, "--tenant-id: "),
    ],
)
def test_refused(wish: Wish, kind: type[KeyturnError], sentence: str) -> None:
    with pytest.raises(kind, match=sentence) as caught:
        _found(wish)
    assert caught.value.hint


def test_audiences_of_a_profile_that_is_not_for_kubernetes_are_not_to_be_had() -> None:
    other = CONFIG.partition("[targets.kube]")[0].replace(".work]", ".other]").replace("api://cluster", "api://mine")
    stand_in(_config(CONFIG + other), PERSONS._replace(server_id="api://mine"))
    with pytest.raises(Refused, match="neither that of AKS"):
        stand_in(_config(f'{CONFIG}{other}protocols = ["token"]'), PERSONS._replace(server_id="api://mine"))


def test_a_configured_login_host_comes_with_whom_to_trust_there_and_nothing_else() -> None:
    found = _found(PERSONS._replace(authority_host="https://login.contoso.example:8443"))
    assert found.profile.ca_file == "/etc/contoso.pem"
    assert (found.profile.account, found.profile.audiences, found.profile.scopes) == (None, (), ())
    assert _found(PERSONS).profile.ca_file is None


@pytest.mark.parametrize(
    "wish",
    [
        PERSONS._replace(client_id=OTHERS),
        PERSONS._replace(server_id="api://evil"),
        PERSONS._replace(authority_host="https://login.evil.example"),
    ],
)
def test_what_a_stranger_wrote_is_to_be_verified_and_not_to_be_pasted(wish: Wish) -> None:
    with pytest.raises(Refused) as caught:
        _found(wish)
    assert str(caught.value.hint).startswith("ask those whose cluster it is whether ")
    assert ": keyturn" not in str(caught.value.hint)
    assert "evil" not in str(caught.value.hint)
    assert TENANT in str(caught.value.hint) or wish.client_id != OTHERS
