"""The `exec` of a converted user: the arguments that each login method takes along, in kubelogin's own order."""

from __future__ import annotations

from typing import NamedTuple

from keyturn import moves
from keyturn.errors import UsageError
from keyturn.protocols.kubectl import V1BETA1
from keyturn.protocols.kubelogin.flags import is_on
from keyturn.protocols.kubelogin.sources import Sources
from keyturn.protocols.kubelogin.wish import INSTEAD, LOGINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from keyturn.protocols.kubelogin.sources import Lookup

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


class Said(NamedTuple):
    """The flags of convert-kubeconfig, with the environment before them."""

    login: str
    given: Mapping[str, str]
    sources: Sources

    def value(self, flag: str) -> str:
        """What is to be written for `flag`."""
        return self.sources.value(flag, self.login)


def said(given: Mapping[str, str], variable: Lookup) -> Said:
    """What was asked for. Raises UsageError for what get-token could make nothing of."""
    sources = Sources(given, variable)
    found = Said(sources.login, given, sources)
    if found.login not in {*LOGINS, *INSTEAD}:
        raise UsageError(f"{found.login!r} is not a supported login method", moves.configuration.known(LOGINS))
    sources.authority_host(found.login)
    sources.timeout()
    _check_pair(enabled=is_on(given, "pop-enabled"), claims=given.get("pop-claims", ""))
    return found


def converted(user: Mapping[str, Any], flags: Said) -> dict[str, Any]:
    """The `exec` in place of what `user` has. Raises UsageError for what is missing."""
    kept = {name: _kept(user, name, flags) for name in KEPT}
    args = ["get-token", "--login", flags.login, "--server-id", _required(kept, "server-id")]
    args += _option(kept, "cache-dir")
    args += _of_method(kept, flags)
    args += _flags_of_method(user, kept, flags)
    former = user.get("exec") or {}
    found: dict[str, Any] = {"apiVersion": V1BETA1, "command": COMMAND, "args": args}
    if flags.login == "azurecli" and flags.given.get("azure-config-dir"):
        found["env"] = [{"name": "AZURE_CONFIG_DIR", "value": flags.given["azure-config-dir"]}]
    found["installHint"] = former.get("installHint") or HINT
    found |= {"interactiveMode": "IfAvailable", "provideClusterInfo": False}  # as kubectl reads what lacks both
    return found


def _of_method(kept: Mapping[str, str], flags: Said) -> list[str]:
    args: list[str] = []
    needed = NEEDED.get(flags.login, ())
    for name in needed:
        args += ["--" + name, _required(kept, name)]
    if "client-id" in needed:
        args += _option(kept, "environment")
    named = EXPLICIT.get(flags.login, ())
    if flags.login == "msi":  # one of them names the identity
        named = next(((name,) for name in ("client-id", "identity-resource-id") if name in flags.given), ())
    for name in named:
        if name in flags.given:
            args += ["--" + name, flags.value(name)]
    return args


def _flags_of_method(user: Mapping[str, Any], kept: Mapping[str, str], flags: Said) -> list[str]:
    args: list[str] = []
    if flags.login in LEGACY_MODES and _is_legacy(user, flags.given):
        args.append("--legacy")
    if flags.login in POP_MODES:
        args += _proof_of_possession(user, kept["pop-claims"], flags.given)
    if flags.login == "interactive":
        args += _option(kept, "redirect-url") + _option(kept, "login-hint")
    if flags.login == "spn" and "disable-environment-override" in flags.given:
        args.append("--disable-environment-override")
    return args


def _proof_of_possession(user: Mapping[str, Any], claims: str, given: Mapping[str, str]) -> list[str]:
    enabled = is_on(given, "pop-enabled") if "pop-enabled" in given else "--pop-enabled" in _args(user)
    _check_pair(enabled=enabled, claims=claims)
    return ["--pop-enabled", "--pop-claims", claims] if enabled else []


def _check_pair(*, enabled: bool, claims: str) -> None:
    if enabled != bool(claims):
        lacking, there = ("pop-claims", "pop-enabled") if enabled else ("pop-enabled", "pop-claims")
        raise UsageError(
            f"--{lacking} is required when specifying --{there}", moves.clients.stanza("give both or none")
        )


def _is_legacy(user: Mapping[str, Any], given: Mapping[str, str]) -> bool:
    """config-mode 0 of the old provider stands for tokens with `spn:` in their audience."""
    if is_on(given, "legacy"):
        return True
    if (provider := user.get("auth-provider")) is not None:
        return (provider.get("config") or {}).get("config-mode", "") in {"", "0"}
    return "--legacy" in _args(user)


def _kept(user: Mapping[str, Any], name: str, flags: Said) -> str:
    if name in flags.given:
        return flags.value(name)
    if (provider := user.get("auth-provider")) is not None:
        return str((provider.get("config") or {}).get(OF_PROVIDER.get(name, ""), ""))
    args = _args(user)
    names = [f"--{name}"] + (["--token-cache-dir"] if name == "cache-dir" else [])
    places = [args.index(each) + 1 for each in names if each in args]
    return next((args[place] for place in places if place < len(args)), "")


def _args(user: Mapping[str, Any]) -> list[str]:
    return [str(each) for each in (user.get("exec") or {}).get("args") or []]


def _option(kept: Mapping[str, str], name: str) -> list[str]:
    return [f"--{name}", kept[name]] if kept[name] else []


def _required(kept: Mapping[str, str], name: str) -> str:
    if not kept[name]:
        raise UsageError(f"--{name} is required", moves.clients.form(f"kubelogin convert-kubeconfig --{name} ID"))
    return kept[name]
