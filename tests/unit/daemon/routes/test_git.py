"""What git is told: on a first ask, on a second one in the same command, and of owners without a name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from keyturn import moves
from keyturn.configuration import config
from keyturn.errors import KeyturnError, Refused
from keyturnd.broker import policy
from keyturnd.callers.complaints import Complaints
from keyturnd.callers.handed import Client, Handed
from keyturnd.callers.peer import Peer, Tool
from keyturnd.messages.outcomes import Failure
from keyturnd.routes.git import operations, wants
from keyturnd.vault import tokens
from support.daemon.brokers import Bench, Person

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.server.http import Request

CONFIG = """
[profile.ci]
provider = "entra"
flow = "client-secret"
tenant = "contoso.example"
application_id = "11111111-2222-3333-4444-555555555555"

[targets.git]
"https://dev.azure.com/contoso" = { profile = "ci", authtype = "AUTHTYPE" }
"""
PLACE = ("protocol=https", "host=dev.azure.com", "path=contoso/demo/_git/app")
OFFERED = ("capability[]=authtype", "capability[]=state")
CHALLENGE = 'wwwauth[]=Bearer realm="", error="insufficient_claims", claims="e30="'
NOBODY = Person(waits=False)


class Git:
    """Processes that ask the routes; `again` marks those that only ask twice when they were refused."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch, authtype: str = "basic") -> None:
        self.bench = Bench(directory / "vault")
        settings = config.parse(directory / "config.toml", CONFIG.replace("AUTHTYPE", authtype).encode())
        self.services: Any = SimpleNamespace(
            configuration=SimpleNamespace(current=lambda: settings, error=None),
            broker=self.bench.broker,
            holdings=self.bench.holdings,
            complaints=Complaints(self.bench.clock),
            handed=Handed(self.bench.clock),
        )
        self.settings = settings
        self._helper = 1000
        monkeypatch.setattr(operations, "asker_of", lambda helper: Tool(helper // 1000, 0))
        monkeypatch.setattr(operations, "client_of", _client)

    async def begin(self) -> None:
        """Let the first token be there."""
        await self.bench.entrust(self.settings.profiles["ci"])
        await self.say("get", process=9)

    async def say(self, operation: str, *lines: str, process: int = 1) -> dict[str, list[str]]:
        """What the operation answers, by attribute. Each call comes through a helper of its own."""
        self._helper += 1
        asked = request(*PLACE, *lines, helper=process * 1000 + self._helper % 1000)
        at_once = operations.at_once(self.services, asked) if operation == "get" else None
        response = at_once.response if at_once is not None else None
        if response is None:
            response = await getattr(operations, operation)(self.services, asked, NOBODY, "")
        found: dict[str, list[str]] = {}
        for line in response.body.decode().splitlines():
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
        return found


def _client(asker: Tool | None, place: str) -> Client | None:
    return None if asker is None or asker.pid >= 50 else Client(asker, "git-remote-http", place)


def request(*lines: str, helper: int = 0) -> Request:
    body = "".join(f"{line}\n" for line in lines).encode()
    stand_in = SimpleNamespace(arguments=(), body=body, peer=Peer(helper, 0), environment=lambda _: None)
    return cast("Request", stand_in)


@pytest.fixture
async def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    made = Git(tmp_path, monkeypatch)
    await made.begin()
    return made


async def test_a_nameless_owner_gets_a_constant_user_name(git: Git) -> None:
    asked = wants.asked_of(git.settings, request(*PLACE))
    assert asked is not None
    now = git.bench.clock.wall()
    git.bench.broker.memory.hold(asked.want, tokens.Token("access", now, now + 3600))
    assert (await git.say("get"))["username"] == ["keyturn"]


async def test_a_caller_that_offers_nothing_is_offered_nothing(git: Git) -> None:
    assert (await git.say("get")).keys() == {"username", "password", "password_expiry_utc"}
    only = await git.say("get", "capability[]=authtype", "capability[]=quantum")
    assert only["capability[]"] == ["authtype"]
    assert "continue" not in only


async def test_the_name_in_the_url_is_said_back(git: Git) -> None:
    assert (await git.say("get", "username=bob"))["username"] == ["bob"]
    assert (await git.say("get", "username="))["username"] == ["alice@contoso.example"]


async def test_a_second_ask_gets_another_token_and_no_third_chance(git: Git) -> None:
    first = await git.say("get", *OFFERED)
    assert (first["capability[]"], first["continue"]) == (["authtype", "state"], ["1"])
    assert first["password"] == ["access-1"]
    assert "access-1" not in first["state[]"][0]
    again = ("username=alice@contoso.example", f"state[]={first['state[]'][0]}", "state[]=other:1", CHALLENGE)
    second = await git.say("get", *OFFERED, *again)
    assert (second["password"], second["username"]) == (["access-2"], first["username"])
    assert "password_expiry_utc" in second
    assert not second.keys() & {"state[]", "continue"}
    assert git.bench.provider.jobs[-1].claims == "{}"


async def test_the_process_that_had_it_approved_asks_again_without_a_state(git: Git) -> None:
    first = await git.say("get", *OFFERED)
    await git.say("store", *OFFERED, "password=access-1", f"state[]={first['state[]'][0]}", "continue=1")
    again = ("username=alice@contoso.example", "password_expiry_utc=9999999999")
    assert (await git.say("get", *OFFERED, *again, process=2))["password"] == ["access-1"]
    second = await git.say("get", *OFFERED, *again)
    assert second["password"] == ["access-2"]
    assert "continue" not in second


async def test_a_program_that_lives_for_long_may_ask_again(git: Git) -> None:
    for _ in range(3):
        await git.say("store", "password=access-1", process=60)
        answer = await git.say("get", *OFFERED, "password_expiry_utc=9999999999", process=60)
        assert answer["password"] == ["access-1"]
    assert git.bench.provider.started == 1


async def test_one_that_was_refused_for_ever_is_stopped_and_told_once(git: Git) -> None:
    """git-lfs asks up to eight times in one push."""
    state = (await git.say("get", *OFFERED))["state[]"][0]
    assert (await git.say("get", *OFFERED, f"state[]={state}"))["password"] == ["access-2"]
    with pytest.raises(Refused, match="just been renewed") as told:
        await git.say("erase", "password=access-2")
    assert told.value.output == ""
    for _ in range(4):
        assert await git.say("get", *OFFERED) == {"quit": ["1"]}
    assert (await git.say("get", *OFFERED, process=2))["password"] == ["access-2"]  # another one may be right
    assert git.bench.provider.started == 2


async def test_gits_that_ask_but_once_are_told_that_the_next_gets_another(git: Git) -> None:
    for process in (2, 3):  # at once, both with the first token
        with pytest.raises(Refused, match="refused the token of profile ci") as told:
            await git.say("erase", "password=access-1", process=process)
        assert told.value.hint == moves.clients.next_git()
        assert told.value.output == ""
    assert (await git.say("get", process=4))["password"] == ["access-2"]
    assert git.bench.provider.started == 2


async def test_the_twin_of_the_helper_that_was_told_tells_it(git: Git) -> None:
    for _ in range(2):
        with pytest.raises(Refused, match="refused the token of profile ci"):
            await operations.erase(git.services, request(*PLACE, "password=access-1", helper=2001), NOBODY, "")
    assert await git.say("erase", "password=access-1", process=2) == {}


@pytest.mark.parametrize(("process", "password"), [(60, "access-1"), (2, "theirs")])
async def test_silence_where_nobody_gives_up_or_the_token_is_not_ours(git: Git, process: int, password: str) -> None:
    assert await git.say("erase", f"password={password}", process=process) == {}


async def test_git_lfs_hears_nothing_as_it_asks_again(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "client_of", lambda asker, place: Client(asker, "/usr/bin/git-lfs", place))
    assert await git.say("erase", "password=access-1") == {}


async def test_without_another_token_the_reason_is_told_and_git_is_stopped(git: Git) -> None:
    state = (await git.say("get", *OFFERED))["state[]"][0]
    git.bench.provider.gives_the_same = True
    with pytest.raises(Refused, match="there is no other") as told:
        await git.say("get", *OFFERED, f"state[]={state}")
    assert told.value.output == "quit=1\n"
    git.bench.clock.advance(policy.FORCED_RENEWAL_INTERVAL)
    git.bench.provider.gives_the_same = False
    assert (await git.say("get", *OFFERED, f"state[]={state}", process=3))["password"] == ["access-3"]


async def test_a_header_is_for_callers_that_know_of_headers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git = Git(tmp_path, monkeypatch, "bearer")
    await git.begin()
    first = await git.say("get", *OFFERED)
    assert (first["authtype"], first["credential"], first["ephemeral"]) == (["Bearer"], ["access-1"], ["1"])
    assert "password" not in first
    assert (await git.say("get"))["password"] == ["access-1"]
    await git.say("erase", *OFFERED, "authtype=Bearer", "credential=access-1", process=60)
    assert (await git.say("get", *OFFERED))["credential"] == ["access-2"]


async def test_a_large_push_is_told_what_git_makes_of_headers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A git before 2.54 begins it without one, and takes the 401 for a refusal of the token."""
    git = Git(tmp_path, monkeypatch, "bearer")
    await git.begin()
    erased = (*OFFERED, "authtype=Bearer")
    for push, sentence in enumerate(("the token of profile ci", "had just been renewed"), 1):
        with pytest.raises(Refused, match=sentence) as told:
            await git.say("erase", *erased, f"credential=access-{push}", process=push)
        assert str(told.value.hint).startswith(
            'git before 2.54 takes authtype = "basic" for pushes of more than 1 MiB; '
        )
        state = (await git.say("get", *OFFERED, process=push + 2))["state[]"][0]
    with pytest.raises(Refused, match="had just been renewed") as told:
        await git.say("get", *OFFERED, f"state[]={state}", process=4)
    assert "git before 2.54" in str(told.value.hint)


async def test_a_failure_is_told_with_what_stops_git(git: Git) -> None:
    git.bench.clock.advance(4000)
    git.bench.provider.failure = Failure("provider-unreachable", "cannot connect", "try again later")
    with pytest.raises(KeyturnError) as told:
        await git.say("get", process=4)
    assert told.value.output == "quit=1\n"
    assert await git.say("get", process=4) == {"quit": ["1"]}
