"""`keyturn status`, `profile` and `log`: true with and without a daemon, and none is started to tell."""

from __future__ import annotations

import re
import signal
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from support import places
from support.machine.terminal import INTERRUPT
from support.scenes.scene import Scene, scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.machine.machine import Machine

__all__ = ["scene"]


@pytest.mark.parametrize("words", [["status"], ["profile", "list"], ["profile", "show", "ci"], ["log"]])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_no_daemon_is_started(words: list[str], form: list[str], scene: Scene) -> None:
    scene.machine.run("keyturn", "daemon", "stop", status=0)
    scene.machine.stop()
    scene.machine.run("keyturn", *words, *form, status=0)
    assert scene.machine.daemon_pid() is None
    assert not scene.machine.socket.exists()


def test_status_without_a_daemon(scene: Scene) -> None:
    scene.machine.stop()
    told = scene.machine.run("keyturn", "status", status=0).stdout
    assert "\ndaemon         not running" in told
    assert "  me           entra, device-code\n  git          https://" in told
    status = scene.machine.json("status")
    assert status["running"] is False
    assert [profile["name"] for profile in status["profiles"]] == ["ci", "me"]


def test_status_in_an_empty_home(machine: Machine) -> None:
    assert machine.json("status")["profiles"] == []
    assert machine.json("profile", "list") == []
    for what in ("target", "profile"):
        listed = machine.run("keyturn", what, "list", status=0).stdout
        assert "does not exist\nkeyturn: hint: to write one: keyturn init\n" in listed
    assert listed.startswith("keyturn: there is no configuration: ")
    assert "\nkeyturn: hint: " in listed
    told = machine.run("keyturn", "status", status=0).stdout
    assert "it does not exist\n               hint: to write one: keyturn init\n" in told
    assert machine.json("log") == []
    assert machine.run("keyturn", "log", status=0).stderr.startswith("keyturn: nothing is logged yet")


def test_status_with_a_daemon(scene: Scene) -> None:
    scene.machine.run("keyturn", "token", "ci", status=0)
    told = scene.machine.run("keyturn", "status", status=0).stdout
    assert f"pid {scene.machine.daemon_pid()}" in told
    assert told.startswith("! 1 thing needs you\n")
    assert "vault          open, its key in a file: no protection against someone who can read your files" in told
    assert "secret in the vault" in told
    assert "Azure DevOps ██████████ valid for " in told
    assert "; keyturn token " in told
    assert "not signed in: keyturn login me" in told
    assert scene.machine.json("status")["running"] is True


def test_status_names_who_is_signed_in(scene: Scene) -> None:
    with scene.machine.terminal("keyturn", "login", "me") as terminal:
        scene.emulator.control.approve(terminal.wait_for(r"enter the code (\S+)").group(1))
        told = scene.machine.run("keyturn", "status", status=0).stdout
        assert terminal.end() == 0
    assert "a sign-in is under way, 1 waiting for it" in told or "signed in as" in told
    signed_in = f"signed in as {scene.emulator.ready.user}\n"
    assert signed_in in scene.machine.run("keyturn", "status", status=0).stdout
    scene.machine.run("keyturn", "daemon", "restart", status=0)
    assert "signed in (as whom, the vault tells" in scene.machine.run("keyturn", "status", status=0).stdout
    scene.machine.run("keyturn", "token", "ci", status=0)  # anybody's opens the vault
    assert signed_in in scene.machine.run("keyturn", "status", status=0).stdout


def test_every_member_of_the_json_is_documented(scene: Scene) -> None:
    scene.machine.run("keyturn", "token", "ci", status=0)
    guide = (places.REPOSITORY / "contrib/guides/status.md").read_text("utf-8")
    told = set(members(scene.machine.json("status")))
    scene.machine.run("keyturn", "daemon", "stop", status=0)
    told |= set(members(scene.machine.json("status")))
    assert {"used_by", "targets", "running"} <= told
    assert told <= set(re.findall(r"`(\w+)`", guide))


def members(document: Any) -> Iterator[str]:
    """The names in `document`, however deep."""
    if isinstance(document, list):
        yield from (name for each in document for name in members(each))
    elif isinstance(document, dict):
        yield from document
        yield from (name for each in document.values() for name in members(each))


def test_it_is_watched_until_somebody_has_seen_enough(scene: Scene) -> None:
    for key, status in {INTERRUPT: 0, "\x1c": -signal.SIGQUIT}.items():
        with scene.machine.terminal("keyturn", "status", "--watch", TERM="xterm") as terminal:
            terminal.wait_for(r"(?s)\x1b\[\?1049h.*not signed in: keyturn login me")
            terminal.type(key)
            assert terminal.end() == status, key
            assert terminal.seen.endswith("\x1b[?1049l")
    with scene.machine.terminal("keyturn", "status", "--watch", TERM="xterm") as terminal:
        terminal.wait_for(r"\x1b\[\?1049h")
        terminal.process.send_signal(signal.SIGTSTP)  # stops nobody whom no shell could have go on (POSIX, 11.1.4)
        terminal.wait_for(r"\x1b\[\?1049l\x1b\[\?1049h")
        terminal.process.terminate()
        assert (terminal.end(), terminal.seen[-8:]) == (-signal.SIGTERM, "\x1b[?1049l")
    for where in ("", ">&-"):
        words = f"{scene.machine.programs}/keyturn status --watch {where}"
        assert "draws on a terminal" in scene.machine.run("/bin/sh", "-c", words, status=2).stderr


def test_a_vault_that_cannot_be_opened(scene: Scene) -> None:
    scene.machine.kill_daemon()
    (scene.machine.state / "vault.key").write_text("no key\n", encoding="ascii")
    scene.machine.run("keyturn", "token", "ci", status=1)
    told = scene.machine.run("keyturn", "status", status=0).stdout
    assert "\nvault          closed: " in told
    assert told.startswith("✗ ")
    reason = scene.machine.json("status")["vault_error"]["sentence"]
    doctor = scene.machine.run("keyturn", "doctor", "--offline", status=1).stdout
    assert f"✗ the vault is closed: {reason}\n  " in doctor


def test_who_used_what_last_and_what_failed(scene: Scene) -> None:
    scene.ask()
    (ci,) = [profile for profile in scene.machine.json("status")["profiles"] if profile["name"] == "ci"]
    assert (ci["tokens"][0]["used_by"], ci["last_error"]) == ("git", None)
    scene.machine.run("keyturn", "login", "ci", status=0)
    told = scene.machine.run("keyturn", "status", status=0).stdout
    assert "; keyturn login " in told
    assert "keyturn token" not in told, "nobody asked for one by that"
    scene.emulator.control.fault("token", "status", status=400, body='{"error":"invalid_client"}')
    scene.machine.run("keyturn", "login", "ci", status=1)
    told = scene.machine.run("keyturn", "status", status=0).stdout
    assert told.startswith("✗ 1 thing is wrong and 1 thing needs you\n")
    assert "last error" in told
    scene.machine.config.touch()  # a file saved once more is no cure
    assert "last error" in scene.machine.run("keyturn", "status", status=0).stdout
    scene.machine.run("keyturn", "login", "ci", status=0)
    assert "last error" not in scene.machine.run("keyturn", "status", status=0).stdout


def test_without_a_configuration_no_daemon_is_started_to_say_so(machine: Machine) -> None:
    for words in (("token", "work"), ("login", "work"), ("run", "work", "--", "true")):
        assert "there is no configuration" in machine.run("keyturn", *words, status=2).stderr
    assert not machine.socket.exists()


def test_the_log_tells_local_time(scene: Scene) -> None:
    told = scene.machine.run("keyturn", "log", TZ="XYZ-7", status=0).stdout.splitlines()
    for line, entry in zip(told, scene.machine.json("log"), strict=False):
        utc = datetime.fromisoformat(entry["time"])
        assert line.startswith((utc + timedelta(hours=7)).strftime("%Y-%m-%d %H:%M:%S "))


def test_what_is_kept_is_known_before_the_vault_is_opened(scene: Scene) -> None:
    scene.machine.kill_daemon()
    scene.machine.run("keyturn", "daemon", "start", status=0)
    told = scene.machine.run("keyturn", "status", status=0).stdout
    assert "vault          not opened yet" in told
    assert "secret in the vault" in told
    assert "not signed in: keyturn login me" in told


@pytest.mark.parametrize("running", [False, True])
def test_a_mistake_in_the_configuration_is_told(running: bool, machine: Machine) -> None:  # noqa: FBT001 - a parameter
    machine.configure('[profile.x]\nprovider = "entar"\n')
    if running:
        machine.run("keyturn", "daemon", "start", status=0)
    error = machine.json("status")["configuration"]["error"]
    assert "config.toml: profile.x" in error
    told = machine.run("keyturn", "status", status=0).stdout
    assert f'error: {error}\n               hint: for example: provider = "entra"\n' in told
    machine.run("keyturn", "profile", "list", status=2)
    machine.run("keyturn", "login", "x", status=2)


def test_profile_show_names_no_secret(scene: Scene) -> None:
    secret = scene.emulator.ready.clients["service"]["secret"]
    told = scene.machine.run("keyturn", "profile", "show", "ci", status=0).stdout
    assert "flow           client-secret (secret from the vault)" in told
    assert f"git targets    {scene.emulator.ready.git}/contoso (azure-devops)" in told
    assert "may ask for    Azure DevOps\n" in told
    assert secret not in told
    shown = scene.machine.json("profile", "show", "me")
    assert (shown["secret"], shown["flow"]) == (None, "device-code")


def test_profile_list(scene: Scene) -> None:
    lines = scene.machine.run("keyturn", "profile", "list", status=0).stdout.splitlines()
    assert lines[0].split("  ")[0] == "PROFILE"
    assert lines[0].index("TENANT OR URL") == lines[1].index(scene.emulator.ready.tenant)
    assert lines[0].endswith("  TARGETS")
    assert [line.split()[:2] for line in lines[1:]] == [["ci", "client-secret"], ["me", "device-code"]]
    assert [profile["name"] for profile in scene.machine.json("profile", "list")] == ["ci", "me"]


def test_profile_show_of_an_unknown_one(scene: Scene) -> None:
    unknown = scene.machine.run("keyturn", "profile", "show", "mee", status=2)
    assert "there is no profile mee in " in unknown.stderr
    assert "keyturn: hint: keyturn profile show me\n" in unknown.stderr
    typed = scene.machine.run("keyturn", "login", "hunter2-is-a-password", status=2).stderr
    assert "there is no profile of that name in " in typed
    assert "hunter2" not in typed


def test_log_prints_the_last_lines(scene: Scene) -> None:
    scene.machine.run("keyturn", "token", "ci", status=0)
    scene.machine.run("keyturn", "daemon", "stop", status=0)  # its last lines are written behind the answers
    entries = scene.machine.json("log", "-n", "1000")
    assert any(entry["values"].get("path") == "/v1/token" for entry in entries)
    lines = scene.machine.run("keyturn", "log", "-n", "1000", status=0).stdout.splitlines()
    assert scene.machine.run("keyturn", "log", "-n", "1", status=0).stdout.splitlines() == lines[-1:]
    assert len(lines) == len(entries)


def test_log_goes_on_where_the_log_before_ends(scene: Scene) -> None:
    scene.machine.stop()
    log = scene.machine.state / "keyturnd.log"
    log.with_name("keyturnd.log.1").write_text("first\nsecond\n", encoding="ascii")
    log.write_text("third\n", encoding="ascii")
    assert scene.machine.run("keyturn", "log", "-n", "2", status=0).stdout == "second\nthird\n"


def test_log_follows_what_the_daemon_writes_until_ctrl_c(scene: Scene) -> None:
    with scene.machine.terminal("keyturn", "log", "--follow", "-n", "1") as terminal:
        terminal.wait_for("INFO ")
        scene.machine.run("keyturn", "daemon", "stop", status=0)
        (scene.machine.state / "keyturnd.log").rename(scene.machine.state / "keyturnd.log.1")
        scene.machine.run("keyturn", "daemon", "start", status=0)
        terminal.wait_for("ready pid=")
        terminal.type(INTERRUPT)
        assert terminal.end() == 0
        assert "keyturn: " not in terminal.seen


def test_a_log_that_cannot_be_read(machine: Machine) -> None:
    (machine.state / "keyturnd.log").mkdir(parents=True)
    refused = machine.run("keyturn", "log", status=1)
    assert refused.stderr.startswith(f"keyturn: error: cannot read {machine.state}/keyturnd.log: is a directory")
