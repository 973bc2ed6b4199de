"""A profile in words and as data, from the configuration alone."""

from __future__ import annotations

from keyturn.targets import all_scopes, scopes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from keyturn.config import Config
    from keyturn.profiles import EntraProfile


def secret_source(profile: EntraProfile) -> str:
    """Where the profile's secret comes from; never the secret."""
    if profile.flow != "client-secret":
        return "no secret, a person signs in"
    if profile.client_secret_file:
        return f"secret from the file {profile.client_secret_file}"
    if profile.client_secret_env:
        return f"secret from the variable {profile.client_secret_env} of the daemon's environment"
    return "secret from the vault"


def summary(config: Config, profile: EntraProfile) -> dict[str, Any]:
    """What `profile list` says of a profile."""
    return {
        "name": profile.name,
        "provider": "entra",
        "flow": profile.flow,
        "tenant": profile.tenant,
        "targets": [target.url for target in config.git_targets if target.profile == profile.name],
    }


def details(config: Config, profile: EntraProfile) -> dict[str, Any]:
    """What `profile show` says of it."""
    return {
        **summary(config, profile),
        "application_id": profile.application_id,
        "authority": profile.authority,
        "account": profile.account,
        "ca_file": profile.ca_file,
        "secret": _secret(profile),
        "protocols": sorted(profile.protocols),
        "may_ask_for": all_scopes(config, profile.name),
        "targets": [
            {"protocol": "git", "url": target.url, "service": target.service, "scopes": scopes_of(target)}
            for target in config.git_targets
            if target.profile == profile.name
        ],
    }


def _secret(profile: EntraProfile) -> dict[str, str] | None:
    if profile.flow != "client-secret":
        return None
    if profile.client_secret_file:
        return {"source": "file", "file": profile.client_secret_file}
    if profile.client_secret_env:
        return {"source": "environment", "variable": profile.client_secret_env}
    return {"source": "vault"}
