"""The targets of one table, in the configuration's order and by what they name."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol, TypeVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.hosts import Place


class Placed(Protocol):
    """What a target has at least."""

    @property
    def place(self) -> Place:
        """Host, port and path in one."""
        ...


SomeTarget = TypeVar("SomeTarget", bound=Placed)


class Targets(tuple[SomeTarget, ...]):  # noqa: SLOT001 - what is computed once needs a place
    """Immutable, so that finding one by its place takes as long with three targets as with thousands."""

    @cached_property
    def by_place(self) -> dict[Place, SomeTarget]:
        """Each target by what it names."""
        return {target.place: target for target in self}
