"""What the helper's tests share."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from keyturn import signals

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def heeding() -> Iterator[None]:
    """Signals are heard as they are in a verb."""
    before = {number: signal.getsignal(number) for number in signals.SIGNALS}
    signals.heed()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
