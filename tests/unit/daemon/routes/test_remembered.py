"""Answers given before: never longer than what they were made of."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from keyturn.configuration.config import parse
from keyturn.errors import Refused
from keyturnd.callers.peer import Peer
from keyturnd.configuration import Configuration
from keyturnd.routes import remembered
from keyturnd.routes.api import Api
from keyturnd.routes.git import operations as git
from keyturnd.server.http import Request
from support.daemon.brokers import Bench, Person
from support.daemon.counting import functions_called

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.services import Services

US = Peer(pid=1, uid=0)
CONFIG = """
[profile.ci]
provider = "entra"
tenant = "contoso.example"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "client-secret"

[targets.git]
"https://dev.azure.com/contoso" = "ci"
"""
ASKED = b"protocol=https\nhost=dev.azure.com\npath=contoso/app\n"
MOST_CALLS = 17
"""Of Python's functions: 13."""
SAID = b"the bytes of that request"


class Desk:
    """The daemon's answers, a broker, and a configuration on disk."""

    def __init__(self, directory: Path) -> None:
        self.bench = Bench(directory / "vault")
        self.file = directory / "config.toml"
        self.file.write_text(CONFIG)
        self.configuration = Configuration(self.file)
        self.configuration.on_change.append(self.bench.broker.reconfigured)
        services = SimpleNamespace(configuration=self.configuration, broker=self.bench.broker)
        self.services = cast("Services", services)
        self.api = Api(self.services, lambda: None)
        self.profile = parse(self.file, CONFIG.encode()).profiles["ci"]

    async def sign_in(self) -> None:
        await self.bench.entrust(self.profile)
        await ask_slowly(self)

    def ask(self, said: bytes = SAID, body: bytes = ASKED) -> bytes | None:
        """The answer that needs no waiting."""
        response = self.api.at_once(Request("POST", "/v1/git/get", (), {}, body, US), said)
        return None if response is None else response.body

    def recall(self, said: bytes = SAID) -> bytes | None:
        recalled = self.api.recall(said, US)
        return None if recalled is None else recalled.answer


async def ask_slowly(desk: Desk) -> None:
    """A token in memory, got the long way."""
    await git.get(desk.services, Request("POST", "/v1/git/get", (), {}, ASKED, US), Person(waits=False), "")


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    await made.sign_in()
    return made


async def test_the_same_bytes_get_the_same_answer(desk: Desk) -> None:
    assert desk.recall() is None
    answer = desk.ask()
    assert answer is not None
    assert b"password=" in answer
    assert (desk.recall() or b"").endswith(b"\r\n\r\n" + answer)
    assert desk.recall(SAID + b" ") is None


async def test_it_takes_little_to_give_it_again(desk: Desk) -> None:
    desk.ask()
    assert functions_called(desk.recall) <= MOST_CALLS


async def test_it_goes_with_its_token(desk: Desk) -> None:
    desk.ask()
    (held,) = desk.bench.broker.memory.held.values()
    desk.bench.broker.forget("ci")
    assert desk.recall() is None
    await ask_slowly(desk)  # from the vault, as another holding
    assert desk.recall() is None
    assert held not in desk.bench.broker.memory.held.values()
    assert repr(held) == "Held(ci)"


async def test_a_token_that_is_due_is_not_recalled(desk: Desk) -> None:
    desk.ask()
    (held,) = desk.bench.broker.memory.held.values()
    desk.bench.clock.advance(held.renew_at - desk.bench.clock.wall() - 1)
    assert desk.recall() is not None
    desk.bench.clock.advance(2)
    assert desk.recall() is None


async def test_another_configuration_ends_it(desk: Desk) -> None:
    desk.ask()
    assert desk.recall() is not None
    desk.file.write_text(CONFIG.replace('contoso" =', 'fabrikam" ='))
    assert desk.recall() is None
    assert desk.ask() is None  # told that it is near to a target, each time anew
    desk.file.write_text("[")
    assert desk.recall() is None


async def test_while_everything_is_refused_nothing_is_recalled(desk: Desk) -> None:
    desk.ask()
    desk.api.refusal = Refused("not now")
    assert desk.recall() is None
    assert desk.ask() is None


@pytest.mark.parametrize(
    "attribute", ["password", "credential", "oauth_refresh_token", "arg=--client-secret&arg", "-AZURE_CLIENT_SECRET"]
)
async def test_no_request_with_a_secret_is_kept(desk: Desk, attribute: str) -> None:
    said = SAID + attribute.encode() + b"=hunter2"
    assert desk.ask(said)
    assert desk.recall(said) is None


async def test_a_request_that_came_in_pieces_is_not_kept(desk: Desk) -> None:
    """Nothing is known of its bytes, whether there is a secret among them either."""
    assert desk.ask(b"", ASKED + b"password=hunter2\n")
    assert desk.recall(b"") is None
    (held,) = desk.bench.broker.memory.held.values()
    assert not held.answers


async def test_there_are_never_many(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "REMEMBERED", 3)
    for number in range(10):
        desk.ask(b"request %d" % number)
    (held,) = desk.bench.broker.memory.held.values()
    assert len(held.answers) <= 3
    assert desk.recall(b"request 9") is not None
