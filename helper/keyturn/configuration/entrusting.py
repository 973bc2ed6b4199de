"""Which profiles take which secrets into the vault, and why not others: known before anything is written."""

from __future__ import annotations

from keyturn import hints
from keyturn.configuration.profiles.secrets import InFile, InVariable
from keyturn.errors import Refused, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.profiles.profile import Profile
    from keyturn.kinds_of_hints import Hint

LIMIT = 16 << 10
"""Characters. Entra's client secrets have 40; whoever pipes in a whole file has mistaken it for one."""


def check_takes(profile: Profile, *, of_application: bool = False) -> None:
    """Raises Refused where nobody would ever look for it.

    of_application: what its application proves itself with, beside what brings the tokens.
    """
    flow, name = profile.flow, profile.name
    if flow.entrusts is not None and not of_application:
        return
    if flow.secret_name is None:
        raise Refused(f"profile {name} has flow {flow.name}, which takes no secret", hints.login(name))
    if (where := secret_elsewhere(profile)) is not None:
        raise Refused(f"profile {name} reads its secret from {where}", hints.profile(name))
    if of_application and flow.entrusts is None:
        raise Refused(f"profile {name} takes one secret, not one beside another", hints.entrust(name))


def check_fits(secret: str, hint: Hint) -> None:
    """Raises UsageError, with `hint` and without repeating it, for what can be no secret."""
    if not secret or not secret.isprintable() or len(secret) > LIMIT:
        raise UsageError("a secret is one line of visible characters", hint)


def secret_elsewhere(profile: Profile) -> str | None:
    """The file or the variable that holds the secret, None where the vault does."""
    match profile.flow.secret_source:
        case InFile(file):
            return file
        case InVariable(variable):
            return variable
        case _:
            return None
