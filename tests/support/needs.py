"""Programs and rights a test needs: skipped without them at home, failed without them in CI."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def need(program: str, path: str | None = None) -> str:
    """The path of `program`, on PATH or `path`; the test is skipped, or in CI failed, where it is missing."""
    found = shutil.which(program, path=path)
    if found is None:
        absent(f"{program} is not installed")
    return found


def absent(reason: str) -> NoReturn:
    """Skip the test for `reason`, unless KEYTURN_REQUIRE_ALL says that nothing may be skipped."""
    if os.environ.get("KEYTURN_REQUIRE_ALL") == "1":
        pytest.fail(f"{reason}, and KEYTURN_REQUIRE_ALL=1")
    pytest.skip(reason)
