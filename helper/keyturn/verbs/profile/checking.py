"""`keyturn profile check`: a token for everything that a profile may ask for."""

from __future__ import annotations

from typing import NamedTuple

from keyturn import hints
from keyturn.configuration.audiences import all_scopes
from keyturn.configuration.named import profile_named
from keyturn.configuration.profiles.clouds import spoken
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.console.configured import configuration
from keyturn.console.moments import validity
from keyturn.console.requests import ask, print_json
from keyturn.errors import ConfigError, KeyturnError
from keyturn.verbs.awx import asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from keyturn.configuration.profiles.profile import Profile

DESCRIPTION = """\
Prove that a profile gets its tokens: one for each of its targets, scopes and audiences, from memory or fetched.
An AWX is asked whether it still takes the one there is. Nobody is asked to sign in; what does not come is told with
what helps, and ends with its exit status.
"""


class Checked(NamedTuple):
    """What came of one of the tokens: when it expires (UTC epoch seconds), or what refused it."""

    scopes: Sequence[str]
    expires_at: float | None = None
    error: KeyturnError | None = None

    def lines(self) -> Iterator[str]:
        """As a person reads it."""
        if self.error is None:
            assert self.expires_at is not None
            yield f"{spoken(self.scopes)}: a token {validity(self.expires_at)}"
            return
        yield f"{spoken(self.scopes)}: {self.error.sentence}"
        if self.error.hint:
            yield f"hint: {self.error.hint}"

    def facts(self) -> dict[str, Any]:
        """The same for `--json`, by the names that `keyturn status --json` has for it."""
        error = None if self.error is None else {"sentence": self.error.sentence, "hint": self.error.hint}
        what = {"audience": spoken(self.scopes), "scopes": list(self.scopes)}
        return {**what, "expires_at": self.expires_at, "error": error}


def check(name: str, *, as_json: bool) -> int:
    """The exit status: 0, or that of the first token that does not come.

    Raises ConfigError, also where there is nothing to check: silence would look like success.
    """
    config = configuration()
    profile = profile_named(config, name)
    wanted = all_scopes(config, name)
    if not wanted:
        hint = hints.usage("keyturn target add")
        raise ConfigError(f"profile {name} is for nothing yet: it has no target, scopes or audiences", hint)
    checked = [_checked(profile, scopes) for scopes in wanted] if as_json else _told(profile, wanted)
    if as_json:
        print_json({"profile": name, "tokens": [one.facts() for one in checked]})
    return next((one.error.exit_status for one in checked if one.error), 0)


def _told(profile: Profile, wanted: Iterable[Sequence[str]]) -> list[Checked]:
    """Each is told as soon as it is known: those of an outage take a while."""
    found = []
    for scopes in wanted:
        found.append(_checked(profile, scopes))
        for line in found[-1].lines():
            print(f"keyturn: {line}", flush=True)
    return found


def proven(profile: Profile, scopes: Sequence[str]) -> float:
    """When the token for `scopes` expires, UTC epoch seconds. Raises what refuses it; nobody is asked to sign in.

    An AWX is asked whether it still takes the token, as one that somebody has deleted there looks good for days.
    """
    body = {"profile": profile.name, "scopes": list(scopes), "purpose": "check"}
    expires_at: float = ask("POST", "/v1/token", body, waits=False)["expires_at"]
    if isinstance(profile, AwxProfile):
        asking.prove(profile.name)
    return expires_at


def _checked(profile: Profile, scopes: Sequence[str]) -> Checked:
    try:
        return Checked(scopes, expires_at=proven(profile, scopes))
    except KeyturnError as error:
        return Checked(scopes, error=error)
