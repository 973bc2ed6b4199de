"""`keyturn doctor`, and `keyturn setup` for all tools at once."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from support.daemon import wire
from support.scenes.scene import Scene, scene

if TYPE_CHECKING:
    from support.machine.machine import Machine

__all__ = ["scene"]


def findings(machine: Machine, *words: str, status: int) -> list[dict[str, Any]]:
    done = machine.run("keyturn", "doctor", "--json", *words, status=status)
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def wrong(machine: Machine, *words: str) -> dict[str, str]:
    """The sentences of what is wrong, with what helps."""
    return {
        finding["sentence"]: finding["hint"]
        for finding in findings(machine, *words, status=1)
        if finding["level"] == "error"
    }


def test_all_is_well_but_for_a_person(scene: Scene) -> None:
    told = wrong(scene.machine)
    assert all("nobody is signed in for profile me" in sentence for sentence in told)
    assert set(told.values()) == {"keyturn login me"}
    assert findings(scene.machine, "--offline", status=0)


def test_who_looks_for_tokens_uses_none(scene: Scene) -> None:
    """What nobody but the doctor asks for is not kept fresh, and whoever may not have it is not given it."""
    for words, status in ((("doctor",), 1), (("profile", "check", "ci"), 0)):
        scene.machine.run("keyturn", *words, status=status)
        (ci, *_) = scene.machine.json("status")["profiles"]
        assert [token["used_by"] for token in ci["tokens"]] == [None]
    scene.ask()
    scene.machine.run("keyturn", "doctor", status=1)
    assert scene.machine.json("status")["profiles"][0]["tokens"][0]["used_by"] == "git"
    told = wire.exchange(scene.machine.socket, wire.post("/v1/token", b'{"profile": "ci", "purpose": "check"}'))
    assert told.status == 200
    assert b"token" not in told.body


def test_nothing_is_there_yet(machine: Machine) -> None:
    assert [hint for hint in wrong(machine).values() if "keyturn init" in hint]
    assert machine.daemon_pid() is None


def test_a_mistake_in_the_configuration(machine: Machine) -> None:
    machine.configure('[profile.work]\nprovider = "entra"\nflow = "nonsense"\n')
    assert any("profile.work.flow" in sentence for sentence in wrong(machine))


def test_programs_that_are_not_on_path(scene: Scene) -> None:
    keyturn = str(scene.machine.programs / "keyturn")
    done = scene.machine.run(keyturn, "doctor", "--offline", PATH="/usr/bin:/bin", status=1)
    assert "git-credential-keyturn is not on PATH" in done.stdout


def test_a_server_that_does_not_answer(scene: Scene) -> None:
    told = [finding["sentence"] for finding in findings(scene.machine, status=1)]
    host = urlsplit(scene.emulator.ready.authority).netloc
    assert f"{host} (profile ci, me) answers, without a proxy" in told
    scene.emulator.control.fault("discovery", "close", times=9)
    assert any(sentence.startswith(f"{host} (profile ci, me): ") for sentence in wrong(scene.machine))


def test_a_registry_that_keeps_this_network_out(scene: Scene) -> None:
    """It answers, and yet nobody gets in: no token would tell."""
    registry = scene.emulator.ready.registry
    scene.machine.configure(scene.emulator.ready.config)
    assert f"{registry} (profile ci) answers, without a proxy" in {
        finding["sentence"] for finding in findings(scene.machine, status=1)
    }
    scene.emulator.control.settings(registry_firewalled=True)
    told = wrong(scene.machine)
    hint = told[f"{registry} (profile ci): {registry} lets nobody in from this network (status 403)"]
    assert hint.startswith("reach it another way (VPN, private endpoint)")


def test_a_proxy_that_is_dead_is_one_fault(scene: Scene) -> None:
    """However many servers and tokens are behind it. The emulator's are on the loopback, where no proxy leads."""
    profile = 'provider = "entra"\nflow = "client-secret"\ntenant = "contoso.example"\napplication_id = "{}"\n'
    profile = profile.format("00001111-aaaa-2222-bbbb-3333cccc4444")
    places = '[targets.git]\n"https://dev.azure.com/contoso" = "ci"\n[targets.docker]\n"contoso.azurecr.io" = "ci"\n'
    scene.machine.configure(f"[profile.ci]\n{profile}\n[profile.other]\n{profile}\n{places}")
    scene.machine.run("keyturn", "secret", "set", "ci", "-", input="planted", status=0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        proxy = f"http://127.0.0.1:{server.getsockname()[1]}"
    scene.machine.run("keyturn", "daemon", "restart", HTTPS_PROXY=proxy, status=0)
    told = [sentence for sentence in wrong(scene.machine) if "the proxy" in sentence]
    assert len(told) == 1
    assert f"cannot connect to the proxy {proxy}: " in told[0]
    assert told[0].endswith("login.microsoftonline.com (profile ci, other), contoso.azurecr.io (profile ci)")


def test_a_daemon_that_was_started_elsewhere(scene: Scene) -> None:
    machine = scene.machine
    machine.environment |= {"HTTPS_PROXY": "http://alice:planted@proxy.example:1", "XDG_RUNTIME_DIR": "/nowhere"}
    machine.environment["KEYTURN_SOCKET"] = str(machine.runtime / "keyturn/socket")
    unit = machine.home / ".config/systemd/user/keyturnd.service"
    unit.parent.mkdir(parents=True)
    unit.write_text("[Service]\nExecStart=/nowhere/keyturnd --socket\n", encoding="ascii")
    told = {finding["sentence"]: finding["hint"] for finding in findings(machine, "--offline", status=1)}
    proxy = "the daemon's proxy is not set, this shell's http://***@proxy.example:1"
    assert told[proxy] == "keyturn daemon restart"
    assert told["XDG_RUNTIME_DIR names /nowhere, which is not there"] == "unset XDG_RUNTIME_DIR"
    assert told[f"{unit} starts /nowhere/keyturnd, which is not there"] == f"ls -ld {unit}"
    unit.unlink()
    for words in (("doctor", "--offline", "--fix"), ("daemon", "restart")):
        printed = machine.run("keyturn", "doctor", "--offline", status=0).stdout
        assert proxy in printed, "this shell's may have come with a clone"
        machine.run("keyturn", *words, status=0)
    assert proxy not in machine.run("keyturn", "doctor", "--offline", status=0).stdout


def test_settings_of_git_that_are_in_the_way(scene: Scene) -> None:
    key = f"http.https://{scene.git_host}/.extraheader"
    scene.machine.git("config", "--global", key, "Authorization: Basic planted-header")
    done = scene.machine.run("keyturn", "doctor", "--offline", status=0)
    assert f"! git: {key} in your git configuration is sent in place of keyturn's tokens" in done.stdout
    assert "planted-header" not in done.stdout


DISPATCHER = """#!/bin/sh
case $* in *--kubeconfig=/dev/null*) ;; *) : >"$HOME/ran" ;; esac
"""
"""gcloud's kubectl runs the program of the current context's user whatever it is told to do."""


def test_a_report_runs_no_program_of_a_kubeconfig(machine: Machine) -> None:
    programs = machine.home / "programs"
    programs.mkdir()
    (programs / "kubectl").write_text(DISPATCHER, encoding="ascii")
    (programs / "kubectl").chmod(0o755)
    path = f"{programs}:{machine.environment['PATH']}"
    machine.run("keyturn", "doctor", "--offline", "--report", PATH=path)
    assert "kubectl" in json.loads((machine.home / "keyturn-report.json").read_text("utf-8"))["programs"]
    assert not (machine.home / "ran").exists()


def test_a_report_holds_no_secret(scene: Scene) -> None:
    """Planted wherever a report could find one: and it is their owner's file alone."""
    machine, secret = scene.machine, scene.emulator.ready.clients["service"]["secret"]
    machine.configure(f"# planted-in-a-comment\n{scene.config}")
    machine.environment |= {
        "HTTPS_PROXY": "http://alice:planted-in-a-proxy@127.0.0.1:1", "AZURE_CLIENT_SECRET": "planted-in-a-variable",
        "NO_PROXY": "planted-in-a-variable", "KUBECONFIG": "/planted/eyJhbGciOiJub25lIn0.eyJhIjoxfQ.",
        "https_proxy": "alice:plant@planted-in/a-proxy@127.0.0.1:1", "SSH_CONNECTION": "planted-in 1 192.0.2.1 22",
        "DISPLAY": "\udcff",
    }  # fmt: skip
    token = machine.json("token", "ci")["access_token"]
    scene.emulator.control.fault("token", "status", status=400, body=json.dumps({"error_description": secret}))
    machine.run("keyturn", "login", "ci", status=1)
    machine.run("keyturn", "doctor", "--offline", "--report", status=0)
    report = machine.home / "keyturn-report.json"
    assert report.stat().st_mode & 0o777 == 0o600
    text = report.read_text("utf-8")
    assert {"findings", "status", "profiles", "log", "programs"} <= json.loads(text).keys()
    found = [word for word in ("planted-in", "eyJ", secret, token, str(machine.home)) if word in text]
    assert found == []
    assert "is there already" in machine.run("keyturn", "doctor", "--offline", "--report", status=1).stderr
    assert "--report takes a file" in machine.run("keyturn", "doctor", "--report", "-", status=2).stderr


def test_fix_sets_up_what_is_not_set_up(scene: Scene) -> None:
    scene.machine.run("keyturn", "setup", "git", "--undo", status=0)
    assert any("git does not ask keyturn for" in sentence for sentence in wrong(scene.machine, "--offline"))
    fixed = scene.machine.run("keyturn", "doctor", "--offline", "--fix", status=0)
    assert "keyturn: keyturn setup git\n" in fixed.stdout
    assert scene.machine.run("keyturn", "setup", "--check", status=0).stdout


def test_setup_alone_follows_the_targets(scene: Scene) -> None:
    machine = scene.machine
    machine.run("keyturn", "setup", "git", "--undo", status=0)
    assert "does not ask keyturn" in machine.run("keyturn", "setup", "--check", status=1).stdout
    for words in (["--check", "git"], ["git", "--check"]):
        assert "does not ask keyturn" in machine.run("keyturn", "setup", *words, status=1).stdout, (
            "nothing is changed"
        )
    machine.run("keyturn", "setup", "--check", "git", "--undo", status=2)
    machine.run("keyturn", "setup", status=0)
    machine.run("keyturn", "setup", "--check", status=0)
    machine.run("keyturn", "setup", "--check", "git", status=0)
    targets = [target["target"] for target in machine.json("target", "list")]
    machine.run("keyturn", "target", "remove", *targets, status=0)
    assert "still asks keyturn" in machine.run("keyturn", "setup", "--check", status=1).stdout
    machine.run("keyturn", "setup", status=0)
    assert "credential" not in (machine.home / ".gitconfig").read_text()
    machine.run("keyturn", "setup", "--check", status=0)


def test_setup_undone_as_a_whole_needs_no_configuration(scene: Scene) -> None:
    machine = scene.machine
    machine.configure(scene.emulator.ready.config)
    machine.run("keyturn", "setup", "docker", status=0)
    programs = machine.home / ".local/bin"
    programs.mkdir(parents=True)
    path = f"{programs}:{machine.environment['PATH']}"
    machine.run("keyturn", "setup", "kube", "--as-kubelogin", status=0, PATH=path)
    slip = machine.run("keyturn", "setup", "--undo", "git", "--check", status=2)
    assert "--check takes no more than a tool" in slip.stderr
    machine.configure("nonsense")
    told = machine.run("keyturn", "setup", "--undo", status=0, PATH=path).stdout
    assert "keyturn: git no longer asks keyturn for " in told
    assert f"keyturn: removed {programs}/kubelogin\n" in told
    assert "credential" not in (machine.home / ".gitconfig").read_text("utf-8")
    assert not (machine.home / ".docker/config.json").exists()
    assert machine.run("keyturn", "setup", "--undo", status=0, PATH=path).stdout == "keyturn: nothing is set up\n"


def test_a_setup_without_anything_to_set_up_says_so(machine: Machine) -> None:
    assert "hint: to write one: keyturn init" in machine.run("keyturn", "setup", status=2).stderr
    machine.run("keyturn", "profile", "add", "tower", "url=https://awx.example", "flow=token", status=0)
    told = machine.run("keyturn", "setup", status=0)
    assert "nothing to set up" in told.stdout
    assert told.stderr == "keyturn: hint: keyturn target add --help\n"
    log = machine.run("/bin/sh", "-c", "keyturn setup 2>&1", status=0).stdout
    assert log == told.stdout + told.stderr, "a job's log has both, in the order in which they were said"


def test_a_setup_without_targets_sees_to_hosts_whose_credentials_are_kept(machine: Machine) -> None:
    machine.run("keyturn", "profile", "add", "tower", "url=https://awx.example", "flow=token", status=0)
    config = machine.config_file.read_text("utf-8")
    machine.config_file.write_text(f'{config}\n[git]\nstore = "memory"\n')
    assert (
        "git does not ask keyturn for all other hosts" in machine.run("keyturn", "setup", "--check", status=1).stdout
    )
    assert "git asks keyturn for all other hosts" in machine.run("keyturn", "setup", status=0).stdout
    machine.run("keyturn", "setup", "--check", status=0)
    machine.config_file.write_text(config)
    machine.run("keyturn", "setup", status=0)
    assert "credential" not in (machine.home / ".gitconfig").read_text()
