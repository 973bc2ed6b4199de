"""Which process may be ended as the daemon."""

from __future__ import annotations

import pytest

from keyturn.reach.ending import is_keyturnd


@pytest.mark.parametrize(
    ("words", "ours"),
    [
        (["/venv/bin/python", "-E", "-P", "-m", "keyturnd"], True),
        (["/usr/bin/python3.11", "-m", "keyturnd", "--foreground"], True),
        (["/venv/bin/python3", "/venv/bin/keyturnd"], True),
        (["/usr/bin/python3", "-sP", "/usr/bin/keyturnd"], True),
        (["vim", "keyturnd"], False),
        (["/usr/bin/grep", "-r", "keyturnd", "."], False),
        (["python3", "-m", "pytest", "keyturnd"], False),
        (["python3", "-c", "print()", "keyturnd"], False),
        (["python3", "-m", "keyturnd.acquire"], False),
        (["python3"], False),
        (["keyturnd"], False),
        ([""], False),
    ],
)
def test_only_a_python_that_runs_keyturnd(words: list[str], ours: bool) -> None:  # noqa: FBT001 - a parameter
    assert is_keyturnd("\0".join([*words, ""]).encode()) is ours
