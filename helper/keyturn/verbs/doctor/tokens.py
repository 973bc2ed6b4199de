"""Whether every target can get its token now."""

from __future__ import annotations

from keyturn.configuration.audiences import all_scopes
from keyturn.configuration.profiles.clouds import spoken
from keyturn.console.moments import until
from keyturn.console.requests import ask
from keyturn.errors import KeyturnError
from keyturn.verbs.doctor.finding import Finding, failed, ok

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyturn.configuration.config import Config


def look(config: Config) -> Iterator[Finding]:
    """One finding for each profile and audience; nobody is asked to sign in."""
    for name in config.profiles:
        for scopes in all_scopes(config, name):
            yield _token(name, scopes)


def _token(name: str, scopes: Sequence[str]) -> Finding:
    about = f"profile {name}, {spoken(scopes)}: "
    wanted = {"profile": name, "scopes": list(scopes), "purpose": "check"}
    try:
        token = ask("POST", "/v1/token", wanted, waits=False)
    except KeyturnError as error:
        return failed(error, about)
    return ok(f"{about}a token valid {until(token['expires_at'])}")
