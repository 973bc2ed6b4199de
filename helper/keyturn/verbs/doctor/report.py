"""`keyturn doctor --report`: what somebody who helps has to know, in one file that its owner reads first."""

from __future__ import annotations

import json
import os
import platform
import subprocess

from keyturn import __version__, shell
from keyturn.console.profile_texts import details
from keyturn.console.requests import ask_running
from keyturn.errors import KeyturnError, Refused
from keyturn.home import home
from keyturn.verbs.doctor.redaction import Redaction
from keyturn.verbs.log.files import last_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from keyturn.configuration.config import Config
    from keyturn.verbs.doctor.finding import Finding

DEFAULT = "keyturn-report.json"
LINES = 200
PROGRAMS = (
    "git --version",
    "kubectl --kubeconfig=/dev/null version --client",  # gcloud's runs a program of the one there is, else
    "docker --version",
    "podman --version",
    "helm version --short",
)
PATIENCE = 5.0
"""Seconds for a program to tell its version."""
VARIABLES = (
    "KEYTURN_CONFIG", "KEYTURN_STATE", "KEYTURN_SOCKET", "KEYTURN_LOG", "XDG_RUNTIME_DIR", "TERM", "CI",
    "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "SSH_CONNECTION", "GIT_TERMINAL_PROMPT",
    "KUBECONFIG", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE",
)  # fmt: skip
"""Those that decide how keyturn behaves. The rest of the environment is nobody's business."""
ADDRESSES = ("SSH_CONNECTION",)
"""Of these it is enough that they are set: where somebody sits is nobody's business either."""


def write(path: Path, findings: Sequence[Finding], config: Config | None) -> None:
    """Write the report to `path`, for its owner alone. Raises Refused where there is something already."""
    status = _answer("/v1/status")
    document = {**facts(findings), **_contents(config, status)}
    redaction = Redaction(os.environ, _people(config, status), home())
    text = json.dumps(redaction.whole(document), indent=1, ensure_ascii=False) + "\n"
    try:
        # A lone surrogate stands for a byte that was no UTF-8; this is how JSON escapes it, too.
        with open(path, "x", encoding="utf-8", errors="backslashreplace", opener=_private) as file:
            file.write(text)
    except FileExistsError:
        raise Refused(f"{path} is there already", shell.remove(str(path))) from None
    except OSError as error:
        told = f"{path} cannot be written: {(error.strerror or '').lower()}"
        raise Refused(told, shell.reason_of(error, str(path.absolute().parent))) from None


def facts(findings: Sequence[Finding]) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "version": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "findings": [finding.facts() for finding in findings],
    }


def _contents(config: Config | None, status: dict[str, Any] | None) -> dict[str, Any]:
    profiles = [] if config is None else [details(config, profile) for profile in config.profiles.values()]
    return {
        "programs": dict(_versions()),
        "environment": dict(_variables()),
        "profiles": profiles,
        "status": status,
        "surroundings": _answer("/v1/surroundings"),
        "log": _log(),
    }


def _variables() -> Iterator[tuple[str, str]]:
    for name in VARIABLES:
        if name in os.environ:
            yield name, "set" if name in ADDRESSES else os.environ[name]


def _answer(path: str) -> dict[str, Any] | None:
    """What the daemon says, None where none runs or it cannot: a finding tells why."""
    try:
        return ask_running("GET", path)
    except KeyturnError:
        return None


def _log() -> list[str]:
    try:
        return last_lines(LINES)
    except KeyturnError:
        return []


def _versions() -> Iterator[tuple[str, str]]:
    for command in map(str.split, PROGRAMS):
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
        except (OSError, UnicodeDecodeError, subprocess.TimeoutExpired):
            continue
        yield command[0], done.stdout.strip()


def _people(config: Config | None, status: dict[str, Any] | None) -> Iterator[str]:
    """Whose names are known: of accounts, and of the one whose machine this is. An application's is an id."""
    yield "" if os.geteuid() == 0 else os.environ.get("USER", "")
    for profile in config.profiles.values() if config is not None else ():
        yield from (str(getattr(profile, key, None) or "") for key in ("account", "username"))
    for told in (status or {}).get("profiles", ()):
        yield from (token["account"] for token in told["tokens"] if "@" in token["account"] or told["url"])


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
