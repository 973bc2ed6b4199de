"""The state directory under a daemon that runs: moved away, replaced, or bound to another place by a change."""

from __future__ import annotations

import re
import shutil
import signal
from typing import TYPE_CHECKING

import pytest

from support.scenes.scene import Scene, scene

if TYPE_CHECKING:
    from subprocess import Popen

__all__ = ["scene"]


def until_ready(daemon: Popen[bytes]) -> None:
    assert daemon.stderr is not None
    for line in daemon.stderr:
        if b" INFO ready " in line:
            return
    pytest.fail("the daemon ended")


@pytest.mark.parametrize("what", ["moved", "removed"])
def test_a_daemon_whose_state_is_gone_comes_back_as_a_new_process(what: str, scene: Scene) -> None:
    scene.machine.run("keyturn", "daemon", "stop", status=0)
    with scene.machine.start("keyturn", "daemon", "run") as daemon:
        until_ready(daemon)
        if what == "moved":
            scene.machine.state.rename(scene.machine.state.with_name("elsewhere"))
        else:
            shutil.rmtree(scene.machine.state)
        scene.machine.run("keyturn", "status", status=0)
        until_ready(daemon)
        assert (scene.machine.state / "lock").exists()
        scene.entrust()
        assert scene.ask().returncode == 0
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait() == 0


def test_status_tells_what_a_change_has_set_aside(scene: Scene) -> None:
    scene.machine.run("keyturn", "token", "ci", status=0)
    assert "set aside" not in scene.machine.run("keyturn", "status", status=0).stdout
    before = scene.machine.config_file.read_text()
    found = re.search(r"\[profile\.ci\][^\[]*?application_id = \"([^\"]+)\"", before)
    assert found is not None
    application = found[1]
    scene.machine.config_file.write_text(before.replace(application, "99999999-2222-3333-4444-555555555555"))
    told = scene.machine.run("keyturn", "status", status=0).stdout
    assert re.search(rf"set aside +a secret for {application} at https://\S+, found again", told), told
    assert "no secret yet: keyturn secret set ci" in told
    refused = scene.machine.run("keyturn", "token", "ci", status=3)
    assert f"is for {application} at https://" in refused.stderr
    scene.machine.config_file.write_text(before)
    assert "set aside" not in scene.machine.run("keyturn", "status", status=0).stdout
    scene.machine.run("keyturn", "token", "ci", status=0)
