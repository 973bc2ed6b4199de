"""Starting the job template there is, and what becomes of it: pending when it starts, successful at the next look.

A token that may only read starts nothing (the scope is checked for every method but GET), nor does a stranger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.awx import refusals
from keyturn_emulator.awx.documents import fields
from keyturn_emulator.awx.documents.shapes import moment
from keyturn_emulator.awx.endpoints import call
from keyturn_emulator.awx.endpoints.resources import KEY, sees, templates, version_root

if TYPE_CHECKING:
    from starlette.responses import Response

    from keyturn_emulator.awx.documents.shapes import Row
    from keyturn_emulator.awx.endpoints.call import Call

ENDED: Row = {"status": "successful", "failed": False, "elapsed": 1.0}
BEGUN: Row = {"status": "pending", "failed": False, "elapsed": 0.0, "started": None, "finished": None}
NOTHING_TO_ASK: Row = {
    "can_start_without_user_input": True,
    "passwords_needed_to_start": [],
    "variables_needed_to_start": [],
    "survey_enabled": False,
}


async def offered(asked: Call) -> Response:
    """GET job_templates/N/launch/: what has to be said to start it."""
    _check(asked)
    return call.answer(NOTHING_TO_ASK)


async def launch(asked: Call) -> Response:
    """POST job_templates/N/launch/."""
    _check(asked)
    await fields.read(asked.request, asked.dialect)
    asked.server.jobs.append(asked.server.clock.now())
    number = len(asked.server.jobs)
    return call.created({**_row(asked, number), **BEGUN, "job": number, "ignored_fields": {}})


async def listed(asked: Call) -> Response:
    """GET jobs/."""
    numbers = range(1, len(asked.server.jobs) + 1) if sees(asked) else ()
    return call.listing(asked, [_row(asked, number) for number in numbers], "Job")


async def shown(asked: Call) -> Response:
    """GET jobs/N/."""
    number = int(asked.path["key"])
    if not 1 <= number <= len(asked.server.jobs) or not sees(asked):
        raise refusals.no_such("Job")
    return call.answer(_row(asked, number))


async def unified(asked: Call) -> Response:
    """GET unified_job_templates/: all that can be started, of which there is one."""
    return call.listing(asked, templates(asked), "UnifiedJobTemplate")


def _check(asked: Call) -> None:
    if asked.path["key"] != str(KEY):
        raise refusals.no_such("JobTemplate")
    if not sees(asked):
        raise refusals.forbidden()


def _row(asked: Call, number: int) -> Row:
    base = version_root(asked)
    begun = moment(asked.server.jobs[number - 1])
    (template,) = templates(asked)
    return {
        "id": number,
        "type": "job",
        "url": f"{base}/jobs/{number}/",
        "related": {},
        "summary_fields": {},
        "created": begun,
        "modified": begun,
        "name": template["name"],
        "job_template": KEY,
        "started": begun,
        "finished": begun,
        "artifacts": {},
        **ENDED,
    }
