"""A profile in words and as data, from the configuration alone."""

from __future__ import annotations

import msgspec

from keyturn.configuration.audiences import all_scopes, targets_of
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.configuration.profiles.secrets import (
    IfConfidential,
    IfProtected,
    InFile,
    InVariable,
    InVault,
    Lent,
    Typed,
)
from keyturn.configuration.targets.docker import DockerTarget
from keyturn.configuration.targets.git import GitTarget
from keyturn.configuration.targets.target import scopes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import EntraProfile, Profile
    from keyturn.configuration.targets.entries import Protocol
    from keyturn.configuration.targets.target import Target


_SOURCES: dict[type, str] = {
    Typed: "typed at the sign-in, or entrusted to the vault",
    InVault: "secret from the vault",
    IfProtected: "a passphrase from the vault or typed, if it takes one",
    IfConfidential: "from the vault, with a client secret if that holds one",
}


def secret_name(profile: Profile, *, of_application: bool = False) -> str:
    """What is entrusted for this profile, or what its application proves itself with beside that."""
    flow = profile.flow
    if flow.entrusts is not None and not of_application:
        return flow.entrusts
    return "passphrase" if isinstance(flow.secret_source, IfProtected) else flow.secret_name or "secret"


def secret_source(profile: Profile) -> str:
    """Where the profile's secret comes from; never the secret."""
    match profile.flow.secret_source:
        case InFile(file):
            return f"secret from the file {file}"
        case InVariable(variable):
            return f"secret from the variable {variable} of the daemon's environment"
        case None | Lent():  # the latter in no profile that has a name
            return "no secret" if profile.flow.for_application else "no secret, a person signs in"
        case source:
            return _SOURCES[type(source)]


def standing(config: Config, profile: Profile) -> dict[str, Any]:
    """What `status` says of a profile beside what the daemon keeps of it.

    The daemon sends it along: to read the configuration takes longer than all the rest of that verb.
    """
    flow = profile.flow
    source = None if flow.entrusts is not None else flow.secret_source
    return {
        "name": profile.name,
        "provider": profile.provider,
        "flow": flow.name,
        "targets": [_shown(target) for target in targets_of(config, profile.name)],
        "url": profile.url if isinstance(profile, AwxProfile) else None,
        "username": profile.username if isinstance(profile, AwxProfile) else None,
        "entrusts": flow.entrusts,
        "secret_name": flow.secret_name and secret_name(profile, of_application=True),
        "secret_source": secret_source(profile) if isinstance(source, InFile | InVariable) else None,
        "secret_optional": isinstance(source, IfProtected),
        "by_itself": flow.for_application and flow.secret_name is None,
    }


def _shown(target: Target) -> dict[str, str]:
    """As `target list` calls it, and by the name that it had here before."""
    protocol = protocol_of(target)
    return {"protocol": protocol, "tool": protocol, "target": target_name(target)}


def summary(config: Config, profile: Profile) -> dict[str, Any]:
    """What `profile list` says of a profile."""
    place = {"url": profile.url} if isinstance(profile, AwxProfile) else {"tenant": profile.tenant}
    return {
        "name": profile.name,
        "provider": profile.provider,
        "flow": profile.flow.name,
        **place,
        "targets": [target_name(target) for target in targets_of(config, profile.name)],
    }


def details(config: Config, profile: Profile) -> dict[str, Any]:
    """What `profile show` says of it."""
    own = _awx(profile) if isinstance(profile, AwxProfile) else _entra(profile)
    return {
        **summary(config, profile),
        **own,
        "ca_file": profile.ca_file,
        "protocols": sorted(profile.protocols),
        "may_ask_for": all_scopes(config, profile.name),
        "targets": [_target(target) for target in targets_of(config, profile.name)],
    }


def target_name(target: Target) -> str:
    """The target as the configuration writes it; a registry as its clients do."""
    return target.login_server if isinstance(target, DockerTarget) else target.url


def protocol_of(target: Target) -> Protocol:
    """The table of `[targets]` that it stands in."""
    if isinstance(target, DockerTarget):
        return "docker"
    return "git" if isinstance(target, GitTarget) else "kube"


def _entra(profile: EntraProfile) -> dict[str, Any]:
    return {
        "application_id": profile.application_id,
        "authority": profile.authority,
        "account": profile.account,
        "cae": profile.cae,
        "secret": _secret(profile),
    }


def _awx(profile: AwxProfile) -> dict[str, Any]:
    return {
        "username": profile.username,
        "application": profile.application,
        "scope": profile.scope,
        "description": profile.description,
        "max_age": profile.max_age,
        "keep_password": profile.flow.keeps_typed,
    }


def _target(target: Target) -> dict[str, Any]:
    place = {"registry" if isinstance(target, DockerTarget) else "url": target_name(target)}
    return {"protocol": protocol_of(target), **place, "service": target.service, "scopes": scopes_of(target)}


def _secret(profile: EntraProfile) -> dict[str, str] | None:
    source = profile.flow.secret_source
    return None if source is None else msgspec.to_builtins(source)
