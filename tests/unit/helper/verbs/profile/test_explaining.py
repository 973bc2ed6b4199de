"""What is told is a script that runs: az is asked for everything, and no secret is seen."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from keyturn.configuration.profiles.credentials.certificates import Certificate
from keyturn.configuration.profiles.credentials.federation import Federation
from keyturn.verbs.profile import explaining
from keyturn.verbs.profile.explaining import Wanted, steps

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION = "00001111-aaaa-2222-bbbb-3333cccc4444"
STAND_IN = """#!/bin/sh
echo "$(basename "$0") $*" >> "$LOG"
case "$*" in *"reset"*"password"*) echo planted-secret ;; *) echo id-of-it ;; esac
"""


def run(wanted: Wanted, directory: Path) -> list[str]:
    """What the script of `wanted` has az and keyturn do."""
    for name in ("az", "keyturn"):
        (directory / name).write_text(STAND_IN)
        (directory / name).chmod(0o755)
    script = "\n".join(command for step in steps(wanted) for command in step.commands)
    log = directory / "log"
    environment = {"PATH": f"{directory}:{os.environ['PATH']}", "LOG": str(log)}
    done = subprocess.run(
        ["sh", "-euc", script], env=environment, capture_output=True, text=True, check=True, cwd=directory
    )
    assert "planted-secret" not in done.stdout + done.stderr + log.read_text()
    return log.read_text().splitlines()


def test_an_application_for_people(tmp_path: Path) -> None:
    done = run(Wanted("work", services=("azure-devops",)), tmp_path)
    assert done[0].startswith("az ad app create --display-name work ")
    assert any(
        "--public-client-redirect-uris http://localhost --is-fallback-public-client true" in each for each in done
    )
    assert "az ad app permission add --id id-of-it --api id-of-it --api-permissions id-of-it=Scope" in done
    assert done[-2:] == [
        "az ad app permission admin-consent --id id-of-it",
        "keyturn profile edit work application_id=id-of-it",
    ]


def test_one_that_is_there_already_is_not_registered_again(tmp_path: Path) -> None:
    done = run(Wanted("work", APPLICATION), tmp_path)
    assert not any("create" in each or "profile edit" in each for each in done)
    assert f"az ad app permission admin-consent --id {APPLICATION}" in done


@pytest.mark.parametrize(
    ("proof", "expected"),
    [
        (None, "keyturn secret set ci -"),
        (Certificate, "az ad app credential reset --id id-of-it --cert @certificate.pem --append"),
        (Federation, "az ad app federated-credential create --id id-of-it --parameters @credential.json"),
    ],
)
def test_a_machine_proves_itself(proof: type | None, expected: str, tmp_path: Path) -> None:
    places = ("https://dev.azure.com/contoso/infrastructure", "contoso.azurecr.io", "https://x.azmk8s.io")
    done = run(Wanted("ci", is_machine=True, proof=proof, places=places), tmp_path)
    assert expected in done
    assert not any("admin-consent" in each for each in done)
    (member,) = [each for each in done if "serviceprincipalentitlements" in each]
    assert "https://vsaex.dev.azure.com/contoso/_apis/" in member
    assert '"originId":"id-of-it"' in member
    assert any("--role AcrPull --scope id-of-it" in each for each in done)


def test_what_is_no_command_is_a_comment(capsys: pytest.CaptureFixture[str]) -> None:
    explaining.explain(None, machine=True)
    told = capsys.readouterr().out
    assert told.splitlines()[2].startswith("# 1. register an application")
    subprocess.run(["sh", "-n"], input=told, text=True, check=True)
