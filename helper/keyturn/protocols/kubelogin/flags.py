"""kubelogin's flags, read as its parser (Go's pflag) does it: `--name value`, `--name=value`, `-l value`, `-lvalue`.

Kubeconfigs that other programs wrote hold these words; what kubelogin passes over must not end somebody's kubectl.
"""

from __future__ import annotations

import re

from keyturn import hints, moves
from keyturn.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

TEXTS = (
    "login",
    "client-id",
    "client-secret",
    "client-certificate",
    "client-certificate-password",
    "username",
    "password",
    "identity-resource-id",
    "server-id",
    "federated-token-file",
    "authority-host",
    "azure-pipelines-service-connection-id",
    "cache-dir",
    "tenant-id",
    "subscription",
    "environment",
    "pop-claims",
    "redirect-url",
    "login-hint",
    "timeout",
    "v",
)
SWITCHES = (
    "legacy",
    "use-azurerm-env-vars",
    "pop-enabled",
    "disable-environment-override",
    "disable-instance-discovery",
    "logtostderr",
)
OF_CONVERT = ("context", "kubeconfig", "azure-config-dir", "outfile")
"""What convert-kubeconfig takes besides."""
OLDER = {"token-cache-dir": "cache-dir"}
LETTERS = {"l": "login", "t": "tenant-id", "s": "subscription", "e": "environment", "v": "v"}
FOREIGN = "oidc-"
"""How the flags of the other program of this name begin (int128's, for OIDC)."""

_TRUE, _FALSE = {"1", "t", "true"}, {"0", "f", "false"}
_DURATION = re.compile(r"[+-]?(?:(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:ns|us|µs|ms|s|m|h))+", re.ASCII)
_PART = re.compile(r"([0-9.]+)(ns|us|µs|ms|s|m|h)", re.ASCII)
_LONGEST = 2**63 / 1e9
"""Seconds that Go's nanoseconds hold."""
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def parse(arguments: Sequence[str], more: Collection[str] = ()) -> dict[str, str]:
    """The flags in `arguments` by their names; the last one counts, and a switch is `true` or `false`.

    more: names of flags with a text, beside TEXTS. Words that are no flags are passed over. Raises UsageError.
    """
    found: dict[str, str] = {}
    rest = iter(arguments)
    for word in rest:
        if word == "--":
            break
        if word.startswith("--"):
            name, value = _long(word[2:], rest, more)
        elif word.startswith("-") and word != "-":
            name, value = _short(word[1:], rest)
        else:
            continue
        found[name] = value
    return found


def is_on(given: Mapping[str, str], switch: str) -> bool:
    """Whether `switch` is set, and not to false."""
    return given.get(switch) == "true"


def seconds(text: str) -> float | None:
    """Go's duration (1m0s, 90s, 1.5h, -3s; its time.ParseDuration), None for what is none."""
    if text in {"0", "+0", "-0"}:
        return 0.0
    if not _DURATION.fullmatch(text):
        return None
    length = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    if length >= _LONGEST:
        return None
    return -length if text.startswith("-") else length


def _long(word: str, rest: Iterator[str], more: Collection[str]) -> tuple[str, str]:
    written, equals, value = word.partition("=")
    name = OLDER.get(written, written)
    if name.startswith(FOREIGN):
        raise UsageError(
            f"--{name} is a flag of int128's kubelogin; this one stands in for Azure's",
            moves.clients.stanza("write the path of the other program as the command"),
        )
    if name in SWITCHES:
        return name, _switch(name, value if equals else "true")
    if name not in TEXTS and name not in more:
        raise UsageError(f"unknown flag: --{written}", hints.usage("kubelogin get-token"))
    return name, value if equals else _next(f"--{written}", rest)


def _short(word: str, rest: Iterator[str]) -> tuple[str, str]:
    name = LETTERS.get(word[0])
    if name is None:
        # Not the whole word, as kubelogin has it: what is behind the letter may be a secret, and errors are logged.
        raise UsageError(f"unknown shorthand flag: '{word[0]}' in -{word[0]}", hints.usage("kubelogin get-token"))
    return name, word[1:].removeprefix("=") if len(word) > 1 else _next(f"-{word}", rest)


def _next(flag: str, rest: Iterator[str]) -> str:
    for value in rest:
        return value
    raise UsageError(f"flag needs an argument: {flag}", hints.usage("kubelogin get-token"))


def _switch(name: str, value: str) -> str:
    if value.lower() not in _TRUE | _FALSE:
        raise UsageError(f"--{name} is true or false", hints.usage("kubelogin get-token"))
    return "true" if value.lower() in _TRUE else "false"
