"""Clients of Kubernetes that ask for a token again: because theirs was refused, or for other reasons."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import TYPE_CHECKING

from keyturn.configuration.config import parse
from keyturnd.routes import exec_plugins
from support.daemon.kube_desk import CONFIG, SERVER, Client, Desk, desk, dispatcher, helpers
from support.scenes.cluster import exec_info, record

if TYPE_CHECKING:
    import pytest

__all__ = ["desk", "dispatcher", "helpers"]


class Shell:
    """A shell with one command, a helper."""

    def __init__(self) -> None:
        command = ["sh", "-c", "exec 3<&0; cat <&3 & echo $!; wait"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self.helper = int(self._process.stdout.readline())

    def end(self) -> None:
        self._process.communicate()


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


async def test_kube_rs_runs_its_plugin_three_times_for_a_client(desk: Desk, helpers: list[int]) -> None:
    """findings/kube-runs-its-plugin-three-times-for-a-client.sh: compact as client-go's, without the newline."""
    info = exec_info(SERVER).removesuffix("\n")
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
