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
    from collections.abc import Iterable, Iterator, Sequence

    from keyturn.configuration.config import Config


def look(config: Config) -> Iterator[Finding]:
    """One finding for each profile and audience, or for all audiences that fail alike; nobody is asked to sign in."""
    for name in config.profiles:
        yield from _tokens(name, all_scopes(config, name))


def _tokens(name: str, wanted: Iterable[Sequence[str]]) -> Iterator[Finding]:
    failures: dict[str, tuple[KeyturnError, list[str]]] = {}
    for scopes in wanted:
        body = {"profile": name, "scopes": list(scopes), "purpose": "check"}
        try:
            token = ask("POST", "/v1/token", body, waits=False)
        except KeyturnError as error:
            failures.setdefault(error.sentence, (error, []))[1].append(spoken(scopes))
        else:
            yield ok(f"profile {name}, {spoken(scopes)}: a token valid {until(token['expires_at'])}")
    for failure, audiences in failures.values():
        yield failed(failure, f"profile {name}, {', '.join(audiences)}: ")
