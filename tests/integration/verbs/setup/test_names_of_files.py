"""Files whose names somebody else has chosen, with a clone that sets KUBECONFIG and DOCKER_CONFIG."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from support.scenes.setup.kubeconfig import CONFIG, KUBECONFIG, configured

if TYPE_CHECKING:
    from support.machine.machine import Machine

__all__ = ["configured"]

NAME = "a\nplanted\x1b[2J\u202e"
DOCKER = '[targets.docker]\n"contoso.azurecr.io" = "me"\n'
OLD_LOGIN = {"auths": {"contoso.azurecr.io": {"auth": "eDp5"}}}


def told(machine: Machine, words: str, status: int) -> str:
    done = machine.run("keyturn", *words.split(), status=status)
    return done.stdout + done.stderr


def test_they_forge_no_line_and_move_no_cursor(configured: Machine) -> None:
    configured.configure(f"{CONFIG}\n{DOCKER}")
    theirs = configured.home / NAME
    theirs.mkdir()
    (theirs / "config.json").write_text(json.dumps(OLD_LOGIN))
    (theirs / NAME).write_text(KUBECONFIG)
    configured.environment |= {"KUBECONFIG": str(theirs / NAME), "DOCKER_CONFIG": str(theirs)}
    steps = [("docker --dry-run", 0), ("docker", 0), ("docker --undo", 0)]
    said = [told(configured, f"setup {words}", status) for words, status in steps]
    said.append(told(configured, "doctor --offline", 1))
    said.append(told(configured, "init aks --service aks --profile me --yes", 1))
    configured.run("keyturn", "setup", "kube", "--kubeconfig", str(theirs / NAME), status=0)
    configured.configure(CONFIG.replace("https://aks.example", "https://third.example"))
    said.append(told(configured, "setup kube --check", 1))
    for text in said:
        assert f"{theirs.parent}/a" in text, "nothing was said of it"
        assert not [line for line in text.split("\n") if line.startswith("planted")]
        assert "\x1b" not in text
        assert "\u202e" not in text
