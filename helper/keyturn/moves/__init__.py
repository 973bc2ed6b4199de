"""Hints that no command can be: an edit of the user's own, or another's move (time, an administrator).

See keyturn.hints for the kinds. Each module is loaded when its words are wanted: most calls end well.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from keyturn.moves import clients, configuration, machines, secrets, servers, waiting

__all__ = ["clients", "configuration", "machines", "secrets", "servers", "waiting"]


def __getattr__(name: str) -> ModuleType:
    """The module of that name (PEP 562)."""
    if name not in __all__:
        raise AttributeError(name)
    __import__(f"{__name__}.{name}")  # importlib's own function is a module more to load
    return sys.modules[f"{__name__}.{name}"]
