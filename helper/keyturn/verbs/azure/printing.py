"""What is known of a token, as New-SecMgmtAccessToken's AuthResult has it."""

from __future__ import annotations

import sys

from keyturn import hints
from keyturn.console.requests import print_facts, print_json
from keyturn.errors import UsageError
from keyturn.verbs.azure.parameter_sets import PROGRAM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any

SECRETS = ("access_token", "id_token", "refresh_token")
FIELDS = (
    "access_token",
    "account",
    "correlation_id",
    "expires_on",
    "extended_expires_on",
    "id_token",
    "is_extended_life_time_token",
    "refresh_token",
    "scopes",
    "tenant_id",
    "token_type",
    "unique_id",
)
"""The order of the text, which is for people: moments as dates, an account by its name."""


def check_showable(options: Namespace) -> None:
    """Raises UsageError where `--raw` would put a token on a screen."""
    if options.raw and _is_on_screen(options):
        raise UsageError("the token would stand on the screen: add --show-secrets if it shall", hints.usage(PROGRAM))


def show(token: dict[str, Any], options: Namespace) -> None:
    """Print `token` in the form that was asked for; its secrets on a screen only where that was asked for, too."""
    if options.raw:
        print(token["access_token"])
        return
    if _is_on_screen(options):
        token = {name: _hidden(value) if name in SECRETS else value for name, value in token.items()}
    if options.json:
        print_json(token)
    else:
        whole = {**token, "account": token.get("account", {}).get("username")}
        print_facts({name: whole.get(name) for name in FIELDS})


def _is_on_screen(options: Namespace) -> bool:
    return sys.stdout is not None and sys.stdout.isatty() and not options.show_secrets


def _hidden(secret: str) -> str:
    return f"({len(secret)} characters, shown with --show-secrets)"
