"""A desktop session: a D-Bus of the test's own, and gnome-keyring on it where a test wants it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

import pytest
from jeepney import MatchRule, message_bus  # type: ignore[import-untyped]  # it ships none
from jeepney.io.blocking import Proxy, open_dbus_connection  # type: ignore[import-untyped]  # it ships none

from keyturnd.messages.jobs import KeyringJob
from support.needs import need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSWORD = b"planted keyring password"
SECRETS = "org.freedesktop.secrets"
APPEARS = MatchRule(type="signal", interface="org.freedesktop.DBus", member="NameOwnerChanged")
APPEARS.add_arg_condition(0, SECRETS)


class Session(NamedTuple):
    """A desktop session: its D-Bus, and the variables that lead there."""

    environment: dict[str, str]

    def keyring(self, create: str | None = None, account: str = "vault", **more: str) -> KeyringJob:
        """A job for this session's keyring."""
        return KeyringJob(account, 20.0, self.environment | more, create)

    def unlock(self) -> None:
        """Start gnome-keyring with the login collection open, as PAM does at login."""
        daemon = [need("gnome-keyring-daemon"), "--unlock", "--components=secrets"]
        with closing(open_dbus_connection(self.environment["DBUS_SESSION_BUS_ADDRESS"])) as bus:
            asked = Proxy(message_bus, bus)
            asked.AddMatch(APPEARS)
            with bus.filter(APPEARS) as appeared:
                subprocess.run(
                    daemon, input=PASSWORD, env=self.environment, check=True, stdout=subprocess.PIPE, timeout=30
                )
                if not asked.NameHasOwner(SECRETS)[0]:  # it returns before the one it leaves behind is on the bus
                    bus.recv_until_filtered(appeared, timeout=30)

    def lock(self) -> None:
        """Lock the login collection, as leaving the desktop does."""
        code = (
            "import secretstorage\nbus = secretstorage.dbus_init()\ncollection = secretstorage.Collection(bus)\n"
            "collection.lock()\nassert collection.is_locked()\nbus.close()"
        )
        subprocess.run([sys.executable, "-c", code], env=self.environment, check=True, timeout=30)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A bus without a keyring on it."""
    home = tmp_path / "desktop/home"
    runtime = tmp_path / "desktop/runtime"
    for directory in (home, runtime):
        directory.mkdir(mode=0o700, parents=True)
    environment = {
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "PATH": os.environ["PATH"],
    }
    # The bus lives as long as its program, and that waits for the end of its input.
    hold = "echo $DBUS_SESSION_BUS_ADDRESS; exec cat > /dev/null"
    command = [need("dbus-run-session"), f"--config-file={_bus_configuration(tmp_path)}", "--", "sh", "-c", hold]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as bus:
        assert bus.stdout is not None
        address = bus.stdout.readline().decode().strip()
        yield Session(environment | {"DBUS_SESSION_BUS_ADDRESS": address})
        os.killpg(bus.pid, signal.SIGKILL)


def _bus_configuration(directory: Path) -> Path:
    """A bus that starts no services by itself: what this machine has installed must not decide the test."""
    path = directory / "bus.conf"
    path.write_text(
        '<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"'
        ' "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">'
        f"<busconfig><type>session</type><listen>unix:dir={directory}</listen><auth>EXTERNAL</auth>"
        '<policy context="default"><allow send_destination="*" eavesdrop="true"/>'
        '<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>'
    )
    return path
