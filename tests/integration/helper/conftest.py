"""The native helper without a daemon, as the tests of this room start it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.helper.programs import NativePrograms, install

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=[False, True], ids=["", "libc"])
def helper(request: pytest.FixtureRequest, programs: NativePrograms, tmp_path: Path) -> Path:
    """The native helper, installed beside a noting twin, in a place where no daemon runs."""
    return install(programs.variant(libc=request.param), tmp_path / "bin", "git-credential-keyturn")
