"""`keyturn logout`."""

from __future__ import annotations

import sys
from urllib.parse import urlsplit

from keyturn import hints
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.console.configured import configuration, named_or_only
from keyturn.console.parsing import Parser
from keyturn.console.requests import ask, print_json
from keyturn.errors import KeyturnError, ProviderError, ProviderUnreachable, UsageError, UserError, report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from typing import Any

DESCRIPTION = """\
Forget a profile's tokens, sign-in and entrusted secret, in memory and on disk.

A token of an AWX is deleted there first; if that fails, nothing of that profile is forgotten. Nothing is revoked at
Entra ID: an access token that a program holds already stays valid until it expires.

Works for a profile that the configuration no longer has, too; one of an AWX only with --locally then, as nothing can
be deleted there without it.
"""


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn logout", description=DESCRIPTION)
    made.add_profile("whose tokens to forget")
    made.add_argument("--all", action="store_true", help="of every profile of the configuration")
    made.add_argument("--locally", action="store_true", help="ask no server to delete anything")
    made.add_json()
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = parser().parse(arguments)
    if options.all and options.profile:
        raise UsageError("a profile and --all at once", hints.usage("keyturn logout"))
    if options.all:
        return _log_out_all(options)
    named = options.profile is not None  # an empty word is a variable that was not set: not the only one there is
    done = _log_out(options.profile if named else named_or_only(None, "keyturn logout"), options)
    if options.json:
        print_json(done)
    return 0


def _log_out_all(options: Namespace) -> int:
    """What keeps one profile from being forgotten keeps none of the others: 1 where there was one."""
    done, failures = [], 0
    for name in configuration().profiles:
        try:
            done.append(_log_out(name, options))
        except (UserError, ProviderError) as error:  # our own trouble is the next one's, too
            done.append({"profile": name, "error": {"sentence": error.sentence, "hint": error.hint}})
            failures += 1
            error.sentence = f"profile {name}: {error.sentence}"
            print(end="", flush=True)
            report(error, sys.stderr)
    if options.json:
        print_json(done)
    return int(failures > 0)


def _log_out(name: str, options: Namespace) -> dict[str, Any]:
    try:
        done = ask("POST", "/v1/logout", {"profile": name, "locally": options.locally})
    except ProviderUnreachable as error:
        raise ProviderUnreachable(error.sentence, hints.forget_locally(name)) from None
    if not options.json:
        print(f"keyturn: profile {name}: {_forgotten(done['records'])}{_elsewhere(name, revoked=done['revoked'])}")
    return done


def _forgotten(records: int) -> str:
    if not records:
        return "nothing was kept"
    return f"forgot {records} record{'s' if records > 1 else ''}"


def _elsewhere(name: str, *, revoked: bool) -> str:
    """What has become of the token on an AWX, as far as anybody here can tell."""
    try:
        profile = configuration().profiles.get(name)
    except KeyturnError:
        return ""
    if not isinstance(profile, AwxProfile):
        return ""
    place = urlsplit(profile.url).netloc
    return (
        f", and nothing of it lives at {place} any more" if revoked else f"; {place} was not asked to delete anything"
    )
