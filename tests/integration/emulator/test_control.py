"""The controls: for the holder of the key alone, and exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn_emulator.control import Control, ControlError

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.emulator.client import EntraClient


@pytest.mark.parametrize("path", ["counts", "log", "devices", "wait?what=token", "settings"])
def test_the_key_is_needed(emulator: Emulator, entra: EntraClient, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": emulator.ready.control_key}):
        assert entra.http.get(f"{emulator.ready.control}/{path}", headers=headers).status_code == 401


def test_a_wrong_key_is_an_error(emulator: Emulator) -> None:
    control = Control(emulator.ready.control, "wrong", emulator.ready.ca_file)
    with pytest.raises(ControlError, match="key"):
        control.counts()


def test_counts_by_grant_and_client(emulator: Emulator, entra: EntraClient) -> None:
    entra.service_token()
    entra.sign_in(emulator)
    counts = emulator.control.counts()
    assert counts["token"] == counts["token.issued"] == 2
    assert counts["token.client_credentials.service"] == counts["token.device_code.device"] == 1
    assert counts["devicecode"] == counts["device.started"] == counts["device.approved"] == 1
    assert emulator.control.count("token.refresh_token") == 0


def test_the_controls_themselves_are_not_counted(emulator: Emulator) -> None:
    emulator.control.log()
    assert emulator.control.counts() == {}


def test_waiting_for_what_does_not_happen(emulator: Emulator) -> None:
    with pytest.raises(TimeoutError):
        emulator.control.wait("token", timeout=0.01)


def test_pending_codes_without_their_secret(emulator: Emulator, entra: EntraClient) -> None:
    started = entra.start_device()
    (pending,) = emulator.control.pending()
    assert (pending["user_code"], pending["client"]) == (started["user_code"], "device")
    assert started["device_code"] not in str(pending)
    emulator.control.decline(started["user_code"])
    assert emulator.control.pending() == []


def test_what_cannot_be_done_is_refused(emulator: Emulator, entra: EntraClient) -> None:
    control, code = emulator.control, entra.start_device()["user_code"]
    with pytest.raises(ControlError, match="no such code"):
        control.approve("BBBBBBBBB")
    with pytest.raises(ControlError, match="no such user"):
        control.approve(code, "eve@contoso.example")
    with pytest.raises(ControlError, match="issued here"):
        control.revoke("nonsense")
    with pytest.raises(ControlError, match="issued here"):
        control.revoke_refresh("nonsense")
    with pytest.raises(ControlError, match="no_such"):
        control.settings(no_such=1)
    with pytest.raises(ControlError, match="backwards"):
        control.advance(-1)
    for path in ("contoso/demo/_git/app", "northwind/demo/_git/x", "contoso/../_git/x", "contoso/demo/_git/x/y"):
        with pytest.raises(ControlError, match="repository"):
            control.create_repository(path)


def test_reset_brings_back_the_beginning(emulator: Emulator, entra: EntraClient) -> None:
    control = emulator.control
    control.settings(token_lifetime=60)
    control.fault("token", "hang")
    control.change_secret()
    control.advance(1000)
    entra.start_device()
    control.create_repository("contoso/demo/_git/other")
    control.reset()
    assert control.counts() == {}
    assert control.log() == control.pending() == control.faults() == []
    assert control.settings()["token_lifetime"] == 3600
    entra.service_token()
    assert control.create_repository("contoso/demo/_git/other")
