"""Whether every target can get its token now."""

from __future__ import annotations

from keyturn.configuration.audiences import all_scopes
from keyturn.configuration.profiles.clouds import spoken
from keyturn.console.moments import validity
from keyturn.errors import KeyturnError
from keyturn.verbs.doctor.finding import Finding, failed, ok
from keyturn.verbs.profile.checking import proven

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile


def look(config: Config) -> Iterator[Finding]:
    """One finding for each profile and audience, or for all audiences that fail alike; nobody is asked to sign in."""
    for name, profile in config.profiles.items():
        yield from _tokens(profile, all_scopes(config, name))


def _tokens(profile: Profile, wanted: Iterable[Sequence[str]]) -> Iterator[Finding]:
    failures: dict[str, tuple[KeyturnError, list[str]]] = {}
    for scopes in wanted:
        try:
            expires_at = proven(profile, scopes)
        except KeyturnError as error:
            failures.setdefault(error.sentence, (error, []))[1].append(spoken(scopes))
        else:
            yield ok(f"profile {profile.name}, {spoken(scopes)}: a token {validity(expires_at)}")
    for failure, audiences in failures.values():
        yield failed(failure, f"profile {profile.name}, {', '.join(audiences)}: ")
