"""A server that carries out a creation after the daemon that asked for it was killed: the next daemon finds it.

For each kind of token in one scene, as a daemon looks for all of them in the same round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.awx.client import AwxClient
from support.scenes.awx import SERVERS, AwxScene, awx
from support.scenes.awx_applications import GRANT, Sso

if TYPE_CHECKING:
    from support.machine.terminal import Terminal

__all__ = ["awx"]

ENDPOINTS = ("controller.tokens.create", "gateway.oauth.token", "gateway-2026.oauth.token")
MINUTE = 60.0


@pytest.fixture
def sso(awx: AwxScene) -> Sso:
    """Beside `tower` (a personal token) and `app` (by password) somebody who signs in with a browser."""
    made, ready = Sso(awx, "gateway-2026"), awx.emulator.ready
    grant = GRANT.format(url=ready.gateway, ca_file=ready.ca_file, **ready.awx_applications["gateway"])
    awx.machine.configure(f"{made.profile}{grant}{awx.config}")
    for profile in ("tower", "app"):
        awx.entrust(profile)
    return made


def fetch(awx: AwxScene) -> None:
    for profile in ("tower", "app"):
        awx.machine.run("keyturn", "token", profile, status=0)


def killed_while_the_servers_are_at_it(awx: AwxScene, signing_in: Terminal) -> None:
    """Each server has a request for a token whole, and nobody who waits for its answer."""
    control, machine = awx.emulator.control, awx.machine
    for endpoint in ENDPOINTS:
        control.fault(endpoint, "hold")
    waiting = [machine.start("keyturn", "token", profile) for profile in ("tower", "app")]
    with signing_in:
        control.wait("fault.hold", len(ENDPOINTS))
        machine.kill_daemon()
        for process in waiting:
            process.communicate()


def test_a_second_token_is_gone_within_a_minute(awx: AwxScene, sso: Sso) -> None:
    """Of the moment at which there is one and a daemon runs; the one that is held stays."""
    control = awx.emulator.control
    killed_while_the_servers_are_at_it(awx, sso.terminal("ext"))
    control.settings(awx_allow_external=True)
    fetch(awx)
    status, seen = sso.login("ext")
    assert status == 0, seen
    deleted = {server: control.count(f"{server}.tokens.delete") for server in SERVERS.values()}
    control.release()
    for server, before in deleted.items():
        control.wait(f"{server}.tokens.delete", before + 1, timeout=MINUTE)
    for profile, server in zip(("tower", "app", "sso"), SERVERS.values(), strict=True):
        (live,) = control.awx_tokens(server)
        assert live["description"].startswith(f"keyturn {profile}@")
        with AwxClient(awx.emulator, server) as client:
            assert client.status(awx.token(profile)) == 200
