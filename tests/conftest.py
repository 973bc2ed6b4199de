"""Fixtures that every test may ask for, and who runs which tests."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import pytest

# How long an example takes says what else this machine does just now.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

# A script that starts the suite with `&` has it ignore these keys (POSIX, shell 2.11), nohup SIGHUP, and all that the
# suite starts would, too.
for number, heard in (
    (signal.SIGINT, signal.default_int_handler), (signal.SIGQUIT, signal.SIG_DFL), (signal.SIGHUP, signal.SIG_DFL),
):  # fmt: skip
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, heard)

pytest_plugins = ["support.emulator.fixtures", "support.machine.machine"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests that need root to root, and the long ones to who asks for them with `-m long`.

    Skipped ones would count as missing something in CI.
    """
    of_others = ["root"] if os.geteuid() != 0 else []
    of_others += ["long"] if "long" not in config.option.markexpr else []
    left = [item for item in items if any(item.get_closest_marker(name) for name in of_others)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores: most of a test is waiting for other processes."""
    return len(os.sched_getaffinity(0)) + 1
