"""The `exec` of a converted user: the arguments that each login method takes along, in kubelogin's own order."""

from __future__ import annotations

from keyturn import moves
from keyturn.errors import UsageError
from keyturn.protocols.kubectl import V1BETA1
from keyturn.protocols.kubelogin.flags import is_on
from keyturn.protocols.kubelogin.wish import INSTEAD, LOGINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Lookup = Callable[[str], str | None]

COMMAND = "kubelogin"
HINT = "\nkubelogin is not installed which is required to connect to AAD enabled cluster.\n\nTo learn more, please go to https://azure.github.io/kubelogin/\n"  # noqa: E501 - kubelogin's own text
KEPT = ("environment", "tenant-id", "client-id", "server-id", "cache-dir", "pop-claims", "redirect-url", "login-hint")
"""What is taken over from the user as it is, where no flag says otherwise."""
OF_PROVIDER = {
    "environment": "environment",
    "tenant-id": "tenant-id",
    "client-id": "client-id",
    "server-id": "apiserver-id",
}
"""What the old auth-provider calls it."""
NEEDED = {
    "devicecode": ("client-id", "tenant-id"),
    "interactive": ("client-id", "tenant-id"),
    "spn": ("client-id", "tenant-id"),
    "ropc": ("client-id", "tenant-id"),
    "azurepipelines": ("tenant-id",),
}
"""Beside the server id, by login method; written where it is there."""
EXPLICIT = {
    "azd": ("tenant-id",),
    "azurecli": ("tenant-id", "subscription"),
    "spn": ("client-secret", "client-certificate", "client-certificate-password"),
    "ropc": ("username", "password"),
    "workloadidentity": ("client-id", "tenant-id", "authority-host", "federated-token-file"),
    "azurepipelines": ("azure-pipelines-service-connection-id",),
}
"""Only what a flag said: az that signed in as a managed identity takes no tenant (kubelogin issue 123)."""
LEGACY_MODES = ("devicecode", "spn", "ropc")
POP_MODES = ("interactive", "spn", "ropc")
OVERRIDES = {
    "client-id": ("AZURE_CLIENT_ID", "AAD_SERVICE_PRINCIPAL_CLIENT_ID"),
    "client-secret": ("AZURE_CLIENT_SECRET", "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET"),
    "tenant-id": ("AZURE_TENANT_ID",),
    "login": ("AAD_LOGIN_METHOD",),
}
"""Variables that come before a flag here as well."""


def login_of(given: Mapping[str, str], variable: Lookup) -> str:
    """The login method to write. Raises UsageError for one that there is not."""
    login = _flag(given, variable, "login") or "devicecode"
    if login not in {*LOGINS, *INSTEAD}:
        raise UsageError(f"{login!r} is not a supported login method", moves.configuration.known(LOGINS))
    return login


def converted(user: Mapping[str, Any], login: str, given: Mapping[str, str], variable: Lookup) -> dict[str, Any]:
    """The `exec` in place of what `user` has. Raises UsageError for what is missing."""
    kept = {name: _kept(user, name, given, variable) for name in KEPT}
    args = ["get-token", "--login", login, "--server-id", _required(kept, "server-id")]
    args += _option(kept, "cache-dir")
    args += _of_method(login, kept, given, variable)
    args += _flags_of_method(user, login, kept, given)
    former = user.get("exec") or {}
    found: dict[str, Any] = {"apiVersion": V1BETA1, "command": COMMAND, "args": args}
    if login == "azurecli" and given.get("azure-config-dir"):
        found["env"] = [{"name": "AZURE_CONFIG_DIR", "value": given["azure-config-dir"]}]
    found["installHint"] = former.get("installHint") or HINT
    found |= {"interactiveMode": "IfAvailable", "provideClusterInfo": False}  # as kubectl reads what lacks both
    return found


def _of_method(login: str, kept: Mapping[str, str], given: Mapping[str, str], variable: Lookup) -> list[str]:
    args: list[str] = []
    for name in NEEDED.get(login, ()):
        args += ["--" + name, _required(kept, name)]
    if "client-id" in NEEDED.get(login, ()):
        args += _option(kept, "environment")
    if login == "msi":  # one of them names the identity
        chosen = next((name for name in ("client-id", "identity-resource-id") if name in given), None)
        args += [] if chosen is None else ["--" + chosen, _flag(given, variable, chosen)]
    for name in EXPLICIT.get(login, ()):
        if name in given:
            args += ["--" + name, _flag(given, variable, name)]
    return args


def _flags_of_method(
    user: Mapping[str, Any], login: str, kept: Mapping[str, str], given: Mapping[str, str]
) -> list[str]:
    args: list[str] = []
    if login in LEGACY_MODES and _is_legacy(user, given):
        args.append("--legacy")
    if login in POP_MODES:
        args += _proof_of_possession(user, kept["pop-claims"], given)
    if login == "interactive":
        args += _option(kept, "redirect-url") + _option(kept, "login-hint")
    if login == "spn" and is_on(given, "disable-environment-override"):
        args.append("--disable-environment-override")
    return args


def _proof_of_possession(user: Mapping[str, Any], claims: str, given: Mapping[str, str]) -> list[str]:
    enabled = is_on(given, "pop-enabled") if "pop-enabled" in given else "--pop-enabled" in _args(user)
    if enabled != bool(claims):
        lacking, there = ("pop-claims", "pop-enabled") if enabled else ("pop-enabled", "pop-claims")
        raise UsageError(
            f"--{lacking} is required when specifying --{there}", moves.clients.stanza("give both or none")
        )
    return ["--pop-enabled", "--pop-claims", claims] if enabled else []


def _is_legacy(user: Mapping[str, Any], given: Mapping[str, str]) -> bool:
    """config-mode 0 of the old provider stands for tokens with `spn:` in their audience."""
    if is_on(given, "legacy"):
        return True
    if (provider := user.get("auth-provider")) is not None:
        return (provider.get("config") or {}).get("config-mode", "") in {"", "0"}
    return "--legacy" in _args(user)


def _kept(user: Mapping[str, Any], name: str, given: Mapping[str, str], variable: Lookup) -> str:
    if name in given:
        return _flag(given, variable, name)
    if (provider := user.get("auth-provider")) is not None:
        return str((provider.get("config") or {}).get(OF_PROVIDER.get(name, ""), ""))
    args = _args(user)
    names = [f"--{name}"] + (["--token-cache-dir"] if name == "cache-dir" else [])
    places = [args.index(each) + 1 for each in names if each in args]
    return next((args[place] for place in places if place < len(args)), "")


def _flag(given: Mapping[str, str], variable: Lookup, name: str) -> str:
    override = {} if is_on(given, "disable-environment-override") else OVERRIDES
    return next((value for each in override.get(name, ()) if (value := variable(each))), given.get(name, ""))


def _args(user: Mapping[str, Any]) -> list[str]:
    return [str(each) for each in (user.get("exec") or {}).get("args") or []]


def _option(kept: Mapping[str, str], name: str) -> list[str]:
    return [f"--{name}", kept[name]] if kept[name] else []


def _required(kept: Mapping[str, str], name: str) -> str:
    if not kept[name]:
        raise UsageError(f"--{name} is required", moves.clients.form(f"kubelogin convert-kubeconfig --{name} ID"))
    return kept[name]
