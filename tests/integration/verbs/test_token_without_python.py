"""`keyturn token` answered by the daemon itself: what Python prints, and Python wherever it would say more."""

from __future__ import annotations

import os
import re
import shutil
import signal
from typing import TYPE_CHECKING

import pytest

from support.helper.programs import SHORT_DEADLINE
from support.needs import need
from support.scenes.awx import AwxScene, awx
from support.scenes.registry import RegistryScene, registry_scene
from support.scenes.scene import Scene, scene
from support.scenes.typed import Typed

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from support.helper.programs import NativePrograms

__all__ = ["awx", "registry_scene", "scene"]

FORMATS = ("", "--format text", "--format=header", "--format env", "--format json", "--json")
DEVOPS = "499b84ac-1321-427f-aa17-267ca6975798/.default"


@pytest.fixture
def typed(scene: Scene) -> Typed:
    """A daemon that has the token of `ci`."""
    scene.machine.run("keyturn", "token", "ci", status=0)
    return Typed(scene.machine)


def told(done: CompletedProcess[str]) -> tuple[int, str, str]:
    return done.returncode, done.stdout, done.stderr


def test_every_format_as_python_prints_it(typed: Typed) -> None:
    asking = ("--audience azure-devops", f"--scope={DEVOPS}", "--no-browser", "--min-life 30m")
    for words in (["token", "ci", *options.split()] for options in (*FORMATS, *asking)):
        answer = told(typed.run(*words))
        assert answer[0] == 0
        assert not typed.took_python(), words
        assert answer == told(typed.in_python(*words)), words


def test_every_format_of_an_awx(awx: AwxScene) -> None:
    """Behind a platform gateway there are more variables, which the daemon knows from the state."""
    for profile in ("tower", "aap"):
        awx.entrust(profile)
        awx.token(profile)
    typed = Typed(awx.machine)
    for words in (["token", profile, *form.split()] for form in FORMATS for profile in ("tower", "aap")):
        answer = told(typed.run(*words))
        assert not typed.took_python(), words
        assert answer == told(typed.in_python(*words)), words
    assert "CONTROLLER_OPTIONAL_API_URLPATTERN_PREFIX=" in typed.run("token", "aap", "--format", "env").stdout


def test_a_registrys_by_every_name_of_it(registry_scene: RegistryScene) -> None:
    registry, typed = registry_scene.registry, Typed(registry_scene.machine)
    registry_scene.secret()
    for name, ready in ((registry, True), (f"https://{registry}/v2/", True), (f"{registry}/team/app:1", False)):
        words = ("token", "ci", "--registry", name)
        answer = told(typed.run(*words))
        assert (answer[0], typed.took_python()) == (0, not ready), name
        assert answer == told(typed.in_python(*words))
        assert answer == told(typed.run("token", "--registry", name)), "its profile is known"


def test_whoever_would_be_told_more_is_told_by_python(scene: Scene, typed: Typed) -> None:
    """Refusals, sign-ins, several profiles, help: the words, the hint and the exit status are the verb's own."""
    for options in (
        "", "me", "none", "ci --audience graph", "ci --format yaml", "ci --aud arm", "--help", "ci other",
        "ci --min-life 30d", "ci --min-life soon", "ci --claims x", "ci --registry contoso.azurecr.io", "x" * 10_000,
        "ci " * 70,
    ):  # fmt: skip
        words = options.split()
        answer = told(typed.run("token", *words))
        assert typed.took_python(), words
        assert answer == told(typed.in_python("token", *words)), words
    first = typed.run("token", "ci").stdout
    assert not typed.took_python()
    assert typed.run("token", "ci", "--renew").stdout != first
    assert typed.took_python()
    assert typed.run("token", "ci").stdout != first
    assert not typed.took_python()
    scene.machine.configure(
        scene.config.replace('flow = "client-secret"', 'flow = "client-secret"\nprotocols = ["git", "run"]')
    )
    assert "profile ci is not for token" in typed.run("token", "ci").stderr
    assert typed.took_python()


def test_a_profile_that_is_the_only_one_need_not_be_named(scene: Scene, typed: Typed) -> None:
    alone = re.sub(r'\[profile\.me\][^[]*|^.*"me".*$', "", scene.config, flags=re.MULTILINE)
    scene.machine.configure(alone)
    assert typed.run("token", "ci").stdout == typed.run("token").stdout
    assert not typed.took_python()


def test_a_daemon_with_other_settings_is_named(typed: Typed) -> None:
    """As ever: it is asked all the same, and one line says so."""
    machine = typed.machine
    other = machine.home / "other"
    (other / "keyturn").mkdir(parents=True, mode=0o700)
    (other / "keyturn/config.toml").write_text(machine.config_file.read_text("utf-8"), encoding="utf-8")
    for name, value in (
        ("KEYTURN_CONFIG", f"{other}/keyturn/config.toml"), ("XDG_CONFIG_HOME", str(other)),
        ("KEYTURN_STATE", str(other)), ("XDG_STATE_HOME", str(other)), ("HOME", str(other)),
        ("KEYTURN_CONFIG", "relative"), ("KEYTURN_STATE", f"/{'x' * 2000}"),
    ):  # fmt: skip
        answer = told(typed.run("token", "ci", **{name: value}))
        assert typed.took_python(), name
        assert answer == told(typed.in_python("token", "ci", **{name: value}))
        assert answer[2].startswith(("keyturn: warning: the daemon runs with ", "keyturn: error: ")), name
    same = {"KEYTURN_CONFIG": f"{machine.config}/./config.toml", "XDG_STATE_HOME": f"{machine.home}//.local/state/"}
    assert told(typed.run("token", "ci", **same))[::2] == (0, "")
    assert not typed.took_python()
    for gone in (("HOME",), ("HOME", "XDG_RUNTIME_DIR")):
        typed.through((need("env"), *(word for name in gone for word in ("-u", name))), "token", "ci")
        assert typed.took_python(), gone


def test_standard_streams_are_the_callers(typed: Typed) -> None:
    shell = (need("sh"), "-c")
    script = '"$@" >/dev/null && cat'
    left = typed.through((*shell, script, "sh"), "token", "ci", input="what the script reads")
    assert (left.stdout, typed.took_python()) == ("what the script reads", False)
    for redirect, status, python in (
        ("| true", 0, False),
        (">/dev/full", 1, False),
        (">&-", 0, True),
        ("<&-", 0, True),
    ):
        done = typed.through((*shell, f'"$@" {redirect}', "sh"), "token", "ci")
        assert (done.returncode, typed.took_python()) == (status, python), redirect
        said = "keyturn: error: cannot write the answer: no space left on device\n" if "full" in redirect else ""
        assert done.stderr == said, redirect


def test_it_counts_as_a_use_of_the_token(scene: Scene, typed: Typed) -> None:
    def used_by() -> str:
        (profile,) = (one for one in typed.machine.json("status")["profiles"] if one["name"] == "ci")
        (token,) = profile["tokens"]
        return str(token["used_by"])

    for _ in range(2):  # the second time the daemon knows the request
        scene.ask()
        assert used_by() == "git"
        typed.run("token", "ci")
        assert (typed.took_python(), used_by()) == (False, "token")


def test_without_a_daemon(typed: Typed) -> None:
    token = typed.run("token", "ci").stdout
    typed.machine.run("keyturn", "daemon", "stop", status=0)
    assert told(typed.run("token", "ci")) == (0, token, "")
    assert typed.took_python()
    assert told(typed.run("token", "ci")) == (0, token, "")
    assert not typed.took_python()


def test_a_daemon_that_does_not_answer_is_left_to_python(typed: Typed, programs: NativePrograms) -> None:
    """It waits the usual time, from its own start."""
    machine = typed.machine
    shutil.copy(programs.variant(SHORT_DEADLINE), typed.program)
    os.mkfifo(typed.log)
    pid = machine.daemon_pid()
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    asking = machine.start(str(typed.program), "token", "ci")
    assert typed.log.read_text(encoding="ascii") == "started\n"
    os.kill(pid, signal.SIGCONT)
    assert asking.communicate()[0].decode() == machine.run("keyturn", "token", "ci", status=0).stdout
