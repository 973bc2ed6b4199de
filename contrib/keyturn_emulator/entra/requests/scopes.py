"""What a request asks for: one resource, its permissions, and the OpenID words beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyturn_emulator.entra import refusals
from keyturn_emulator.entra.directory.resources import GRAPH, Resource
from keyturn_emulator.entra.refusals import EntraError

if TYPE_CHECKING:
    from keyturn_emulator.entra.directory.principals import Application, Tenant

OPENID_WORDS = frozenset({"openid", "profile", "email", "offline_access"})
DEFAULT = "/.default"
# RFC 6749 section 3.3: tokens of printable ASCII without quote and backslash, one space between two.
SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")


@dataclass(frozen=True)
class Asked:
    """`audience` is the resource in the caller's words (what `aud` will say), `permissions` are short names."""

    resource: Resource
    audience: str
    permissions: tuple[str, ...]
    words: frozenset[str] = frozenset()
    everything: bool = False

    def answered(self) -> str:
        """The `scope` of the answer: the permissions by their full names, then `.default` if that was asked."""
        names = [*self.permissions, *((".default",) if self.everything else ())]
        return " ".join(f"{self.audience}/{name}" for name in names)

    def within(self, other: Asked) -> bool:
        """Whether whoever agreed to `other` has agreed to this, too."""
        return self.resource == other.resource and set(self.permissions) <= set(other.permissions)


def application_scope(scope: str, tenant: Tenant) -> Asked:
    """For client credentials: exactly one `RESOURCE/.default`; OpenID words, which MSAL Go sends, change nothing."""
    items = [item for item in scope.split(" ") if item not in OPENID_WORDS]
    if not SCOPE.fullmatch(scope) or len(items) != 1:
        raise EntraError(refusals.SCOPE_INVALID, scope=scope, why="Exactly one resource can be asked for.")
    if not items[0].endswith(DEFAULT) or items[0] == DEFAULT:
        raise EntraError(refusals.SCOPE_NOT_DEFAULT, scope=scope)
    audience = items[0].removesuffix(DEFAULT)
    resource = _resource(audience, tenant)
    return Asked(resource, audience, resource.roles, everything=True)


def user_scope(scope: str, client: Application, tenant: Tenant) -> Asked:
    """For a person: OpenID words and the permissions of at most one resource (Microsoft Graph if none)."""
    if not SCOPE.fullmatch(scope):
        raise EntraError(refusals.SCOPE_INVALID, scope=scope, why="It is not a list of scopes.")
    asked = scope.split(" ")
    words = OPENID_WORDS.intersection(asked)
    permissions = [_split(item) for item in dict.fromkeys(asked) if item not in OPENID_WORDS]
    if not permissions:
        return Asked(_resource(GRAPH, tenant), GRAPH, ("User.Read",), words)
    audiences = {audience for audience, _ in permissions}
    resources = {audience: _resource(audience, tenant) for audience in sorted(audiences)}
    if len(resources) > 1:
        raise EntraError(refusals.SCOPE_TWO_RESOURCES, scope=scope)
    audience, resource = resources.popitem()
    names = [name for _, name in permissions]
    if ".default" in names:
        return _everything(resource, audience, names, words, scope)
    for name in names:
        if name not in resource.scopes:
            raise EntraError(refusals.SCOPE_UNKNOWN, client=client.id, scope=name, resource=audience)
    return Asked(resource, audience, tuple(names), words)


def _everything(resource: Resource, audience: str, names: list[str], words: frozenset[str], scope: str) -> Asked:
    if len(names) > 1:
        why = ".default scope can't be combined with resource-specific scopes."
        raise EntraError(refusals.SCOPE_INVALID, scope=scope, why=why)
    return Asked(resource, audience, resource.scopes[:1], words, everything=True)


def _split(item: str) -> tuple[str, str]:
    """Audience and name; a bare name is Graph's. `https://host//.default` keeps the audience's own slash."""
    audience, slash, name = item.rpartition("/")
    return (audience, name) if slash else (GRAPH, item)


def _resource(audience: str, tenant: Tenant) -> Resource:
    resource = tenant.find_resource(audience)
    if resource is None:
        raise EntraError(refusals.UNKNOWN_RESOURCE, resource=audience, tenant=tenant.domain)
    return resource
