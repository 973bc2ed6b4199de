"""The proof at the end of `init`: what the tool itself does, done once.

In an empty directory and with an environment in which no repository has a say.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile

from keyturn import hints, moves
from keyturn.configuration.hosts import https_url
from keyturn.configuration.targets.recognized import CLONE
from keyturn.console.requests import ask
from keyturn.errors import Refused, one_line
from keyturn.kinds_of_hints import Sentence, printed
from keyturn.verbs.init.contexts import asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from keyturn.verbs.init.places import Place

OF_A_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT")
PATIENCE = 60.0
"""Seconds: a cluster that sleeps takes its time, and whoever waits can read what comes."""
ERROR, HINT = "keyturn: error: ", "keyturn: hint: "
DOCKER_HELPER = "docker-credential-keyturn"
FORBIDDEN = "(Forbidden)"
"""What kubectl says where the server knows who asks, and does not let them."""


def prove(place: Place, profile: str) -> str:
    """A sentence of what worked. Raises what did not."""
    if place.service == "azure-devops" and shutil.which("git"):
        return _list_branches(place.given, profile) if f"/{CLONE}/" in place.given else _fill(place, profile)
    if place.service == "aks":
        context = asking(place.key, place.context)
        if context and shutil.which("kubectl"):
            return _list_namespaces(place, context, profile)
        return (
            _token(place, profile) if context else f"{_came(place, profile)}; no context of kubectl asks for it yet"
        )
    if place.service == "acr" and shutil.which(DOCKER_HELPER):
        return _log_in(place, profile)
    return _token(place, profile)


def _came(place: Place, profile: str) -> str:
    body: dict[str, Any] = {"profile": profile, "purpose": "token"}
    if place.service == "acr":
        body["registry"] = place.key
    elif place.service != "awx":
        body["audience"] = place.service
    ask("POST", "/v1/token", body)
    return f"a token for {place.key} came"


def _token(place: Place, profile: str) -> str:
    """Where there is no tool to ask."""
    if place.service == "awx":
        return f"{_came(place, profile)}; what needs one: {printed(hints.run(profile))}"
    return f"{_came(place, profile)}; the tool gets the next ones by itself"


def _list_branches(url: str, profile: str) -> str:
    done = _run("git", "ls-remote", "--heads", url)
    if done.returncode != 0:
        raise _refused(done, f"git cannot read {url}", profile)
    branches = len(done.stdout.splitlines())
    return f"git reads {url}: {branches or 'no'} branch{'es' if branches > 1 else ''}{'' if branches else ' yet'}"


def _fill(place: Place, profile: str) -> str:
    """As git does before it asks a server."""
    at = https_url(place.key)
    path = "/".join((*at.segments, CLONE))
    done = _run("git", "credential", "fill", given=f"protocol=https\nhost={at.netloc}\npath={path}\n\n")
    if done.returncode != 0 or "\npassword=" not in done.stdout:
        raise _refused(done, f"git gets no token for {place.key}", profile)
    return f"git gets a token for {place.key} from keyturn"


def _list_namespaces(place: Place, context: str, profile: str) -> str:
    done = _run("kubectl", "--context", context, "get", "namespaces", "--output=name")
    if done.returncode != 0 and FORBIDDEN not in done.stderr:
        raise _refused(done, f"kubectl cannot read {place.key}", profile)
    if done.returncode != 0:
        return f"the cluster of context {one_line(context)} knows you, though it does not let you list namespaces"
    found = len(done.stdout.splitlines())
    return f"kubectl reads {place.key}: {found} namespace{'' if found == 1 else 's'}"


def _log_in(place: Place, profile: str) -> str:
    """As docker asks its helper, by name and through PATH."""
    done = _run(DOCKER_HELPER, "get", given=place.key)
    if done.returncode != 0:
        raise _refused(done, f"docker gets no login for {place.key}", profile)
    return f"docker, podman and helm get a login for {place.key} from keyturn"


def _run(*command: str, given: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"GIT_TERMINAL_PROMPT": "0", "GIT_CEILING_DIRECTORIES": "/"}
    for name in OF_A_REPOSITORY:
        environment.pop(name, None)
    with tempfile.TemporaryDirectory() as empty:
        try:
            return subprocess.run(
                command, cwd=empty, env=environment, input=given, capture_output=True, text=True, errors="replace",
                check=False, timeout=PATIENCE,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 1, "", f"no answer within {PATIENCE:.0f} seconds")


def _refused(done: subprocess.CompletedProcess[str], told: str, profile: str) -> Refused:
    """Why, in our helper's words if it complained, with its hint: what the tool says of that comes behind it."""
    lines = done.stderr.strip().splitlines() or ["it said nothing"]
    error = next((line.removeprefix(ERROR) for line in lines if line.startswith(ERROR)), lines[-1])
    hint = next((Sentence(line.removeprefix(HINT)) for line in lines if line.startswith(HINT)), None)
    return Refused(f"{told}: {error}", hint or moves.servers.right_of(f"profile {profile}"))
