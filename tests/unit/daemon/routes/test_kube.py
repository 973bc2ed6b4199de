"""What a kubectl gets: between real processes and a fake provider."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from keyturn.configuration.config import parse
from keyturn.errors import Refused, SignInNeeded, UsageError
from keyturn.protocols import kubectl
from keyturnd.callers.complaints import MEMORY, Complaints
from keyturnd.callers.handed import Handed
from keyturnd.callers.peer import Peer
from keyturnd.routes import exec_plugins, kube
from keyturnd.server.http import Request, Response
from support.daemon.brokers import Bench, Person
from support.scenes.cluster import exec_info, record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyturnd.services import Services

SERVER = "https://aks.example"
CONFIG = """
[profile.ci]
provider = "entra"
tenant = "contoso.example"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "client-secret"

[profile.me]
provider = "entra"
tenant = "contoso.example"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"

[targets.kube]
"https://aks.example" = "ci"
"https://personal.example" = "me"
"""
PERSONAL = exec_info("https://personal.example", interactive=True)


class Desk:
    """The route with what it needs, and the processes that come to it."""

    def __init__(self, directory: Path) -> None:
        self.bench = Bench(directory / "vault")
        self.config = parse(directory / "config.toml", CONFIG.encode())
        self.own = record(directory, SERVER, "ci")
        record(directory, "https://personal.example", "me")
        self.complaints = Complaints(self.bench.clock)
        self.services = cast(
            "Services",
            SimpleNamespace(
                configuration=SimpleNamespace(current=lambda: self.config),
                broker=self.bench.broker,
                complaints=self.complaints,
                handed=Handed(self.bench.clock),
                understood={},
                state_directory=directory,
            ),
        )

    def request(self, helper: int, info: str = "", *arguments: str) -> Request:
        return Request("POST", "/v1/kube/get-token", arguments, {}, info.encode(), Peer(helper, os.geteuid()))

    async def ask(self, helper: int, info: str = "", *arguments: str, person: Person | None = None) -> Response:
        request = self.request(helper, info, *arguments)
        return await kube.get_token(self.services, request, person or Person(waits=False), "")

    async def token(self, helper: int, info: str = "", *arguments: str, person: Person | None = None) -> str:
        answer = await self.ask(helper, info, *arguments, person=person)
        return str(document(answer)["status"]["token"])


def document(answer: Response) -> dict[str, Any]:
    assert (answer.status, answer.exit_status) == (200, 0)
    found: dict[str, Any] = json.loads(answer.body)
    return found


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    await made.bench.entrust(cast("Any", made.config.profiles["ci"]))
    return made


@pytest.fixture
def helpers() -> Iterator[list[int]]:
    """Three processes that this one started, as a kubectl starts its helpers."""
    children = [subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) for _ in range(3)]
    yield [child.pid for child in children]
    for child in children:
        child.communicate()


DISPATCHER = """
import os, signal, subprocess
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
print(subprocess.Popen(["cat"]).pid, flush=True)
signal.sigwait([signal.SIGUSR1])
os.dup2(0, 3)
os.execv("/bin/sh", ["sh", "-c", "cat <&3 & echo $!; wait"])
"""


class Client:
    """Another process that starts a helper: `arguments` are behind its program's name."""

    CODE = "import subprocess; c = subprocess.Popen(['cat']); print(c.pid, flush=True); c.wait()"

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-c", self.CODE, *arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self.helper = int(self._process.stdout.readline())

    def __enter__(self) -> int:
        return self.helper

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


class Shell:
    """A shell with one command, a helper."""

    def __init__(self) -> None:
        command = ["sh", "-c", "exec 3<&0; cat <&3 & echo $!; wait"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self.helper = int(self._process.stdout.readline())

    def end(self) -> None:
        self._process.communicate()


@pytest.fixture
def dispatcher() -> Iterator[subprocess.Popen[bytes]]:
    """A process that starts a helper, and on a signal becomes another program that starts one."""
    command = [sys.executable, "-c", DISPATCHER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process
        process.communicate()


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
async def test_an_answer_in_the_clients_version_with_the_true_expiry(desk: Desk, version: str) -> None:
    answer = document(await desk.ask(0, exec_info(SERVER, version=version)))
    assert answer["apiVersion"] == f"client.authentication.k8s.io/{version}"
    assert answer["status"] == {"expirationTimestamp": "2027-01-15T09:00:00Z", "token": "access-1"}
    assert desk.bench.provider.jobs[0].scopes == ("6dae42f8-4368-4678-94ff-3960e28e3630/.default",)


async def test_a_cluster_that_is_no_target_gets_nothing_whatever_profile_it_names(desk: Desk) -> None:
    for arguments in ((), ("--profile", "ci")):
        with pytest.raises(Refused, match="no target"):
            await desk.ask(0, exec_info("https://aks.example.attacker.example"), *arguments)
    assert desk.bench.provider.started == 0


async def test_a_server_id_is_not_the_callers_to_choose(desk: Desk) -> None:
    with pytest.raises(Refused, match="server id"):
        await desk.ask(0, exec_info(SERVER), "--server-id", "https://management.azure.com")
    await desk.ask(0, exec_info(SERVER), "--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630")


async def test_whose_answer_could_not_be_written_was_handed_nothing(
    desk: Desk, helpers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else asking again would count as a refusal, and cost a token."""
    info = exec_info(SERVER)
    with monkeypatch.context() as broken:
        broken.setattr(kubectl, "answer", lambda *_: (_ for _ in ()).throw(ValueError("no answer")))
        for helper in helpers[:2]:
            with pytest.raises(ValueError, match="no answer"):
                await desk.ask(helper, info)
            with pytest.raises(ValueError, match="no answer"):
                kube.at_once(desk.services, desk.request(helper, info))
    assert await desk.token(helpers[2], info) == "access-1"


async def test_a_stranger_with_a_ca_of_its_own_gets_nothing_where_nothing_was_set_up(desk: Desk) -> None:
    (desk.services.state_directory / "clusters.json").unlink()
    with pytest.raises(Refused, match="nobody has set up this cluster"):
        await desk.ask(0, exec_info(SERVER), "--profile", "ci")
    with pytest.raises(Refused, match="nothing tells which cluster"):
        await desk.ask(0, "", "--profile", "ci")
    assert desk.bench.provider.started == 0


async def test_a_damaged_record_answers_nobody(desk: Desk) -> None:
    (desk.services.state_directory / "clusters.json").write_text("{", "ascii")
    for info in (exec_info(SERVER), exec_info(SERVER, authority=b""), ""):
        with pytest.raises(Refused, match="is not what keyturn wrote") as caught:
            await desk.ask(0, info, *desk.own)
        assert caught.value.hint == "keyturn setup kube"


async def test_the_same_words_mean_the_same_only_while_the_configuration_stays(desk: Desk) -> None:
    words = exec_info(SERVER), *desk.own
    assert await desk.token(0, *words) == await desk.token(0, *words) == "access-1"
    desk.config = parse(desk.config.source, CONFIG.replace(f'"{SERVER}" = "ci"\n', "").encode())
    with pytest.raises(Refused, match="no target"):
        await desk.ask(0, *words)


async def test_the_same_words_mean_the_same_only_while_the_records_stay(desk: Desk) -> None:
    words = exec_info(SERVER), *desk.own
    assert await desk.token(0, *words) == await desk.token(0, *words) == "access-1"
    record(desk.services.state_directory, SERVER, "ci", b"another")
    with pytest.raises(Refused, match="another CA"):
        await desk.ask(0, *words)


async def test_no_words_pass_for_others(desk: Desk) -> None:
    """Least of all those in which arguments hold what stands for the end of them (percent-encoded: %00)."""
    info = exec_info(SERVER)
    await desk.token(0, info, *desk.own)
    moved = (*desk.own[:-1], f"{desk.own[-1]}')\0{info}"), (f"{desk.own}\0{info}",), desk.own[:-1]
    for arguments in moved:
        for body in ("", info):
            with pytest.raises((Refused, UsageError)):
                await desk.ask(0, body, *arguments)


async def test_what_is_understood_is_forgotten_when_it_is_much(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exec_plugins, "UNDERSTOOD", 2)
    for version in ("v1", "v1beta1"):
        for body in (exec_info(SERVER, version=version), ""):
            await desk.ask(0, body, *desk.own)
            assert len(desk.services.understood) <= 2


async def test_nonsense_is_the_users_to_set_right(desk: Desk) -> None:
    with pytest.raises(UsageError):
        await desk.ask(0, "{")


async def test_a_failure_is_told_once_per_kubectl(desk: Desk, helpers: list[int]) -> None:
    first, second, third = helpers
    with pytest.raises(SignInNeeded):
        await desk.ask(first, PERSONAL)  # the native helper
    with pytest.raises(SignInNeeded):
        await desk.ask(first, PERSONAL)  # the twin it became
    for repeated in (second, third):
        assert await desk.ask(repeated, PERSONAL) == Response(exit_status=3)


async def test_another_kubectl_is_told_as_well(desk: Desk, helpers: list[int]) -> None:
    with pytest.raises(SignInNeeded):
        await desk.ask(helpers[0], PERSONAL)
    with Client() as other, pytest.raises(SignInNeeded):
        await desk.ask(other, PERSONAL)


async def test_a_long_lived_client_is_told_again_later(desk: Desk, helpers: list[int]) -> None:
    with pytest.raises(SignInNeeded):
        await desk.ask(helpers[0], PERSONAL)
    desk.bench.clock.advance(MEMORY + 1)
    with pytest.raises(SignInNeeded):
        await desk.ask(helpers[1], PERSONAL)


async def test_a_repeated_call_begins_no_sign_in(desk: Desk, helpers: list[int]) -> None:
    with pytest.raises(SignInNeeded):
        await desk.ask(helpers[0], PERSONAL)
    assert await desk.ask(helpers[1], PERSONAL, person=Person()) == Response(exit_status=3)
    assert desk.bench.provider.started == 0


async def test_a_repeated_call_gets_the_token_that_came_meanwhile(desk: Desk, helpers: list[int]) -> None:
    with pytest.raises(SignInNeeded):
        await desk.ask(helpers[0], PERSONAL)
    with Client() as other:
        await desk.ask(other, PERSONAL, person=Person())
    assert await desk.token(helpers[1], PERSONAL) == "access-1"


async def test_a_person_signs_in(desk: Desk, helpers: list[int]) -> None:
    person = Person()
    assert await desk.token(helpers[0], PERSONAL, person=person) == "access-1"
    assert [event["code"] for event in person.seen] == ["CODE1"]


async def test_nobody_is_asked_where_the_client_says_that_nobody_is_there(desk: Desk, helpers: list[int]) -> None:
    with pytest.raises(SignInNeeded) as caught:
        await desk.ask(helpers[0], exec_info("https://personal.example"), person=Person())
    assert caught.value.hint == "keyturn login me"
    assert desk.bench.provider.started == 0


@pytest.mark.parametrize("word", ["__complete", "__completeNoDesc"])
async def test_pressing_tab_begins_no_sign_in(desk: Desk, word: str) -> None:
    with Client(word, "get", "ns", "") as helper, pytest.raises(SignInNeeded):
        await desk.ask(helper, PERSONAL, person=Person())
    assert desk.bench.provider.started == 0
    with Client("get", "ns") as helper:
        await desk.ask(helper, PERSONAL, person=Person())


def test_patience_ends_before_kubectls_own_of_32_seconds() -> None:
    patience = exec_plugins.Kubectl(Person(), None, asking=True).patience
    assert patience is not None
    assert patience < 30


async def test_who_asks_again_was_refused_and_gets_another_token_once_a_minute(
    desk: Desk, helpers: list[int]
) -> None:
    info = exec_info(SERVER)
    assert [await desk.token(helper, info) for helper in helpers] == ["access-1", "access-2", "access-2"]


async def test_twenty_kubectls_share_one_token(desk: Desk) -> None:
    info = exec_info(SERVER)
    with Client() as first, Client() as second:
        assert [await desk.token(helper, info) for helper in (first, second)] == ["access-1"] * 2
    assert desk.bench.provider.started == 1


async def test_one_client_with_two_clusters_was_not_refused(desk: Desk, helpers: list[int]) -> None:
    desk.config = parse(desk.config.source, f'{CONFIG}"https://other.example" = "ci"\n'.encode())
    servers = (SERVER, "https://other.example")
    record(desk.services.state_directory, servers[1], "ci")
    asked = zip(helpers, servers, strict=False)
    assert [await desk.token(helper, exec_info(server)) for helper, server in asked] == ["access-1"] * 2


async def test_the_javascript_client_asks_five_times_at_once_and_says_nothing(
    desk: Desk, helpers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exec_plugins, "program_of", lambda _: "/usr/bin/node")
    for helper in helpers:
        assert await desk.token(helper, "", *desk.own) == "access-1"
    assert desk.bench.provider.started == 1


async def test_kr8s_says_nothing_either_and_asks_again_after_a_refusal(desk: Desk, helpers: list[int]) -> None:
    """The parent here is Python, as kr8s's is."""
    asked = [await desk.token(helper, "", *desk.own) for helper in helpers]
    assert asked == ["access-1", "access-2", "access-2"]


async def test_a_client_that_asks_for_each_request_costs_no_token_a_minute(desk: Desk, helpers: list[int]) -> None:
    """As pykube does: findings/pykube-runs-its-plugin-for-each-request.sh."""
    for number in range(60):
        await desk.token(helpers[number % 3], "", *desk.own)
        desk.bench.clock.advance(60)
    assert desk.bench.provider.started == 1 + 6


async def test_fabric8_asks_through_a_shell_of_its_own_each_time(desk: Desk) -> None:
    shells = [Shell() for _ in range(2)]
    asked = [await desk.token(shell.helper, "", *desk.own) for shell in shells]
    for shell in shells:
        shell.end()
    assert asked == ["access-1", "access-2"]


async def test_a_shell_that_runs_a_script_was_not_refused(
    desk: Desk, helpers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exec_plugins, "program_of", lambda _: "/usr/bin/dash")
    monkeypatch.setattr(exec_plugins, "arguments_of", lambda _: ("sh", "script"))
    assert [await desk.token(helper, "", *desk.own) for helper in helpers] == ["access-1"] * 3


async def test_two_load_kube_config_in_one_python_force_no_renewal(desk: Desk, helpers: list[int]) -> None:
    info = json.dumps(json.loads(exec_info(SERVER)))
    assert [await desk.token(helper, info) for helper in helpers] == ["access-1"] * 3
    assert desk.bench.provider.started == 1


async def test_gclouds_dispatcher_runs_its_plugin_and_then_becomes_kubectl(
    desk: Desk, dispatcher: subprocess.Popen[bytes]
) -> None:
    """The same process asks twice, as two programs: nothing was refused."""
    assert dispatcher.stdout is not None
    info = exec_info(SERVER)
    assert await desk.token(int(dispatcher.stdout.readline()), info) == "access-1"
    dispatcher.send_signal(signal.SIGUSR1)
    assert await desk.token(int(dispatcher.stdout.readline()), info) == "access-1"
    assert desk.bench.provider.started == 1
