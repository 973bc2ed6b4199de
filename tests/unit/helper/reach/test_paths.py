"""keyturn.reach.paths: where state and configuration live, whatever the environment says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturn.errors import UsageError
from keyturn.reach.paths import check_log_level, config_file, state_directory

if TYPE_CHECKING:
    from pathlib import Path


def test_relative_xdg_values_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the XDG Base Directory Specification has it: else each working directory had a vault of its own."""
    for variable in ("KEYTURN_CONFIG", "KEYTURN_STATE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", "configuration")
    monkeypatch.setenv("XDG_STATE_HOME", "./state")
    assert config_file() == tmp_path / ".config/keyturn/config.toml"
    assert state_directory() == tmp_path / ".local/state/keyturn"


def test_a_level_that_is_none_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    for level in ("error", "info", "debug", ""):
        monkeypatch.setenv("KEYTURN_LOG", level)
        check_log_level()
    monkeypatch.setenv("KEYTURN_LOG", "blah")
    with pytest.raises(UsageError, match="KEYTURN_LOG is 'blah', expected error, info or debug"):
        check_log_level()
