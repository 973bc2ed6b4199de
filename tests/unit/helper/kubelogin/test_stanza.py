"""What convert-kubeconfig makes of a user: the cases of kubelogin's converter tests, with its own answers."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from keyturn.errors import UsageError
from keyturn.kubelogin import completion
from keyturn.kubelogin.convert import is_concerned
from keyturn.kubelogin.stanza import converted, said
from keyturn.protocols.kubelogin.flags import OF_CONVERT, parse
from support import places

VECTORS = places.VECTORS / "kubelogin" / "conversions.toml"
CASES: list[dict[str, Any]] = tomllib.loads(VECTORS.read_text("utf-8"))["case"]
WORDS = "get-token --environment AzurePublicCloud --server-id S --client-id C --tenant-id T --login devicecode"
AZ: dict[str, Any] = {
    "exec": {
        "command": "kubelogin",
        "args": WORDS.split(),
        "env": [{"name": "X", "value": "y"}],
        "installHint": "az's own",
        "provideClusterInfo": False,
    }
}
PROVIDER: dict[str, Any] = {
    "auth-provider": {
        "name": "azure",
        "config": {
            "environment": "AzurePublicCloud",
            "apiserver-id": "S",
            "client-id": "C",
            "tenant-id": "T",
            "config-mode": "1",
        },
    }
}


def _former(case: dict[str, Any]) -> dict[str, Any]:
    if case["user"] == "az":
        return {"exec": AZ["exec"] | {"args": case.get("former", WORDS).split()}}
    config = PROVIDER["auth-provider"]["config"] | {"config-mode": case.get("config_mode", "1")}
    return {"auth-provider": {"name": "azure", "config": config}}


def _converted(user: dict[str, Any], words: str, variables: dict[str, str] | None = None) -> dict[str, Any]:
    return converted(user, said(parse(words.split(), OF_CONVERT), (variables or {}).get))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_as_kubelogin_does_it(case: dict[str, Any]) -> None:
    user, variables = _former(case), case.get("variables")
    if "args" not in case:
        with pytest.raises(UsageError) as caught:
            _converted(user, case["flags"], variables)
        assert caught.value.hint
        return
    found = _converted(user, case["flags"], variables)
    assert " ".join(found["args"]) == case["args"]
    assert found["apiVersion"] == "client.authentication.k8s.io/v1beta1"


def test_what_stays_and_what_goes() -> None:
    found = _converted(AZ, "-l azurecli --azure-config-dir /az")
    assert found["env"] == [{"name": "AZURE_CONFIG_DIR", "value": "/az"}]
    assert (found["installHint"], found["command"]) == ("az's own", "kubelogin")
    assert "env" not in _converted(AZ, "-l devicecode --azure-config-dir /az")
    assert _converted(PROVIDER, "-l msi")["installHint"].startswith("\nkubelogin is not installed")


@pytest.mark.parametrize(
    ("user", "concerned"),
    [
        (AZ, True),
        (PROVIDER, True),
        ({"exec": {"command": "/opt/KubeLogin-tools/bin/other"}}, True),
        ({"exec": {"command": "kube-credential-keyturn"}}, False),
        ({"exec": {"command": "/opt/kubelogin/bin/kube-credential-keyturn"}}, False),
        ({"auth-provider": {"name": "gcp"}}, False),
        ({"token": "kubelogin"}, False),
        ({}, False),
    ],
)
def test_whose_users(user: dict[str, Any], concerned: bool) -> None:  # noqa: FBT001 - a column
    assert is_concerned(user) is concerned


@pytest.mark.parametrize("shell", sorted(completion.SCRIPTS))
def test_completion(shell: str) -> None:
    text = completion.script(shell)
    assert "--server-id" in text
    assert "convert-kubeconfig" in text
    with pytest.raises(UsageError):
        completion.script("powershell")
