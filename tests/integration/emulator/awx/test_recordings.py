"""The emulated AWX servers against the recordings of the real ones: every step, in order, over TLS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support import places
from support.awx.client import AwxClient
from support.awx.script import TAG, Run
from support.awx.steps import STEPS, play
from support.awx.symbols import Symbols

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator

VECTORS = places.VECTORS / "awx"
FILES = {
    "controller": "awx_24.6.1_recordings.json",
    "gateway": "gateway_2024-10_recordings.json",
    "gateway-2026": "gateway_2026-06_recordings.json",
}
# Answered with the user of the project that was recorded, which is not the gateway's: only the status counts.
STATUS_ALONE = {("gateway-2026", "access after revoke of refresh"), ("gateway-2026", "PAT after that")}
USERS = {1: "admin", 2: "alice", 3: "bob", 4: "ext"}


def recorded(server: str) -> list[dict[str, Any]]:
    document = json.loads((VECTORS / FILES[server]).read_text())
    assert document["dialect"] == server.partition("-")[0]
    steps: list[dict[str, Any]] = document["steps"]
    return steps


@pytest.mark.parametrize(("server", "steps"), [("controller", 127), ("gateway", 114), ("gateway-2026", 114)])
def test_every_step_is_answered_as_the_real_server_did(emulator: Emulator, server: str, steps: int) -> None:
    with AwxClient(emulator, server) as client:
        symbols, run = Symbols(client.api, client.oauth, TAG, USERS), Run(client)
        differences = {}
        for number, expected in enumerate(recorded(server)):
            response = play(run, expected["label"])
            found = {"label": expected["label"], "request": symbols.request(response.request)}
            found |= symbols.answer(response)
            if "request" not in expected:
                # The one step whose recording is that of a redirect alone.
                del found["request"]
                found["headers"] = {"location": found["headers"]["location"].partition("?")[0]}
            if "body" not in expected:
                del found["body"]
            alone = (server, expected["label"]) in STATUS_ALONE
            if found["status"] != expected["status"] or (found != expected and not alone):
                differences[number] = (expected, found)
    assert not differences
    assert number == steps - 1


def test_the_script_has_no_step_that_was_not_recorded() -> None:
    labels = {step["label"] for server in FILES for step in recorded(server)}
    assert set(STEPS) == {label for label in labels if not label.startswith("scope ")}
