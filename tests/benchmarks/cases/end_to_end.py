"""Whole commands of git and kubectl, with keyturn and with a token that somebody has put into their configuration."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING

from benchmarks.measured import Result, Row
from benchmarks.peers.absence import Absent, installed
from benchmarks.timing import Command, in_turns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.stage import Stage

GIT, KUBECTL = "git ls-remote", "kubectl get namespaces"
BARE = ", a token in its configuration"
SHARE = 10


def run(stages: Sequence[Stage], rounds: int) -> Result:
    stage = stages[0]
    stage.git("config", "--global", "http.sslCAInfo", stage.emulator.ready.ca_file)
    absent: dict[str, str] = {}
    commands = _gits(stage)
    with ExitStack() as stack:
        try:
            installed("kubectl", "kubernetes-client", go=True)
            commands |= _kubectls(stage, stack)
        except Absent as reason:
            absent[KUBECTL] = str(reason)
        for command in commands.values():
            command.run()
        times = in_turns({name: command.timed for name, command in commands.items()}, max(1, rounds // SHARE))
    rows = [Row(name, "ms", values, (f"{name}{BARE}",), not name.endswith(BARE)) for name, values in times.items()]
    return Result(rows, absent)


def _gits(stage: Stage) -> dict[str, Command]:
    url = stage.emulator.ready.repository
    stage.run("keyturn", "setup", "git", status=0)
    answer = dict(line.split("=", 1) for line in stage.native("git").run().decode().splitlines())
    header = f"http.extraHeader=Authorization: Bearer {answer['password']}"
    git = shutil.which("git") or "git"
    return {
        GIT: Command([git, "ls-remote", url], stage.environment),
        f"{GIT}{BARE}": Command([git, "-c", "credential.helper=", "-c", header, "ls-remote", url], stage.environment),
    }


def _kubectls(stage: Stage, stack: ExitStack) -> dict[str, Command]:
    """Once `stack` is left, the cluster is nobody's who was set up."""
    token = json.loads(stage.native("kube").run())["status"]["token"]
    ours, bare = stage.home / "with-keyturn", stage.home / "with-a-token"
    for file in (ours, bare):
        file.write_text(stage.emulator.ready.kubeconfig, encoding="ascii")
    set_up = ("keyturn", "setup", "kube", "--kubeconfig", str(ours))
    stage.run(*set_up, status=0)
    stack.callback(stage.run, *set_up, "--undo", status=0)
    user = json.loads(_kubectl(stage, bare, "config", "view", "-o", "json").run())["users"][0]["name"]
    _kubectl(stage, bare, "config", "unset", f"users.{user}").run()
    _kubectl(stage, bare, "config", "set-credentials", user, f"--token={token}").run()
    return {
        KUBECTL: _kubectl(stage, ours, "get", "namespaces"),
        f"{KUBECTL}{BARE}": _kubectl(stage, bare, "get", "namespaces"),
    }


def _kubectl(stage: Stage, kubeconfig: Path, *words: str) -> Command:
    return Command([shutil.which("kubectl") or "kubectl", f"--kubeconfig={kubeconfig}", *words], stage.environment)
