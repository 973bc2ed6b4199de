"""The vault key in a real Secret Service: gnome-keyring on a D-Bus of the test's own, in a home of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from jeepney import (  # type: ignore[import-untyped]  # it ships none
    DBusAddress,
    HeaderFields,
    new_method_call,
    new_signal,
)
from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]  # it ships none

from keyturnd.messages.jobs import KeyringJob
from keyturnd.messages.outcomes import Failure, KeyringResult
from support.acquisition.driver import Acquisition, Finished, run
from support.machine.desktop import Session, session
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["session"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service is of Linux desktops")

KEY, OTHER_KEY = "cGxhbnRlZC12YXVsdC1rZXk=", "b3RoZXItdmF1bHQta2V5"


class Witness:
    """Sees every call on a session's bus. The keyring here gives up a prompt it cannot show, which hides one."""

    def __init__(self, session: Session) -> None:
        self._address = session.environment["DBUS_SESSION_BUS_ADDRESS"]
        self._bus = open_dbus_connection(self._address)
        monitoring = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus.Monitoring")
        self._bus.send_and_get_reply(new_method_call(monitoring, "BecomeMonitor", "asu", ([], 0)), timeout=30)

    def calls(self) -> set[str]:
        """The names of all methods called until now."""
        with closing(open_dbus_connection(self._address)) as other:
            other.send(new_signal(DBusAddress("/mark", interface="keyturn.Mark"), "Mark"))
            seen: set[str] = set()
            while True:
                fields = self._bus.receive(timeout=30).header.fields
                name = fields.get(HeaderFields.member)
                if name == "Mark":
                    self._bus.close()
                    return seen
                seen.add(str(name))


PROMPTING = {"Unlock", "CreateCollection", "Prompt"}


def told(job: KeyringJob) -> Failure:
    finished = run(job)
    assert isinstance(finished.outcome, Failure), finished.seen
    assert finished.stderr == b""
    assert KEY.encode() not in finished.raw
    assert finished.outcome.kind == "state"
    return finished.outcome


def test_a_keyring_that_is_there_keeps_the_first_key(session: Session) -> None:
    session.unlock()
    assert run(session.keyring()).outcome == KeyringResult(None, "Secret Service")
    assert run(session.keyring(KEY)).outcome == KeyringResult(KEY, "Secret Service")
    assert run(session.keyring(OTHER_KEY)).outcome == KeyringResult(KEY, "Secret Service")
    assert run(session.keyring()).outcome == KeyringResult(KEY, "Secret Service")
    assert run(session.keyring(account="another")).outcome == KeyringResult(None, "Secret Service")


def test_without_a_keyring_on_the_bus_there_is_none(session: Session) -> None:
    absent = told(session.keyring(KEY))
    assert (absent.code, absent.sentence) == ("keyring-absent", "no OS keyring answers")
    assert absent.hint is not None
    assert 'key = "file"' in absent.hint


@pytest.mark.parametrize("address", [None, "unix:path=/nowhere", "nonsense", ""])
def test_without_a_bus_there_is_none(address: str | None) -> None:
    environment = {} if address is None else {"DBUS_SESSION_BUS_ADDRESS": address}
    assert told(KeyringJob("vault", 20.0, environment, KEY)).code == "keyring-absent"


def test_a_locked_keyring_prompts_nobody(session: Session) -> None:
    session.unlock()
    assert isinstance(run(session.keyring(KEY)).outcome, KeyringResult)
    session.lock()
    witness = Witness(session)
    for job in (session.keyring(), session.keyring(KEY)):
        locked = told(job)
        assert (locked.code, locked.sentence) == ("keyring-locked", "the OS keyring is locked")
        assert locked.hint is not None
        assert "gnome-keyring-daemon --unlock" in locked.hint
    calls = witness.calls()
    assert "Get" in calls
    assert not calls & PROMPTING


def test_a_keyring_without_a_default_collection_is_not_given_one(session: Session) -> None:
    """Creating one asks for a new password, in a window that a terminal's user never sees."""
    daemon = [need("gnome-keyring-daemon"), "--start", "--components=secrets"]
    subprocess.run(daemon, env=session.environment, check=True, stdout=subprocess.PIPE, timeout=30)
    witness = Witness(session)
    absent = told(session.keyring(KEY))
    assert (absent.code, absent.sentence) == ("keyring-absent", "the OS keyring has no default collection")
    assert not witness.calls() & PROMPTING


def test_the_users_own_choice_of_a_backend_is_not_followed(session: Session) -> None:
    """It may be a file in plain text."""
    session.unlock()
    config = f"{session.environment['XDG_CONFIG_HOME']}/python_keyring"
    os.makedirs(config)  # noqa: PTH103 - of a text
    with open(f"{config}/keyringrc.cfg", "w") as file:  # noqa: PTH123 - of a text
        file.write("[backend]\ndefault-keyring=keyring.backends.null.Keyring\n")
    job = session.keyring(KEY, PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring")
    assert run(job).outcome == KeyringResult(KEY, "Secret Service")
    assert run(session.keyring()).outcome == KeyringResult(KEY, "Secret Service")


def test_a_bus_that_does_not_answer_is_left_at_the_deadline(tmp_path: Path) -> None:
    """A listening socket nobody serves: the connection stands, and then nothing comes."""
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(tmp_path / "bus"))
        mute.listen()
        environment = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/bus"}
        silent = told(KeyringJob("vault", 1.0, environment, KEY))
    assert (silent.code, silent.sentence) == ("keyring-silent", "the OS keyring did not answer within 1 seconds")


def test_nothing_of_the_key_is_to_be_seen_from_outside(session: Session) -> None:
    session.unlock()
    with Acquisition() as acquisition:
        with open(f"/proc/{acquisition.pid}/cmdline", "rb") as file:  # noqa: PTH123 - of /proc
            assert KEY.encode() not in file.read()
        acquisition.send(session.keyring(KEY))
        finished = Finished(acquisition)
    assert finished.outcome == KeyringResult(KEY, "Secret Service")
    assert KEY not in repr(finished.outcome)
