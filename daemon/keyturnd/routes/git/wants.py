"""What git asks for, and which token the configuration gives for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from keyturn import hints, moves
from keyturn.configuration.named import profile_named
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.configuration.targets.git import find_git
from keyturn.configuration.targets.target import scopes_of
from keyturn.errors import ConfigError
from keyturn.protocols import git, git_options
from keyturnd.fetching.wants import Want, with_surroundings

if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturn.configuration.targets.git import GitTarget
    from keyturn.protocols.git import GitRequest
    from keyturnd.server.http import Request


class Asked(msgspec.Struct, frozen=True):
    """What git says, and what the configuration makes of it."""

    request: GitRequest
    want: Want
    target: GitTarget

    @property
    def place(self) -> str:
        """What a caller that is refused asks for once more."""
        return f"{self.request.host}/{self.request.path or ''}"

    @property
    def takes_header(self) -> bool:
        """Whether the token goes as `Authorization: Bearer`, and not as a password."""
        return self.target.authtype == "bearer" and "authtype" in self.request.capabilities

    @property
    def username(self) -> str | None:
        """What the URL says, if that can be said back: git looks up again under the name it gave."""
        name = self.request.username or ""
        return name if name.isprintable() else None  # lone surrogates, too, are not printable


def asked_of(config: Config, request: Request) -> Asked | None:
    """What the request asks for, None when it is not ours. `--profile` beats the target's profile."""
    options = git_options.options(request.arguments)
    try:
        said = git.parse(request.body)
    except git.MalformedRequest:
        return None
    target = find_git(config.git_targets, said)
    if target is None:
        return None
    want = want_of(config, target, options.profile or target.profile)
    return Asked(said, with_surroundings(want, request.environment), target)


def want_of(config: Config, target: GitTarget, name: str) -> Want:
    """The token that the profile `name` gets for `target`. Raises ConfigError where that is not to be."""
    profile = profile_named(config, name, written=True)
    if "git" not in profile.protocols:
        raise ConfigError(
            f"profile {name} is not for git", moves.configuration.allow("git", name, str(config.source))
        )
    if isinstance(profile, AwxProfile):
        scopes: tuple[str, ...] = (profile.scope,)
        fits = profile.authority == config.profiles[target.profile].authority
    else:
        scopes = scopes_of(target)
        fits = profile.provider == config.profiles[target.profile].provider
    if not fits:
        raise ConfigError(f"profile {name} has no tokens for this URL", hints.profile(target.profile))
    return Want(profile, scopes, "git")
