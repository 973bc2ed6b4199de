"""Whether the configuration of now still allows what was wanted a moment, or an hour, ago.

A registry taken out of `[targets.docker]` must not be sent a token once more because it had one before (DESIGN 5.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from keyturn import moves
from keyturn.configuration.audiences import all_scopes
from keyturn.configuration.profiles.profile import AwxProfile, EntraProfile
from keyturn.configuration.targets.target import scopes_of
from keyturn.errors import ConfigError, Refused
from keyturnd.messages.identities import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturn.configuration.config import Config
    from keyturnd.fetching.wants import Want


KUBELOGIN = "kubelogin"
USES = {EntraProfile: ("audiences", "scopes", "protocols"), AwxProfile: ("galaxy", "protocols")}
"""Keys of a profile that say what its tokens may be used for, and nothing of whose they are or how they are got. An
AWX's `scope` is what its one token was created with."""


class NoLongerAllowed(ConfigError):
    """The configuration was changed: what comes of this want is neither fetched nor kept nor given."""


def check_allowed(config: Config, want: Want) -> None:
    """Raises NoLongerAllowed when nothing in `config` leads to `want`, or its profile is another identity by now."""
    if not is_allowed(config, want) and as_configured(config, want) is None:
        sentence = f"config.toml no longer allows what was asked of profile {want.profile.name}"
        raise NoLongerAllowed(sentence, moves.waiting.again())


def is_allowed(config: Config, want: Want) -> bool:
    """Whether something in `config` leads to `want`, its profile as it was then included."""
    return is_as_configured(config, want) and _leads_to(config, want)


def is_as_configured(config: Config, want: Want) -> bool:
    """Whether the profile is the one that `config` has; kubelogin's stand-in has identities that stand in none."""
    return want.protocol == KUBELOGIN or config.profiles.get(want.profile.name) == want.profile


def as_configured(config: Config, want: Want) -> Want | None:
    """`want` with its profile as `config` has it, where the two differ in nothing but what tokens may be used for.

    None where it is another identity, or one that `config` does not allow this want.
    """
    then, now = want.profile, config.profiles.get(want.profile.name)
    if now is None or type(then) is not type(now) or want.protocol not in now.protocols:
        return None
    if replace(then, **{use: getattr(now, use) for use in USES[type(now)]}) != now:
        return None
    wanted = replace(want, profile=now)
    return wanted if is_allowed(config, wanted) else None


def _leads_to(config: Config, want: Want) -> bool:
    if want.protocol == KUBELOGIN:
        return _leaves_room(config, want)
    if want.registry is not None:
        return any(
            (target.profile, Registry(target.login_server, target.tenant)) == (want.profile.name, want.registry)
            for target in config.docker_targets
        )
    return any(set(want.scopes) <= set(allowed) for allowed in _scopes(config, want))


def _leaves_room(config: Config, want: Want) -> bool:
    from keyturn.configuration.kubelogin import stand_in  # noqa: PLC0415 - its route has loaded it

    assert isinstance(want.profile, EntraProfile)
    try:
        stand_in.check_allowed(config, want.profile, want.scopes)
    except Refused:
        return False
    return True


def _scopes(config: Config, want: Want) -> Iterator[tuple[str, ...]]:
    """What the profile may ask for; git's and kubectl's `--profile` lends it the targets of others."""
    yield from all_scopes(config, want.profile.name)
    if want.protocol == "git":
        yield from (scopes_of(target) for target in config.git_targets if target.scopes or target.service != "plain")
    if want.protocol == "kube":
        yield from (scopes_of(target) for target in config.kube_targets)
