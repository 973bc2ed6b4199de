"""`keyturn status`."""

from __future__ import annotations

import os
import sys

from keyturn import __version__
from keyturn.console.moments import duration, until
from keyturn.console.requests import ask_running, print_json
from keyturn.folding import folded, width_of
from keyturn.hints import entrust, login, printed
from keyturn.reach.paths import config_path, socket_path, state_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from keyturn.configuration.profiles.profile import Profile
    from keyturn.console.parsing import Parser
    from keyturn.errors import ConfigError
    from keyturn.hints import Hint

DESCRIPTION = """\
Show the daemon, the configuration, and for every profile whether it is signed in and how long its tokens last.

Starts no daemon and acquires no token.
"""
UNPROTECTED = "no protection against"
"""What a warning of the daemon may say already."""
KEY_SOURCES = {
    "keyring": "in the OS keyring",
    "file": f"in a file: {UNPROTECTED} someone who can read your files",
    None: "not needed yet",
}
COLUMN = 15
PLAIN = {(): False, ("--json",): True}
"""What is said most, and whether it asks for JSON: argparse takes longer to load than the daemon to answer."""


UNTOLD = dict.fromkeys(
    ("url", "username", "entrusts", "secret_name", "secret_source", "secret_optional", "by_itself")
)
"""What a daemon from before an upgrade does not tell of a profile: it has been warned of by now."""


def parser() -> Parser:
    """What comes after the verb."""
    from keyturn.console.parsing import Parser  # noqa: PLC0415 - not for the words below

    made = Parser(prog="keyturn status", description=DESCRIPTION)
    made.add_json()
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status: 0, whether or not a daemon runs."""
    as_json = PLAIN[tuple(arguments)] if tuple(arguments) in PLAIN else parser().parse(arguments).json
    answer = ask_running("GET", "/v1/status")
    status = _without_daemon() if answer is None else {"running": True, **answer}
    if as_json:
        print_json(status)
    else:
        print("\n".join(_lines(status)))
    return 0


def _without_daemon() -> dict[str, Any]:
    from keyturn.console.profile_texts import signing_in  # noqa: PLC0415 - else the daemon tells it

    error, profiles = _configured()
    return {
        "running": False,
        "version": __version__,
        "socket": socket_path(),
        "configuration": {"path": config_path(), "error": error and error.sentence},
        "state": state_path(),
        "profiles": [
            {"name": profile.name, "provider": profile.provider, "flow": profile.flow.name, **signing_in(profile)}
            for profile in profiles.values()
        ],
    }


def _configured() -> tuple[ConfigError | None, Mapping[str, Profile]]:
    """What is wrong with the configuration, or its profiles."""
    from keyturn.console.configured import configuration  # noqa: PLC0415 - a daemon that runs has read it
    from keyturn.errors import ConfigError  # noqa: PLC0415

    try:
        return None, configuration().profiles
    except ConfigError as error:
        return error, {}


def _lines(status: dict[str, Any]) -> Iterator[str]:
    yield _line("daemon", _daemon(status))
    if status["running"]:
        memory = status["memory_kib"]
        yield _line("memory", f"{memory.get('pss', memory['peak']) / 1024:.0f} MiB")
    yield from _configuration(status)
    yield _line("state", status["state"])
    if status["running"]:
        warned = any(UNPROTECTED in warning for warning in status["warnings"])
        yield _line("vault key", "in a file" if warned else KEY_SOURCES.get(status["key"], str(status["key"])))
        yield from (_line("warning", warning) for warning in status["warnings"])
    for profile in status["profiles"]:
        yield ""
        yield from _profile(UNTOLD | profile, status)


def _configuration(status: dict[str, Any]) -> Iterator[str]:
    """Where it is and what is wrong with it; with what helps, if the same is wrong here as for the daemon."""
    path, error = status["configuration"]["path"], status["configuration"]["error"]
    yield _line("configuration", path)
    if error:
        yield _line("", f"error: {error}")
        here = _configured()[0]
        if here is not None and here.hint is not None and here.sentence == error:
            yield _hint(here.hint)
    elif not status["profiles"] and os.path.exists(path):  # noqa: PTH110 - pathlib is an import more
        yield _line("", "there is no profile in it")
    elif not status["profiles"]:
        yield _line("", "it does not exist")
        from keyturn import moves  # noqa: PLC0415 - only here

        yield _hint(moves.configuration.write_configuration())


def _daemon(status: dict[str, Any]) -> str:
    if not status["running"]:
        return "not running, starts when it is needed"
    return f"version {status['version']}, running for {duration(status['uptime'])}, pid {status['pid']}"


def _profile(profile: dict[str, Any], status: dict[str, Any]) -> Iterator[str]:
    yield _line(profile["name"], f"{profile['provider']}, {profile['flow']}{_place(profile)}")
    if not status["running"]:
        return
    yield _line("", _signed_in(profile))
    if certificate := profile.get("certificate"):
        yield _line("", f"certificate {certificate['thumbprint']}: valid {until(certificate['expires_at'])}")
    for aside in profile.get("set_aside", ()):
        what = "sign-in" if aside["kind"] == "state" else "secret"
        place = f"{aside['client_id']} at {aside['authority']}"
        yield _line("", f"set aside: a {what} for {place}, found again when config.toml says so again")
    if waiting := profile["waiting_for_sign_in"]:
        yield _line("", f"a sign-in is under way, {waiting} waiting for it")
    for token in profile["tokens"]:
        yield _line("", f"token for {_what_for(token)}: valid {until(token['expires_at'])}")


def _what_for(token: dict[str, Any]) -> str:
    from keyturn.configuration.profiles.clouds import spoken  # noqa: PLC0415 - only where there is a token

    return token.get("registry") or spoken(token["scopes"])


def _place(profile: dict[str, Any]) -> str:
    if not profile["url"]:
        return ""
    return f", {profile['username']} at {profile['url']}" if profile["username"] else f", {profile['url']}"


def _signed_in(profile: dict[str, Any]) -> str:
    if profile["secret_source"]:
        return str(profile["secret_source"])
    if profile["secret_optional"]:
        return f"{profile['secret_name']} in the vault" if profile["secret"] else "signs in by itself"
    return "signs in by itself" if profile["by_itself"] else _kept(profile)


def _kept(profile: dict[str, Any]) -> str:
    """What the vault has of it."""
    secret = profile["secret_name"] or "password"
    if profile["signed_in"] is None and profile["secret"] is None:
        return "not known: the vault cannot be read"
    if profile["signed_in"] is None:  # it takes nobody
        return "secret in the vault" if profile["secret"] else f"no secret yet: {printed(entrust(profile['name']))}"
    if profile["signed_in"]:
        return _whose(profile) + (f", {secret} in the vault" if profile["secret"] else "")
    if profile["entrusts"]:
        return f"no {profile['entrusts']}: {printed(entrust(profile['name']))}"
    return f"{secret} in the vault" if profile["secret"] else f"not signed in: {printed(login(profile['name']))}"


def _whose(profile: dict[str, Any]) -> str:
    accounts = dict.fromkeys(token["account"] for token in profile["tokens"] if token["account"])
    return f"signed in as {', '.join(accounts)}" if accounts else "signed in"


def _hint(hint: Hint) -> str:
    """Not folded: it may be pasted."""
    return f"{'':<{COLUMN}}hint: {printed(hint)}"


def _line(name: str, text: str) -> str:
    line = f"{name:<{COLUMN}}{text}" if len(name) < COLUMN else f"{name} {text}"
    return folded(line, width_of(sys.stdout), " " * COLUMN)
