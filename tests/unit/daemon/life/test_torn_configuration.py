"""A config.toml that becomes invalid between two looks at it, one right behind the other."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, cast

import pytest

from keyturn.errors import KeyturnError
from keyturnd.broker.signin import Absent
from keyturnd.configuration import Configuration
from keyturnd.life.service import BROKEN_STAY, Service
from keyturnd.life.tenancy import Tenancy
from keyturnd.routes.api import Api
from keyturnd.routes.daemon import itself
from keyturnd.services import Services
from support.daemon.manual_clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyturnd.server.http import Request

IDLE_EXIT = 90.0
VALID = "[daemon]\nidle_exit = '90s'\nlog = 'debug'\n"


class Torn(Configuration):
    """Whole at a look, and broken at the next one."""

    looks = 0

    def _look(self) -> None:
        self.looks += 1
        self.path.write_text(VALID if self.looks % 2 else f"{VALID}[\n" + "#" * self.looks, encoding="utf-8")
        super()._look()


@pytest.fixture
def torn(tmp_path: Path) -> Torn:
    tmp_path.chmod(0o700)
    (tmp_path / "config.toml").write_text(VALID, encoding="utf-8")
    return Torn(tmp_path / "config.toml")


@pytest.fixture
def services(torn: Torn, tmp_path: Path) -> Services:
    return Services(configuration=torn, state_directory=tmp_path / "state", clock=ManualClock())


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as made:
        yield made


def _service(services: Services, listener: socket.socket, tmp_path: Path) -> Service:
    return Service(
        listener=listener, path=str(tmp_path / "socket"), services=services, api=Api(services, lambda: None),
        clock=ManualClock(), state_is_ours=lambda: True,
    )  # fmt: skip


async def test_the_daemon_goes_on_looking_whether_to_leave(
    services: Services, listener: socket.socket, tmp_path: Path
) -> None:
    """It would stay for ever then, past upgrades and without its socket."""
    service = _service(services, listener, tmp_path)
    assert {service._longest_idleness() for _ in range(4)} == {IDLE_EXIT}


async def test_status_tells_the_one_or_the_other(services: Services, torn: Torn) -> None:
    torn.looks = 0
    for _ in range(2):
        response = await itself.status(services, cast("Request", None), Absent(), "")
        assert response.status == 200


async def test_a_daemon_takes_its_state_whatever_level_it_logs_at(torn: Torn, tmp_path: Path) -> None:
    for _ in range(2):
        assert Tenancy(tmp_path, tmp_path, torn, log_here=False)._configured_level() in {"info", "debug"}


@pytest.mark.parametrize(("at_first", "stays"), [(VALID, IDLE_EXIT), ("[", BROKEN_STAY)])
def test_a_daemon_outlives_a_slip_of_whoever_edits_but_not_a_start_without_a_configuration(
    at_first: str, stays: float, listener: socket.socket, tmp_path: Path
) -> None:
    """It left at once: what it keeps in memory for git was gone, and the variables that it was started with."""
    tmp_path.chmod(0o700)
    path = tmp_path / "config.toml"
    path.write_text(at_first, encoding="utf-8")
    services = Services(configuration=Configuration(path), state_directory=tmp_path / "state", clock=ManualClock())
    path.write_text(f"{VALID}[", encoding="utf-8")
    assert _service(services, listener, tmp_path)._longest_idleness() == stays


def test_it_is_torn(torn: Torn) -> None:
    torn.current()
    with pytest.raises(KeyturnError):
        torn.current()
