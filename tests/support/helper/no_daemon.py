"""The twin where no daemon runs, and what kubectl tells it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

START = "import sys; from keyturn.main import main; sys.exit(main())"
CONFIGURATION = """
[profile.work]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"
[targets.git]
"https://dev.azure.com/contoso" = "work"
[targets.docker]
"contoso.azurecr.io" = "work"
"127.0.0.1:5000" = { profile = "work", service = "acr" }
[targets.kube]
"https://kube.example" = "work"
"""


@pytest.fixture(name="environment")
def private_environment(tmp_path: Path) -> dict[str, str]:
    """Where no daemon runs, and a configuration with two registries and a cluster."""
    (tmp_path / "run").mkdir(mode=0o700)
    configuration = tmp_path / "config.toml"
    configuration.write_text(CONFIGURATION, "utf-8")
    configuration.chmod(0o600)
    return {
        "PATH": os.defpath,
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "KEYTURN_CONFIG": str(configuration),
        **{name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ},
    }


def outcome(done: subprocess.CompletedProcess[bytes]) -> tuple[int, bytes, bytes]:
    return done.returncode, done.stdout, done.stderr


def info(*, interactive: bool = False, server: str | None = None) -> str:
    """KUBERNETES_EXEC_INFO as kubectl writes it, a newline at its end."""
    spec: dict[str, Any] = {} if server is None else {"cluster": {"server": server, "config": None}}
    spec["interactive"] = interactive
    version = "client.authentication.k8s.io/v1"
    return json.dumps({"kind": "ExecCredential", "apiVersion": version, "spec": spec}, separators=(",", ":")) + "\n"
