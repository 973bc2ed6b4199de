"""A machine on which no thread can be had: RLIMIT_NPROC (setrlimit(2)), or a container's pids.max."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def none_to_be_had() -> Iterator[None]:
    """Inside, no thread begins; those that run go on."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with pytest.MonkeyPatch.context() as scarce:
        scarce.setattr(threading.Thread, "start", refuse)
        yield
