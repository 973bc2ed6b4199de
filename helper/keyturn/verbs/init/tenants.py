"""Which tenant signs in at a place: as given, as an answer suggests, or as told.

Whoever answers without being asked for credentials may be anybody. So what an answer says is shown before anybody
signs in, and only a person makes it count: with --yes the tenant is given, or its domain stands in the account.
"""

from __future__ import annotations

from keyturn import moves
from keyturn.configuration.hosts import HTTPS_PORT, https_url
from keyturn.configuration.profiles.entra import EntraProfile
from keyturn.configuration.profiles.identity import DEFAULT_TENANT, is_id, is_own_tenant, is_tenant
from keyturn.configuration.targets.git import is_azure_devops
from keyturn.console import person
from keyturn.console.requests import ask
from keyturn.errors import ProviderError, UsageError, one_line
from keyturn.reach import client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from typing import Any

    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile
    from keyturn.verbs.init.places import Place

QUESTION = "which tenant signs in there? its id or a domain [{}]: "


def usual_tenant(config: Config, fits: Callable[[EntraProfile], bool]) -> str:
    """The one that the profiles sign in at; empty where there is none, or more than one.

    fits: whether a profile signs in through the application that is asked for. Only where none does do all count: a
    service principal, its tenant written as a domain, must not hide the one that a person signs in at.
    """
    entra = (profile for profile in config.profiles.values() if isinstance(profile, EntraProfile))
    profiles = [profile for profile in entra if is_own_tenant(profile.tenant)]
    found = {profile.tenant for profile in [each for each in profiles if fits(each)] or profiles}
    return found.pop() if len(found) == 1 else ""


def tenant_of(place: Place, options: Namespace, before: str = "", usual: str = "") -> tuple[str, str]:
    """The tenant, and the cloud it is in (empty: the usual one). Raises UsageError where nobody can tell.

    before: what a person said of another place a moment ago; it counts here, too, unless something else is suggested.
    usual: what is offered where nothing is; whoever takes it signs in once for all places, with the profile there is.
    """
    if place.service == "awx":
        return "", ""
    domain = (options.account or "").rpartition("@")[2].lower()
    given = options.tenant or (domain if is_own_tenant(domain) else "")
    if given:
        return given, ""
    tenant, environment = _suggested(place, options)
    if options.yes or not client.has_terminal():
        wanted = tenant or usual or "ID-OR-DOMAIN"
        raise UsageError("the tenant is needed", moves.configuration.name_it(options.again, "--tenant", wanted))
    if tenant:
        return tenant, environment  # it is shown, and whoever agrees to the tables agrees to it
    usual = usual or DEFAULT_TENANT
    return before or person.ask_fitting(QUESTION.format(usual), is_tenant, "a tenant id or a domain") or usual, ""


def doubt_about(profile: Profile, place: Place, options: Namespace) -> str:
    """What speaks against signing in at `place` as `profile`, which is there already; empty where nothing does.

    Tenants are compared by their ids: a domain is only another name of one.
    """
    tenant, _ = _suggested(place, options)
    if not isinstance(profile, EntraProfile) or not is_id(tenant) or not is_id(profile.tenant):
        return ""
    if profile.tenant == tenant:
        return ""
    return (
        f"profile {profile.name} signs in to the tenant {profile.tenant}, and not to {tenant}, which may take none of"
        " its tokens (--profile with a new name makes one for it)"
    )


def _suggested(place: Place, options: Namespace) -> tuple[str, str]:
    """What the organization, the subscription or the context says; nothing where none of them does."""
    if place.service == "azure-devops" and _is_microsofts(place):
        return _found(place.key, {"url": place.key})
    if options.subscription is not None:
        environment = options.environment or "AzureCloud"
        return _found("the subscription", {"subscription": options.subscription, "environment": environment})
    if is_own_tenant(place.tenant.lower()):
        file = place.named_in or "the kubeconfig"
        print(f"keyturn: {one_line(f'{file} names the tenant {place.tenant} for {place.context}')}")
        return place.tenant.lower(), ""
    return "", ""


def _found(what: str, body: dict[str, Any]) -> tuple[str, str]:
    try:
        found = ask("POST", "/v1/discovery", body)
    except ProviderError as error:
        print(f"keyturn: {error.sentence}")
        return "", ""
    if found["tenant"]:
        print(f"keyturn: {what} says that it belongs to the tenant {found['tenant']}")
    else:
        print(f"keyturn: {what} tells no tenant: is it spelled right?")
    return found["tenant"], found["environment"]


def _is_microsofts(place: Place) -> bool:
    """Whether Azure DevOps itself is asked; a server of one's own is known to its owner."""
    at = https_url(place.key)
    return is_azure_devops(at.host) and at.port == HTTPS_PORT
