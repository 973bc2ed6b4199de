"""The proof at the end of `init`: what a tool would do, done once."""

from __future__ import annotations

import os
import subprocess
import tempfile

from keyturn import moves
from keyturn.configuration.targets.recognized import CLONE
from keyturn.configuration.targets.target import IMPLIED
from keyturn.console.requests import ask
from keyturn.errors import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from keyturn.verbs.init.places import Place


def prove(place: Place, profile: str) -> str:
    """A sentence of what worked. Raises what did not."""
    if place.service == "azure-devops" and f"/{CLONE}/" in place.given:
        return _list_branches(place.given, profile)
    body: dict[str, Any] = {"profile": profile, "purpose": "token"}
    if place.service == "acr":
        body["registry"] = place.key
    elif place.service != "awx":
        body["scopes"] = list(IMPLIED[place.service])
    ask("POST", "/v1/token", body)
    return f"a token for {place.key} came; the tool gets the next ones by itself"


def _list_branches(url: str, profile: str) -> str:
    """In an empty directory: no configuration of a repository has a say in it."""
    environment = os.environ | {"GIT_TERMINAL_PROMPT": "0", "GIT_CEILING_DIRECTORIES": "/"}
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"):
        environment.pop(name, None)
    with tempfile.TemporaryDirectory() as empty:
        command = ["git", "ls-remote", "--heads", url]
        done = subprocess.run(
            command, cwd=empty, env=environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Refused(f"git cannot read {url}: {last}", moves.servers.right_of(f"profile {profile}"))
    branches = len(done.stdout.splitlines())
    return f"git reads {url}: {branches or 'no'} branch{'es' if branches > 1 else ''}{'' if branches else ' yet'}"
