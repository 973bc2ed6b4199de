"""Waiting for the end of a process that is not our child."""

from __future__ import annotations

import os
import select
from contextlib import contextmanager
from typing import TYPE_CHECKING

from support.terminal import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def ending(pid: int) -> Iterator[None]:
    """The process, alive at the beginning, must have ended soon after the block has."""
    descriptor = os.pidfd_open(pid)
    try:
        yield
        assert select.select([descriptor], [], [], PATIENCE)[0], f"process {pid} goes on"
    finally:
        os.close(descriptor)
