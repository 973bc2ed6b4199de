"""The states of a device code, and the pace of its polls."""

from __future__ import annotations

import pytest

from keyturn_emulator.clock import Clock
from keyturn_emulator.entra.directory.registry import Registry
from keyturn_emulator.entra.issued.devices import ALPHABET, DeviceCode, DeviceCodes
from keyturn_emulator.entra.refusals import EntraError
from keyturn_emulator.entra.requests.claims import ClaimsRequest
from keyturn_emulator.entra.requests.scopes import user_scope
from keyturn_emulator.settings import Settings

REGISTRY = Registry()
ALICE = REGISTRY.users[0]
ASKED = user_scope("openid", REGISTRY.device, REGISTRY.tenant)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def devices(clock: Clock) -> DeviceCodes:
    return DeviceCodes(clock, Settings())


@pytest.fixture
def code(devices: DeviceCodes) -> DeviceCode:
    return devices.start(REGISTRY.device, ASKED, ClaimsRequest())


def poll(devices: DeviceCodes, code: DeviceCode) -> str:
    with pytest.raises(EntraError) as caught:
        devices.poll(code.device_code, REGISTRY.device)
    return caught.value.kind.error


def test_codes_are_long_and_short(code: DeviceCode) -> None:
    assert len(code.device_code) >= 43
    assert len(code.user_code) == 9
    assert set(code.user_code) <= set(ALPHABET)


def test_pending_then_approved_then_spent(devices: DeviceCodes, code: DeviceCode, clock: Clock) -> None:
    assert poll(devices, code) == "authorization_pending"
    assert devices.waiting() == [code]
    assert devices.decide(code.user_code, ALICE)
    assert devices.waiting() == []
    clock.advance(5)
    assert devices.poll(code.device_code, REGISTRY.device) == (code, ALICE)
    assert poll(devices, code) == "invalid_grant"


def test_declined(devices: DeviceCodes, code: DeviceCode) -> None:
    assert devices.decide(code.user_code, None)
    assert poll(devices, code) == "authorization_declined"


def test_a_decision_is_made_once(devices: DeviceCodes, code: DeviceCode) -> None:
    assert devices.decide(code.user_code, None)
    assert not devices.decide(code.user_code, ALICE)
    assert not devices.decide("BBBBBBBBB", ALICE)


def test_people_type_codes_their_own_way(devices: DeviceCodes, code: DeviceCode) -> None:
    assert devices.decide(f" {code.user_code[:4].lower()}-{code.user_code[4:]} ", ALICE)


def test_each_poll_too_early_lengthens_the_interval(devices: DeviceCodes, code: DeviceCode, clock: Clock) -> None:
    assert poll(devices, code) == "authorization_pending"
    clock.advance(4)
    assert poll(devices, code) == "slow_down"
    clock.advance(6)
    assert poll(devices, code) == "slow_down"
    clock.advance(14)
    assert poll(devices, code) == "slow_down"
    clock.advance(20)
    assert poll(devices, code) == "authorization_pending"


def test_approval_does_not_excuse_haste(devices: DeviceCodes, code: DeviceCode, clock: Clock) -> None:
    poll(devices, code)
    devices.decide(code.user_code, ALICE)
    assert poll(devices, code) == "slow_down"
    clock.advance(10)
    devices.poll(code.device_code, REGISTRY.device)


def test_a_quarter_of_an_hour(devices: DeviceCodes, code: DeviceCode, clock: Clock) -> None:
    clock.advance(899)
    assert poll(devices, code) == "authorization_pending"
    clock.advance(2)
    assert poll(devices, code) == "expired_token"
    assert not devices.decide(code.user_code, ALICE)
    assert devices.waiting() == []


def test_codes_of_nobody_and_of_somebody_else(devices: DeviceCodes, code: DeviceCode) -> None:
    for device_code, client in (("nonsense", REGISTRY.device), (code.device_code, REGISTRY.service)):
        with pytest.raises(EntraError) as caught:
            devices.poll(device_code, client)
        assert caught.value.kind.error == "bad_verification_code"
