"""The helper's vectors, on every implementation: native (without and with a C library, with sanitizers) and twin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.helper import vectors as helper_vectors
from support.helper.runs import run_native, run_twin

if TYPE_CHECKING:
    from pathlib import Path

    from support.helper.programs import NativePrograms
    from support.helper.vectors import Vector

VECTORS = tuple(helper_vectors.load())


def _named(vectors: list[Vector]) -> pytest.MarkDecorator:
    parameters = [
        pytest.param(vector, id=vector.name, marks=[pytest.mark.root] if vector.needs_root else [])
        for vector in vectors
    ]
    return pytest.mark.parametrize("vector", parameters)


@_named([vector for vector in VECTORS if vector.native])
def test_native(vector: Vector, programs: NativePrograms, tmp_path: Path) -> None:
    run_native(vector, programs, tmp_path)


@_named([vector for vector in VECTORS if vector.native])
def test_native_with_a_c_library(vector: Vector, programs: NativePrograms, tmp_path: Path) -> None:
    run_native(vector, programs, tmp_path, libc=True)


@_named([vector for vector in VECTORS if vector.native])
def test_native_with_sanitizers(vector: Vector, programs: NativePrograms, tmp_path: Path) -> None:
    run_native(vector, programs, tmp_path, sanitized=True)


@_named([vector for vector in VECTORS if vector.twin])
def test_twin(vector: Vector, tmp_path: Path) -> None:
    run_twin(vector, tmp_path)


def test_every_vector_is_run_or_says_why_not() -> None:
    assert len(VECTORS) > 100
    assert len({vector.name for vector in VECTORS}) == len(VECTORS)
    for vector in VECTORS:
        assert bool(vector.native and vector.twin) != vector.omitted.startswith("omitted: "), vector.name
