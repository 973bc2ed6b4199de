"""Fixtures of the tests that run real programs."""

from __future__ import annotations

import pytest

from support.helper.programs import NativePrograms
from support.needs import need


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> NativePrograms:
    """The native helper's variants, compiled when first asked for."""
    need("cc")
    return NativePrograms(tmp_path_factory.mktemp("native"))
