"""Which profile a place gets, where there are some already."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.configuration.config import parse
from keyturn.verbs.init.command import options_of
from keyturn.verbs.init.places import Place
from keyturn.verbs.init.proposal import propose

TENANT = "11111111-2222-3333-4444-555555555555"
WORK = f"""
[profile.work]
provider = "entra"
flow = "browser"
tenant = "{TENANT}"
application_id = "preset:azure-cli"
"""


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ("", "work"),
        ('prompt = "select_account"', "work"),
        ('domain_hint = "contoso.example"', "work"),
        ('account = "bob@contoso.example"', "work2"),
        ('environment = "AzureChinaCloud"', "work2"),
    ],
)
def test_who_signs_in_decides_and_not_how_the_page_asks(more: str, name: str) -> None:
    config = parse(Path("config.toml"), f"{WORK}{more}\n".encode())
    options = options_of(["contoso.azurecr.io", "--flow", "browser"])
    place = Place("acr", "contoso.azurecr.io", "contoso.azurecr.io")
    assert propose(config, place, options, tenant=TENANT, environment="").profile == name


def test_a_job_whose_server_was_added_to_its_profile_is_the_same_job() -> None:
    """GitHub Enterprise Server: the first `init` is refused, its hint obeyed, and the same command goes on."""
    job = f'[profile.work]\nprovider = "entra"\nflow = "workload-identity"\ntenant = "{TENANT}"\n'
    known = f'{job}application_id = "{TENANT}"\noidc_hosts = ["github.contoso.example"]\n'
    options = options_of(["contoso.azurecr.io", "--flow", "workload-identity", "--application-id", TENANT])
    place = Place("acr", "contoso.azurecr.io", "contoso.azurecr.io")
    proposal = propose(parse(Path("config.toml"), known.encode()), place, options, tenant=TENANT, environment="")
    assert (proposal.profile, proposal.keys) == ("work", {})
