"""What convert-kubeconfig makes of a user, by login method: cases of kubelogin's converter tests."""

from __future__ import annotations

from typing import Any

import pytest

from keyturn.errors import UsageError
from keyturn.kubelogin import completion
from keyturn.kubelogin.convert import is_concerned
from keyturn.kubelogin.stanza import converted, login_of
from keyturn.protocols.kubelogin.flags import OF_CONVERT, parse

WORDS = "get-token --environment AzurePublicCloud --server-id S --client-id C --tenant-id T --login devicecode"
UNSET: dict[str, str] = {}
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
PLACE = "--client-id C --tenant-id T --environment AzurePublicCloud"


def _args(user: dict[str, Any], words: str, variables: dict[str, str] | None = None) -> str:
    given, lookup = parse(words.split(), OF_CONVERT), (variables or {}).get
    found = converted(user, login_of(given, lookup), given, lookup)["args"]
    assert found[:2] == ["get-token", "--login"]
    return " ".join(found[2:])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", f"devicecode --server-id S {PLACE}"),
        ("-l azurecli", "azurecli --server-id S"),
        ("-l azurecli -t U -s sub", "azurecli --server-id S --tenant-id U --subscription sub"),
        ("-l interactive --login-hint me", f"interactive --server-id S {PLACE} --login-hint me"),
        ("-l spn --client-secret s", f"spn --server-id S {PLACE} --client-secret s"),
        ("-l spn --client-certificate c.pfx", f"spn --server-id S {PLACE} --client-certificate c.pfx"),
        ("-l spn --disable-environment-override", f"spn --server-id S {PLACE} --disable-environment-override"),
        ("-l msi", "msi --server-id S"),
        ("-l msi --client-id M", "msi --server-id S --client-id M"),
        ("-l msi --identity-resource-id /r", "msi --server-id S --identity-resource-id /r"),
        ("-l workloadidentity", "workloadidentity --server-id S"),
        ("-l workloadidentity --client-id W", "workloadidentity --server-id S --client-id W"),
        ("-l azurepipelines", "azurepipelines --server-id S --tenant-id T"),
        ("-l azurecli --cache-dir /c", "azurecli --server-id S --cache-dir /c"),
        (
            "-l interactive --pop-enabled --pop-claims u=h",
            f"interactive --server-id S {PLACE} --pop-enabled --pop-claims u=h",
        ),
        ("--legacy", f"devicecode --server-id S {PLACE} --legacy"),
        ("--client-id D --tenant-id U -e E", "devicecode --server-id S --client-id D --tenant-id U --environment E"),
    ],
)
@pytest.mark.parametrize("user", [AZ, PROVIDER], ids=["az", "auth-provider"])
def test_arguments(user: dict[str, Any], words: str, expected: str) -> None:
    assert _args(user, words) == expected


def test_the_environment_before_the_flags() -> None:
    variables = {"AAD_LOGIN_METHOD": "spn", "AZURE_CLIENT_ID": "V"}
    assert _args(AZ, "-l azurecli --client-id F", variables).startswith("spn --server-id S --client-id V")
    assert _args(AZ, "-l azurecli", variables).startswith("spn --server-id S --client-id C")


def test_what_stays_and_what_goes() -> None:
    found = converted(AZ, "azurecli", {"azure-config-dir": "/az"}, UNSET.get)
    assert found["env"] == [{"name": "AZURE_CONFIG_DIR", "value": "/az"}]
    assert (found["installHint"], found["command"]) == ("az's own", "kubelogin")
    assert found["apiVersion"] == "client.authentication.k8s.io/v1beta1"
    assert "env" not in converted(AZ, "devicecode", {"azure-config-dir": "/az"}, UNSET.get)
    assert converted(PROVIDER, "msi", {}, UNSET.get)["installHint"].startswith("\nkubelogin is not installed")


def test_config_mode_0_and_an_older_flag_are_kept() -> None:
    config = PROVIDER["auth-provider"]["config"]
    old = {"auth-provider": {"name": "azure", "config": {**config, "config-mode": "0"}}}
    assert _args(old, "").endswith(" --legacy")
    cached = {"exec": {"command": "/opt/kubelogin", "args": [*AZ["exec"]["args"], "--token-cache-dir", "/c"]}}
    assert _args(cached, "-l msi") == "msi --server-id S --cache-dir /c"


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ({"exec": {"command": "kubelogin", "args": ["get-token"]}}, ""),
        ({"exec": {"command": "kubelogin", "args": ["get-token", "--server-id", "S"]}}, "-l spn"),
        (AZ, "-l interactive --pop-enabled"),
        (AZ, "-l interactive --pop-claims u=h"),
        (AZ, "-l unsupported"),
    ],
)
def test_refused(user: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError):
        _args(user, words)


@pytest.mark.parametrize(
    ("user", "concerned"),
    [
        (AZ, True),
        (PROVIDER, True),
        ({"exec": {"command": "/opt/KubeLogin-tools/bin/other"}}, True),
        ({"exec": {"command": "kube-credential-keyturn"}}, False),
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
