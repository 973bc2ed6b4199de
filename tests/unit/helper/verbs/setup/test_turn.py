"""One `keyturn setup` after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn.errors import Refused
from keyturn.verbs.setup import turn

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KEYTURN_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(turn, "PATIENCE", 0.0)
    return tmp_path / "state"


def test_it_is_refused_after_a_while_and_free_again_afterwards() -> None:
    with turn.own_turn(), pytest.raises(Refused, match="running for too long"), turn.own_turn():
        pass
    with turn.own_turn():
        pass


def test_it_ends_with_whatever_ends_the_run() -> None:
    with pytest.raises(ZeroDivisionError), turn.own_turn():
        raise ZeroDivisionError
    with turn.own_turn():
        pass


def test_a_lock_that_is_none_is_told(state: Path) -> None:
    (state / turn.NAME).mkdir(parents=True, mode=0o700)
    state.chmod(0o700)
    with pytest.raises(Refused, match=r"setup\.lock cannot be used: is a directory"), turn.own_turn():
        pass
