"""Targets that the files of other programs suggest: printed to be taken over, never taken over by themselves.

What stands in a kubeconfig or in docker's config.json may be a stranger's; a target is the user's own word.
"""

from __future__ import annotations

from typing import NamedTuple

from keyturn.console.requests import print_json
from keyturn.kinds_of_hints import printed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyturn.configuration.config import Config

ANY = "PROFILE"
"""In the place of a profile that nobody can guess."""


class Proposal(NamedTuple):
    """One target. why: where it was found. options: what its name does not tell."""

    place: str
    profile: str
    why: str
    options: tuple[str, ...] = ()

    def line(self) -> str:
        """The command that adds it."""
        return f"{printed(('keyturn', 'target', 'add', self.place, self.profile, *self.options))}  # {self.why}"


def likely_profile(config: Config, protocol: str, tenant: str = "") -> str:
    """The profile of Entra ID that may be meant: that of the tenant, or the only one there is for `protocol`."""
    fit = [each for each in config.profiles.values() if each.provider == "entra" and protocol in each.protocols]
    of_tenant = [each for each in fit if tenant and getattr(each, "tenant", "") == tenant.lower()]
    chosen = of_tenant or fit
    return chosen[0].name if len(chosen) == 1 else ANY


def report(found: Sequence[Proposal], *, as_json: bool) -> int:
    """Print what was found; the exit status."""
    if as_json:
        print_json({"proposals": [proposal._asdict() for proposal in found]})
        return 0
    if not found:
        print("keyturn: nothing found that is not a target already")
        return 0
    print("keyturn: run what you trust of this, and then `keyturn setup` again:")
    print(*(_printable(proposal.line()) for proposal in found), sep="\n")
    return 0


def _printable(text: str) -> str:
    """The names are other people's."""
    return "".join(character if character.isprintable() else "?" for character in text)
