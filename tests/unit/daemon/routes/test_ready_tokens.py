"""`keyturn token` answered at once: to whom, for how long, and what is left to Python."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

import keyturn
from keyturnd.callers.peer import Peer
from keyturnd.configuration import Configuration
from keyturnd.fetching.wants import Want
from keyturnd.routes.api import Api
from keyturnd.routes.tokens import ready
from keyturnd.server.http import Request
from support.daemon.brokers import SCOPES, Bench, Person

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.services import Services

CONFIG = """
[profile.ci]
provider = "entra"
tenant = "contoso.example"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "client-secret"

[targets.git]
"https://dev.azure.com/contoso" = "ci"
"""
OTHER = """
[profile.other]
provider = "entra"
tenant = "contoso.example"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"
"""
US = Peer(1, os.geteuid())
SAID = b"the bytes of that request"


class Desk:
    """The daemon's answers to the native `keyturn`, with the token of `ci` in memory."""

    def __init__(self, directory: Path) -> None:
        self.bench = Bench(directory / "vault")
        self.home = directory / "home"
        (self.home / ".config/keyturn").mkdir(parents=True)
        self.file = self.home / ".config/keyturn/config.toml"
        self.file.write_text(CONFIG)
        self.configuration = Configuration(self.file)
        self.configuration.on_change.append(self.bench.broker.reconfigured)
        self.services = cast(
            "Services",
            SimpleNamespace(
                configuration=self.configuration,
                broker=self.bench.broker,
                holdings=self.bench.holdings,
                state_directory=self.home / ".local/state/keyturn",
            ),
        )
        self.api = Api(self.services, lambda: None)
        self.headers = {"user-agent": f"keyturn/{keyturn.__version__}", "keyturn-env-home": str(self.home)}

    async def fetch(self) -> None:
        profile = self.configuration.current().profiles["ci"]
        await self.bench.entrust(profile)
        await self.bench.broker.token(Want(profile, SCOPES, "git"), Person(waits=False))

    def request(self, *words: str, verb: str = "token") -> Request:
        return Request("POST", f"/v1/keyturn/{verb}", words, self.headers, b"", US)

    def ask(self, *words: str, verb: str = "token") -> str | None:
        answer = self.api.at_once(self.request(*words, verb=verb), SAID)
        return None if answer is None else answer.body.decode()

    def used_by(self) -> str:
        (held,) = self.bench.broker.memory.held.values()
        return held.used_by


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    await made.fetch()
    return made


async def test_it_counts_and_is_recalled(desk: Desk) -> None:
    assert desk.used_by() == "git"
    answer = desk.ask("ci", "--format", "header")
    assert answer is not None
    assert answer.startswith("Authorization: Bearer ")
    assert desk.used_by() == "token"
    recalled = desk.api.recall(SAID, US)
    assert recalled is not None
    assert recalled.answer.endswith(answer.encode())


async def test_what_is_run_gets_one_variable(desk: Desk) -> None:
    token = desk.ask("ci")
    assert token is not None
    assert desk.ask("ci", verb="run") == f"KEYTURN_TOKEN={token.strip()}\0"
    assert desk.used_by() == "run"
    desk.file.write_text(CONFIG.replace("[targets", 'protocols = ["git", "token"]\n[targets'))
    await desk.fetch()
    assert desk.ask("ci", verb="run") is None
    assert desk.ask("ci")


async def test_only_who_would_start_this_very_daemon_is_answered(desk: Desk) -> None:
    """Anybody else is to be warned, which Python does; without HOME the system would have to be asked."""
    assert desk.ask("ci")
    same = dict(desk.headers)
    for name, value in (
        ("user-agent", "keyturn/0.0.1"), ("user-agent", ""), ("keyturn-env-home", "/somewhere/else"),
        ("keyturn-env-home", ""), ("keyturn-env-keyturn_config", "%2Fother.toml"),
        ("keyturn-env-xdg_state_home", "%2Fx"),
        ("keyturn-env-keyturn_state", "relative"), ("keyturn-env-xdg_config_home", "%2Fx"),
    ):  # fmt: skip
        desk.headers = {**same, name: value}
        assert desk.ask("ci") is None, (name, value)
    desk.headers = {**same, "keyturn-env-home": f"{desk.home}//.", "keyturn-env-xdg_state_home": "relative"}
    assert desk.ask("ci"), "the same place in other words"


async def test_the_only_profile_need_not_be_named(desk: Desk) -> None:
    assert desk.ask() == desk.ask("ci")
    desk.file.write_text(CONFIG + OTHER)
    assert desk.ask() is None
    assert desk.ask("ci")


async def test_what_the_configuration_no_longer_gives(desk: Desk) -> None:
    desk.file.write_text(CONFIG.replace('flow = "client-secret"', 'flow = "client-secret"\nprotocols = ["git"]'))
    assert desk.ask("ci") is None
    desk.file.write_text("[")
    assert desk.ask("ci") is None
    desk.file.unlink()
    assert desk.ask("ci") is None


async def test_life_enough_is_a_matter_of_the_moment(desk: Desk) -> None:
    """So such an answer is not given again without another look."""
    assert desk.ask("ci", "--min-life", "58m")
    assert desk.api.recall(SAID, US) is None
    desk.bench.clock.advance(180)
    assert desk.ask("ci", "--min-life", "58m") is None
    assert desk.ask("ci", "--min-life", "50m")
    assert desk.ask("ci", "--min-life", "0") is None


async def test_a_token_that_was_refused_or_ends_is_not_given(desk: Desk) -> None:
    (held,) = desk.bench.broker.memory.held.values()
    desk.bench.clock.advance(held.token.expires_at - desk.bench.clock.wall() - 200)
    assert desk.ask("ci") is None
    await desk.fetch()
    assert desk.ask("ci")
    await desk.bench.broker.reject(held.want, None)
    assert desk.ask("ci") is None


async def test_what_the_callers_encoding_decides_is_left_to_python(desk: Desk) -> None:
    desk.bench.broker.forget("ci")
    desk.bench.provider.account = "jürgen@contoso.example"
    desk.bench.clock.advance(3600)
    await desk.fetch()
    assert desk.ask("ci", "--json") is None
    assert desk.ask("ci")
    desk.bench.clock.advance(3600)
    desk.bench.provider.account = "alice@contoso.example"
    await desk.fetch()
    answer = desk.ask("ci", "--json")
    assert answer is not None
    assert json.loads(answer)["account"] == "alice@contoso.example"


async def test_there_is_no_other_answer(desk: Desk) -> None:
    answer = await ready.nothing(desk.services, desk.request("ci"), Person(), "")
    assert (answer.status, json.loads(answer.body)["detail"]) == (404, "there is no ready answer to these words")
