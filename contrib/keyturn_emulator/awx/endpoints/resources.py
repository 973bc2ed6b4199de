"""What there is to look at with a token: one organisation, and what AWX puts into it when it is installed.

Only to be read. Members of the organisation and superusers see it; the stranger's lists are empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyturn_emulator.awx import refusals
from keyturn_emulator.awx.documents.shapes import USERS_SINCE, moment
from keyturn_emulator.awx.endpoints import call
from keyturn_emulator.awx.state.people import ORGANISATION, ORGANISATION_NAME

if TYPE_CHECKING:
    from starlette.responses import Response

    from keyturn_emulator.awx.documents.shapes import Row
    from keyturn_emulator.awx.endpoints.call import Call


@dataclass(frozen=True)
class Kind:
    """A collection with the one thing in it.

    more: what its rows have beside name and description; called: what the API's root calls the collection, if not
    as its path.
    """

    collection: str
    type: str
    model: str
    name: str
    more: Row = field(default_factory=dict)
    called: str = ""


ASKED_ON_LAUNCH = (
    *("variables", "limit", "tags", "skip_tags", "job_type", "verbosity", "inventory", "credential", "labels"),
    *("scm_branch", "diff_mode", "execution_environment", "forks", "instance_groups", "job_slice_count", "timeout"),
)
KINDS = {
    kind.collection: kind
    for kind in (
        Kind("organizations", "organization", "Organization", ORGANISATION_NAME, {"max_hosts": 0}),
        Kind("teams", "team", "Team", "Operators", {"organization": ORGANISATION}),
        Kind(
            "inventories",
            "inventory",
            "Inventory",
            "Demo Inventory",
            {"organization": ORGANISATION, "kind": ""},
            called="inventory",
        ),
        Kind("projects", "project", "Project", "Demo Project", {"organization": ORGANISATION, "scm_type": "git"}),
        Kind(
            "job_templates",
            "job_template",
            "JobTemplate",
            "Demo Job Template",
            {
                "job_type": "run",
                "organization": ORGANISATION,
                "inventory": 1,
                "project": 1,
                "playbook": "hello_world.yml",
                "survey_enabled": False,
                **dict.fromkeys((f"ask_{what}_on_launch" for what in ASKED_ON_LAUNCH), False),
            },
        ),
    )
}
KEY = 1
VERSION_ROOT = re.compile("/api/(?:controller/|gateway/)?v[12]")


async def listed(asked: Call) -> Response:
    """GET COLLECTION/."""
    kind = KINDS[asked.path["collection"]]
    rows = [_row(asked, kind)] if sees(asked) else []
    return call.listing(asked, rows, kind.model)


async def shown(asked: Call) -> Response:
    """GET COLLECTION/N/."""
    kind = KINDS[asked.path["collection"]]
    if asked.path["key"] != str(KEY):
        raise refusals.no_such(kind.model)
    if not sees(asked):
        raise refusals.forbidden()
    return call.answer(_row(asked, kind))


def templates(asked: Call) -> list[Row]:
    """The job templates that the caller sees."""
    return [_row(asked, KINDS["job_templates"])] if sees(asked) else []


def version_root(asked: Call) -> str:
    """The path of the API that was asked: behind the gateway that is another one than on the controller itself."""
    found = VERSION_ROOT.match(asked.request.url.path)
    assert found is not None
    return found[0]


def sees(asked: Call) -> bool:
    """Whether the caller may look at what the organisation has, and start it."""
    user = asked.caller.user
    return user.superuser or user.member


def _row(asked: Call, kind: Kind) -> Row:
    base = version_root(asked)
    related: Row = {}
    summaries: Row = {}
    if "organization" in kind.more:
        related["organization"] = f"{base}/organizations/{ORGANISATION}/"
        summaries["organization"] = {"id": ORGANISATION, "name": ORGANISATION_NAME, "description": ""}
    if kind.type == "job_template":
        related["launch"] = f"{base}/{kind.collection}/{KEY}/launch/"
    return {
        "id": KEY,
        "type": kind.type,
        "url": f"{base}/{kind.collection}/{KEY}/",
        "related": related,
        "summary_fields": summaries,
        "created": moment(USERS_SINCE),
        "modified": moment(USERS_SINCE),
        "name": kind.name,
        "description": "",
        **kind.more,
    }
