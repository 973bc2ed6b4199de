"""The table of flows: whole, and of one mind with the configuration before it and the grants behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.profiles.flows import awx, entra, passing
from keyturn.configuration.profiles.flows.flow import name_of
from keyturnd import flows
from keyturnd.acquire.entra.grants import GRANTS

if TYPE_CHECKING:
    from keyturn.configuration.profiles.flows.flow import Flow

KNOWN = {"entra": (*entra.FLOWS, passing.AzureCli, passing.OnBehalfOf), "awx": awx.FLOWS}


def test_every_flow_of_the_configuration_and_of_no_profile_has_a_row() -> None:
    assert {(row.provider, flow) for flow, row in flows.FLOWS.items()} == {
        (provider, flow) for provider, known in KNOWN.items() for flow in known
    }


@pytest.mark.parametrize("flow", flows.FLOWS, ids=name_of)
def test_what_a_secret_is_called_is_said_once(flow: type[Flow]) -> None:
    assert flows.FLOWS[flow].secret == flow.secret_name
    assert (flow().secret_source is None) == (flow.secret_name is None)


def test_every_flow_of_entra_has_a_grant_that_takes_whom_its_row_says() -> None:
    rows = {name_of(flow): row for flow, row in flows.FLOWS.items() if row.provider == "entra"}
    assert {name: grant.person for name, grant in GRANTS.items()} == {name: row.person for name, row in rows.items()}


@pytest.mark.parametrize("flow", flows.FLOWS, ids=name_of)
def test_what_is_entrusted_in_place_of_a_sign_in_is_said_once(flow: type[Flow]) -> None:
    row = flows.FLOWS[flow]
    assert row.entrusts == flow.entrusts
    assert row.entrusts is None or not row.person


@pytest.mark.parametrize("flow", flows.FLOWS, ids=name_of)
def test_who_signs_in_once_leaves_what_renews_the_tokens(flow: type[Flow]) -> None:
    row = flows.FLOWS[flow]
    assert (row.person or row.entrusts is not None) == (row.state is not None)
