"""The emulator for tests: one process for the whole session, fresh for each test that asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn_emulator.launch import Emulator
from support.awx.client import AwxClient
from support.emulator.browser import Browser
from support.emulator.client import EntraClient

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def emulator_process() -> Iterator[Emulator]:
    """The process itself; a test asks for `emulator` instead."""
    with Emulator() as running:
        yield running


@pytest.fixture
def emulator(emulator_process: Emulator) -> Iterator[Emulator]:
    """A running emulator in its first state; the test fails if the emulator itself did."""
    emulator_process.control.reset()
    yield emulator_process
    # Whoever is still held or hung up would otherwise keep the next test's client waiting.
    emulator_process.control.clear_faults()
    defects = [entry for entry in emulator_process.control.log() if "defect" in entry]
    assert not defects


@pytest.fixture
def entra(emulator: Emulator) -> Iterator[EntraClient]:
    """A client of the emulator's Entra that sends what it is told to."""
    with EntraClient(emulator) as client:
        yield client


@pytest.fixture
def browser(emulator: Emulator) -> Iterator[Browser]:
    """Somebody in front of the emulator's sign-in pages."""
    with Browser(emulator) as opened:
        yield opened


@pytest.fixture(params=["controller", "gateway"])
def awx_client(emulator: Emulator, request: pytest.FixtureRequest) -> Iterator[AwxClient]:
    """A client of each AWX server in turn."""
    with AwxClient(emulator, request.param) as client:
        yield client


@pytest.fixture
def controller(emulator: Emulator) -> Iterator[AwxClient]:
    """A client of the automation controller."""
    with AwxClient(emulator, "controller") as client:
        yield client


@pytest.fixture
def gateway(emulator: Emulator) -> Iterator[AwxClient]:
    """A client of the platform gateway."""
    with AwxClient(emulator, "gateway") as client:
        yield client
