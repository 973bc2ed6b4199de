"""`keyturn profile add`, `edit` and `remove`."""

from __future__ import annotations

import json
import re
import tomllib

from keyturn import hints, moves
from keyturn.configuration.audiences import all_scopes, targets_of
from keyturn.configuration.named import profile_named
from keyturn.configuration.profiles import NAME_RULE, is_profile_name
from keyturn.configuration.profiles.secrets import InVault
from keyturn.console.profile_texts import target_name
from keyturn.console.requests import ask
from keyturn.editing.config_document import ConfigDocument
from keyturn.errors import Refused, UsageError
from keyturn.kinds_of_hints import printed
from keyturn.reach.paths import config_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile
    from keyturn.editing.config_document import Value
    from keyturn.kinds_of_hints import Command

_KEY = re.compile(r"[a-z][a-z_]*", re.ASCII)
_WRITTEN_AS_TOML = re.compile(r"""["'\[{].*|true|false|[0-9]+""", re.DOTALL)

LISTS = frozenset({"audiences", "galaxy", "oidc_hosts", "protocols", "scopes"})
"""Keys that hold an array, of which brackets may be left out as well."""


def change(options: Namespace) -> None:
    """What the action says. Raises UsageError, Refused and ConfigError; nothing is changed then."""
    if options.action == "remove":
        _remove(options.profile, locally=options.locally)
    elif options.action == "add":
        add(options.profile, read_words(options.words))
    else:
        _edit(options.profile, read_words(options.words))


def read_words(words: Sequence[str]) -> dict[str, Value | None]:
    """KEY=VALUE words; None for a key that is to go. Raises UsageError, which repeats no value."""
    found: dict[str, Value | None] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals or not _KEY.fullmatch(key):
            raise UsageError("expected KEY=VALUE", hints.usage("keyturn profile add"))
        found[key] = _value(key, text) if text else None
    return found


def add(name: str, keys: dict[str, Value | None]) -> None:
    """A new table [profile.NAME]; its provider may be left to the other keys to tell."""
    if not is_profile_name(name):
        raise UsageError(NAME_RULE, hints.usage("keyturn profile add"))
    document = ConfigDocument(config_file())
    if name in document.config.profiles:
        raise Refused(f"there is a profile {name} already", hints.profile(name))
    provider: Value = "awx" if "url" in keys else "entra"
    for key, value in {"provider": provider, **keys}.items():
        if value is not None:
            document.set(("profile", name), key, value)
    config = document.save()
    print(f"keyturn: profile {name} is in {config_file()}; now: {printed(_first_of(config, name))}")


def _first_of(config: Config, name: str) -> Command:
    """What the profile of that name, if it is a new one, lacks first: its secret, a use, or somebody's sign-in."""
    flow = config.profiles[name].flow
    if flow.entrusts is not None or isinstance(flow.secret_source, InVault):
        return hints.entrust(name)
    return hints.login(name) if all_scopes(config, name) else hints.usage("keyturn target add")


def _edit(name: str, keys: dict[str, Value | None]) -> None:
    document = ConfigDocument(config_file())
    before = profile_named(document.config, name)
    former = {key: document.value(("profile", name), key) for key in keys}
    for key, value in keys.items():
        if value is None:
            document.remove(("profile", name), key)
        else:
            document.set(("profile", name), key, value)
    first_before = _first_of(document.config, name)
    config = document.save()
    after, first = config.profiles[name], _first_of(config, name)
    print(f"keyturn: profile {name} is changed in {config_file()}")
    if _bound_to(after) != _bound_to(before):
        _tell_of_identity(after, former, first)
    elif first != first_before:  # another flow, which takes something else
        print(f"keyturn: now: {printed(first)}")


def _bound_to(profile: Profile) -> tuple[str, str, str]:
    """What its sign-in and secret belong to (DESIGN 5.1)."""
    return profile.provider, profile.authority, profile.client_id


def _tell_of_identity(profile: Profile, former: dict[str, Value | None], first: Command) -> None:
    """Nobody is asked: what the former identity had is kept, and goes to no other place."""
    who = f"profile {profile.name} is another identity now: {profile.client_id} at {profile.authority}"
    print(f"keyturn: {who}; what the vault keeps for the former one is set aside")
    back = hints.verb("profile", "edit", profile.name, *(f"{key}={_word(value)}" for key, value in former.items()))
    print("keyturn: to go on with this one:", printed(first), sep="\n    ")
    print("keyturn: to go back to the former one:", printed(back), sep="\n    ")


def _word(value: Value | None) -> str:
    """What `_value` reads as `value`; empty for none."""
    if value is None:
        return ""
    plain = isinstance(value, str) and not _WRITTEN_AS_TOML.fullmatch(value)
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


def _remove(name: str, *, locally: bool) -> None:
    document = ConfigDocument(config_file())
    profile_named(document.config, name)
    if targets := [target_name(target) for target in targets_of(document.config, name)]:
        raise Refused(f"profile {name} has targets: {', '.join(targets)}", hints.remove_targets(*targets))
    ask("POST", "/v1/logout", {"profile": name, "locally": locally})
    document.remove(("profile",), name)
    document.save()
    print(f"keyturn: profile {name} is logged out, and no longer in {config_file()}")


def _value(key: str, text: str) -> Value:
    if not _WRITTEN_AS_TOML.fullmatch(text):
        return [each.strip() for each in text.split(",")] if key in LISTS else text
    try:
        found: list[Value] = list(tomllib.loads(f"value = {text}").values())
    except tomllib.TOMLDecodeError:
        found = []
    if len(found) != 1:  # behind a line break another key would begin, and nothing come of it
        raise UsageError(f"the value of {key} is not TOML", moves.configuration.example('audiences=["graph"]'))
    return found[0]
