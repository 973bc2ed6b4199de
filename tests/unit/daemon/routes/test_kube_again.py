"""kubectl's answers given before: only to who may have them, between real processes and a fake provider."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, NamedTuple

import pytest

from keyturn.configuration.config import parse
from keyturn.errors import Refused
from keyturnd.callers.peer import Peer
from keyturnd.routes.api import Api
from support.daemon.counting import functions_called
from support.daemon.kube_desk import CONFIG, SERVER, Client, Desk, desk, dispatcher, document, helpers
from support.scenes.cluster import exec_info, record

if TYPE_CHECKING:
    import subprocess

    from keyturnd.server.http import Response

__all__ = ["desk", "dispatcher", "helpers"]

INFO = exec_info(SERVER)


MOST_CALLS = 25
"""Of Python's functions: 22."""


class Given(NamedTuple):
    """A token, and whether it was recalled, at once in memory, or got the long way."""

    how: str
    token: str


class Counter:
    """Where helpers ask, as the daemon's server has it: what was said before is recalled, if that may be."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.api = Api(desk.services, lambda: None)

    async def ask(self, helper: int, info: str = INFO, *arguments: str) -> Given:
        request = self.desk.request(helper, info, *arguments)
        said = repr((request.arguments, request.body)).encode()
        recalled = self.api.recall(said, request.peer)
        if recalled is not None:
            recalled.given(request.peer)
            return Given("recalled", _token_in(recalled.answer))
        response = self.api.at_once(request, said)
        if response is not None:
            return Given("at once", _token(response))
        return Given("slowly", await self.desk.token(helper, info, *arguments))

    async def prime(self, info: str = INFO, *arguments: str) -> None:
        """Have the answer to `info` known, by two clients that are gone."""
        for how in ("slowly", "at once"):
            with Client() as helper:
                assert (await self.ask(helper, info, *arguments)).how == how


def _token(response: Response) -> str:
    return str(document(response)["status"]["token"])


def _token_in(answer: bytes) -> str:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    return str(json.loads(body)["status"]["token"])


@pytest.fixture
def counter(desk: Desk) -> Counter:
    return Counter(desk)


async def test_the_next_client_is_given_what_the_last_one_got(counter: Counter) -> None:
    await counter.prime()
    with Client() as one, Client() as other:
        assert await counter.ask(one) == await counter.ask(other) == Given("recalled", "access-1")


async def test_a_client_that_was_refused_what_was_recalled_gets_another(counter: Counter, helpers: list[int]) -> None:
    """After a 401 it says the same bytes through another helper."""
    await counter.prime()
    assert await counter.ask(helpers[0]) == Given("recalled", "access-1")
    assert await counter.ask(helpers[1]) == Given("slowly", "access-2")
    with Client() as another:
        assert (await counter.ask(another)).token == "access-2"


async def test_a_helper_and_the_twin_it_becomes_are_no_refusal(counter: Counter, helpers: list[int]) -> None:
    await counter.prime()
    for _ in range(2):
        assert await counter.ask(helpers[0]) == Given("recalled", "access-1")
    assert counter.desk.bench.provider.started == 1


async def test_kr8s_that_says_nothing_is_looked_up_too(counter: Counter, helpers: list[int]) -> None:
    own = counter.desk.own
    await counter.prime("", *own)
    assert await counter.ask(helpers[0], "", *own) == Given("recalled", "access-1")
    assert await counter.ask(helpers[1], "", *own) == Given("slowly", "access-2")


async def test_pythons_client_asks_for_no_reason(counter: Counter, helpers: list[int]) -> None:
    info = json.dumps(json.loads(INFO))
    await counter.prime(info)
    assert {await counter.ask(helper, info) for helper in helpers} == {Given("recalled", "access-1")}


async def test_gclouds_dispatcher_has_become_somebody_else(
    counter: Counter, dispatcher: subprocess.Popen[bytes]
) -> None:
    assert dispatcher.stdout is not None
    await counter.prime()
    assert (await counter.ask(int(dispatcher.stdout.readline()))).how == "recalled"
    dispatcher.send_signal(signal.SIGUSR1)
    assert await counter.ask(int(dispatcher.stdout.readline())) == Given("recalled", "access-1")


async def test_a_cluster_set_up_anew_is_checked_anew(counter: Counter) -> None:
    """The same bytes name a CA that is not the recorded one any more."""
    await counter.prime()
    record(counter.desk.services.state_directory, SERVER, "ci", authority=b"another")
    with Client() as helper, pytest.raises(Refused, match="another CA"):
        await counter.ask(helper)


async def test_a_damaged_record_ends_it(counter: Counter) -> None:
    await counter.prime()
    (counter.desk.services.state_directory / "clusters.json").write_text("{", "ascii")
    with Client() as helper, pytest.raises(Refused, match="is not what keyturn wrote"):
        await counter.ask(helper)


async def test_another_ca_for_the_same_server_is_another_request(counter: Counter) -> None:
    await counter.prime()
    with Client() as helper, pytest.raises(Refused, match="another CA"):
        await counter.ask(helper, exec_info(SERVER, authority=b"another"))


async def test_a_cluster_that_is_no_target_any_more_ends_it(counter: Counter) -> None:
    await counter.prime()
    counter.desk.config = parse(counter.desk.config.source, CONFIG.replace(f'"{SERVER}" = "ci"\n', "").encode())
    with Client() as helper, pytest.raises(Refused, match="no target"):
        await counter.ask(helper)


async def test_it_goes_with_its_token(counter: Counter) -> None:
    bench = counter.desk.bench
    await counter.prime()
    (held,) = bench.broker.memory.held.values()
    bench.broker.forget("ci")
    with Client() as helper:
        assert (await counter.ask(helper)).how == "slowly"
    await counter.ask(0)
    assert await bench.broker.reject(held.want, held.token.digest)
    with Client() as helper:
        assert await counter.ask(helper) == Given("slowly", "access-2")


async def test_one_that_is_due_is_renewed_and_not_recalled(counter: Counter) -> None:
    bench = counter.desk.bench
    await counter.prime()
    (held,) = bench.broker.memory.held.values()
    bench.clock.advance(held.renew_at - bench.clock.wall() + 1)
    with Client() as helper:
        assert (await counter.ask(helper)).how == "at once"
    assert list(bench.broker.flights) == [held.key]


async def test_who_cannot_be_looked_up_is_answered_and_noted_nowhere(counter: Counter) -> None:
    await counter.prime()
    for _ in range(2):
        assert await counter.ask(0) == Given("recalled", "access-1")
    assert counter.api.recall(b"other bytes", Peer(0, 0)) is None


async def test_it_takes_little_to_give_it_again(counter: Counter) -> None:
    """Once parsed, checked and written it took 150."""
    await counter.prime()
    with Client() as helper:
        request = counter.desk.request(helper, INFO)
        said = repr((request.arguments, request.body)).encode()
        assert functions_called(lambda: counter.api.recall(said, request.peer)) <= MOST_CALLS
    assert next(reversed(counter.desk.services.handed._handed))[0].tool.pid != os.getpid()
