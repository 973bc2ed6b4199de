"""`keyturn profile check`: a token for everything that a profile may ask for."""

from __future__ import annotations

from keyturn import hints
from keyturn.configuration.audiences import all_scopes
from keyturn.configuration.named import profile_named
from keyturn.configuration.profiles.clouds import spoken
from keyturn.console.configured import configuration
from keyturn.console.moments import until
from keyturn.console.requests import ask
from keyturn.errors import ConfigError, KeyturnError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

DESCRIPTION = """\
Prove that a profile gets its tokens: one for each of its targets, scopes and audiences, from memory or fetched.
Nobody is asked to sign in; what does not come is told with what helps, and ends with its exit status.
"""


def check(name: str) -> int:
    """The exit status: 0, or that of the first token that does not come.

    Raises ConfigError, also where there is nothing to check: silence would look like success.
    """
    config = configuration()
    profile_named(config, name)
    wanted = all_scopes(config, name)
    if not wanted:
        hint = hints.usage("keyturn target add")
        raise ConfigError(f"profile {name} is for nothing yet: it has no target, scopes or audiences", hint)
    statuses = [_check(name, scopes) for scopes in wanted]
    return next((status for status in statuses if status), 0)


def _check(name: str, scopes: Sequence[str]) -> int:
    body = {"profile": name, "scopes": list(scopes), "purpose": "check"}
    try:
        token = ask("POST", "/v1/token", body, waits=False)
    except KeyturnError as error:
        print(f"keyturn: {spoken(scopes)}: {error.sentence}")
        if error.hint:
            print(f"keyturn: hint: {error.hint}")
        return error.exit_status
    print(f"keyturn: {spoken(scopes)}: a token valid {until(token['expires_at'])}")
    return 0
