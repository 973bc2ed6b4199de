"""Profiles that stand in no configuration: what `keyturn azure new-token` and `keyturn awx new-token` describe."""

from __future__ import annotations

import re
from pathlib import Path
from typing import overload

import msgspec

from keyturn import hints
from keyturn.configuration.profiles import UNNAMED
from keyturn.configuration.profiles.credentials.certificates import Certificate
from keyturn.configuration.profiles.flows.awx import Password
from keyturn.configuration.profiles.flows.passing import OnBehalfOf
from keyturn.configuration.profiles.profile import AwxProfile, EntraProfile, Profile, read_profile
from keyturn.configuration.tables import Table
from keyturn.errors import ConfigError, UsageError
from keyturn.kinds_of_hints import printed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

NOWHERE = Path()
OPEN_KEYS = ("application", "scope", "description")
"""What a single token on an AWX may have otherwise than its profile."""

_KEY = r"`(\w+)`(?! of \[network\])"
_FAULTY = r"^\w+(?=: )"
_ENTRUST, _LOGIN = printed(hints.entrust(UNNAMED)), printed(hints.login(UNNAMED))
_INSTEAD = {
    f'set flow = "browser" in [profile.{UNNAMED}]': "use the browser",
    f'set flow = "device-code" in [profile.{UNNAMED}]': "add --device",
    f" of the target or of [profile.{UNNAMED}]": "",
    f" of [profile.{UNNAMED}]": "",
    ", and the scopes of the target": "",
    " of the target": "",
    f"then: {_ENTRUST}": "then run the command again with it",
    f": {_ENTRUST}": "",
    _ENTRUST: "give {proof}",
    f"then: {_LOGIN}": "then {again}",
    _LOGIN: "{again}",
    f"profile {UNNAMED}": "the application",
    "set ca_file, in [network] or the profile, to": "set --ca-file, or ca_file in [network], to",
    'set ca_file = "/path/to/ca.pem" in [network] or the profile': "add --ca-file /path/to/ca.pem",
    "check `scopes`": "check --scopes or --audience",
    "store the secret's value": "give the secret's value",
}
"""What a hint says of places that a described profile has not, longer ones first, and what is said of its command."""
_COMMANDS = {"entra": "keyturn azure new-token", "awx": "keyturn awx new-token"}


@overload
def described(table: Mapping[str, object], provider: Literal["entra"], beside: Path = ...) -> EntraProfile: ...
@overload
def described(table: Mapping[str, object], provider: Literal["awx"], beside: Path = ...) -> AwxProfile: ...
def described(table: Mapping[str, object], provider: str, beside: Path = NOWHERE) -> Profile:
    """The profile that `table` describes, as if it stood in a file of the directory `beside`.

    Raises UsageError at the first mistake.
    """
    file = beside / "the request"
    try:
        return read_profile(UNNAMED, Table(file, "", {**table, "provider": provider}))
    except ConfigError as error:
        sentence = error.sentence.removeprefix(f"{file}: ")
        raise UsageError(
            re.sub(_FAULTY, lambda key: _option(key[0]), sentence), hints.usage(_COMMANDS[provider])
        ) from None


def by_parameters(hint: str, again: str, proof: str = "another --credential") -> str:
    """What `hint` says of a described profile, said of its parameters.

    again: in place of signing in to it. proof: in place of entrusting its secret.
    """
    for said, instead in _INSTEAD.items():
        hint = hint.replace(said, instead.format(again=again, proof=proof))
    return re.sub(_KEY, lambda key: "the parameter set" if key[1] == "flow" else _option(key[1]), hint)


def _option(key: str) -> str:
    """The parameter that a key of the table comes from."""
    return f"--{key.replace('_', '-').replace('audiences', 'audience')}"


def on_behalf_of(profile: EntraProfile) -> EntraProfile:
    """`profile` as one whose application asks on behalf of a user, with the certificate that it has."""
    certificate = profile.flow.credential
    flow = OnBehalfOf(certificate if isinstance(certificate, Certificate) else None)
    return msgspec.structs.replace(profile, flow=flow)


def changed(profile: AwxProfile, table: Mapping[str, object]) -> AwxProfile:
    """`profile` with the keys of `table` in place of its own; null takes one away. Raises UsageError."""
    if not set(table) <= set(OPEN_KEYS):
        raise UsageError(f"a named profile leaves only {', '.join(OPEN_KEYS)} open", hints.usage(_COMMANDS["awx"]))
    whole = {"flow": Password().name, "url": profile.url, "username": profile.username or "unknown", **table}
    read = described(whole, "awx")
    return msgspec.structs.replace(profile, **{key: getattr(read, key) for key in table})
