"""`keyturn profile check`: a token for everything that a profile may ask for."""

from __future__ import annotations

from keyturn import hints
from keyturn.configuration.audiences import all_scopes
from keyturn.configuration.named import profile_named
from keyturn.configuration.profiles.clouds import spoken
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.console.configured import configuration
from keyturn.console.moments import validity
from keyturn.console.requests import ask
from keyturn.errors import ConfigError, KeyturnError
from keyturn.verbs.awx import asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyturn.configuration.profiles.profile import Profile

DESCRIPTION = """\
Prove that a profile gets its tokens: one for each of its targets, scopes and audiences, from memory or fetched.
An AWX is asked whether it still takes the one there is. Nobody is asked to sign in; what does not come is told with
what helps, and ends with its exit status.
"""


def check(name: str) -> int:
    """The exit status: 0, or that of the first token that does not come.

    Raises ConfigError, also where there is nothing to check: silence would look like success.
    """
    config = configuration()
    profile = profile_named(config, name)
    wanted = all_scopes(config, name)
    if not wanted:
        hint = hints.usage("keyturn target add")
        raise ConfigError(f"profile {name} is for nothing yet: it has no target, scopes or audiences", hint)
    statuses = [_check(profile, scopes) for scopes in wanted]
    return next((status for status in statuses if status), 0)


def proven(profile: Profile, scopes: Sequence[str]) -> float:
    """When the token for `scopes` expires, UTC epoch seconds. Raises what refuses it; nobody is asked to sign in.

    An AWX is asked whether it still takes the token, as one that somebody has deleted there looks good for days.
    """
    body = {"profile": profile.name, "scopes": list(scopes), "purpose": "check"}
    expires_at: float = ask("POST", "/v1/token", body, waits=False)["expires_at"]
    if isinstance(profile, AwxProfile):
        asking.prove(profile.name)
    return expires_at


def _check(profile: Profile, scopes: Sequence[str]) -> int:
    try:
        expires_at = proven(profile, scopes)
    except KeyturnError as error:
        print(f"keyturn: {spoken(scopes)}: {error.sentence}")
        if error.hint:
            print(f"keyturn: hint: {error.hint}")
        return error.exit_status
    print(f"keyturn: {spoken(scopes)}: a token {validity(expires_at)}")
    return 0
