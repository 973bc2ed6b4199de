"""What an access token of a registry permits (the distribution project's `resourcetype:name:actions`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from keyturn_emulator.registry.names import is_repository
from keyturn_emulator.registry.refusals import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyturn_emulator.bearer.signing import Claims

READING = frozenset({"pull"})
WRITING = frozenset({"pull", "push", "delete"})
CATALOG = ("registry", "catalog")
CONDITION = "team/"
"""What the names of repositories begin with, where a role has a condition."""


class Scope(NamedTuple):
    """Some actions on one resource."""

    type: str
    name: str
    actions: tuple[str, ...]

    def text(self) -> str:
        """As a challenge names it."""
        return f"{self.type}:{self.name}:{','.join(self.actions)}"


class Role(NamedTuple):
    """What somebody may do in repositories whose names begin with `prefix`; and whether they may list all of them."""

    actions: frozenset[str]
    prefix: str = ""
    lists: bool = True


ANYBODY = Role(READING, lists=False)
"""Without a token, where that is allowed."""


def role(*, writable: bool, conditional: bool) -> Role:
    """That of whoever was let in.

    Roles of ABAC-enabled registries never hold the catalog: that is a role of its own (Microsoft's "Azure ABAC
    repository permissions in Azure Container Registry").
    """
    actions = WRITING if writable else READING
    return Role(actions, CONDITION, lists=False) if conditional else Role(actions)


def parse(texts: Iterable[str]) -> list[Scope]:
    """The scopes of a request: the parameter may be repeated, and hold several with spaces between.

    Raises RegistryError for one that is none.
    """
    return [_scope(word) for text in texts for word in text.split(" ") if word]


def granted(scopes: Iterable[Scope], held: Role) -> list[dict[str, object]]:
    """The `access` claim: of each scope what the holder of a role may do, which may be nothing."""
    return [{"type": scope.type, "name": scope.name, "actions": _allowed(scope, held)} for scope in scopes]


def permits(claims: Claims, needed: Scope) -> bool:
    """Whether the token with these claims is for all that `needed` names."""
    actions = {
        action
        for entry in claims["access"]
        if (entry["type"], entry["name"]) == (needed.type, needed.name)
        for action in entry["actions"]
    }
    return set(needed.actions) <= actions


def _scope(word: str) -> Scope:
    # The name may hold a colon (a port), the type and the actions hold none.
    kind, _, rest = word.partition(":")
    name, _, actions = rest.rpartition(":")
    if kind not in {"repository", "registry"} or not name or not actions:
        raise RegistryError(400, "BAD_REQUEST", "scope")
    if kind == "repository" and not is_repository(name):
        raise RegistryError(400, "NAME_INVALID", "scope")
    return Scope(kind, name, tuple(dict.fromkeys(actions.split(","))))


def _allowed(scope: Scope, held: Role) -> list[str]:
    if (scope.type, scope.name) == CATALOG:
        return [action for action in scope.actions if action == "*" and held.lists]
    allowed = held.actions if scope.name.startswith(held.prefix) else frozenset()
    return [action for action in scope.actions if action in allowed]
