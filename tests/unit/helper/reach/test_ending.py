"""Which process may be ended as the daemon."""

from __future__ import annotations

import signal

import pytest

from keyturn.errors import DaemonUnavailable
from keyturn.reach import ending
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


def test_one_that_the_kernel_does_not_let_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test brings that about for real: only a file system that is frozen, or whose server is gone, does."""
    sent = list[int]()
    monkeypatch.setattr(signal, "pidfd_send_signal", lambda _, number: sent.append(number))
    monkeypatch.setattr(ending, "_has_ended", lambda _process, _patience: False)
    with pytest.raises(DaemonUnavailable) as raised:
        ending._signal_until_it_ends(0, 4711)
    assert raised.value.lines() == (
        "keyturn: error: the daemon is killed, and ends once its disk answers\nkeyturn: hint: ps -l -f -p 4711\n"
    )
    assert signal.SIGKILL in sent
