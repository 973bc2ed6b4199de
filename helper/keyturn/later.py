"""Modules that are loaded when somebody wants something of them: an import alone does not. And msgspec, so spared."""

from __future__ import annotations

import sys
from _thread import allocate_lock  # threading is more than all of this
from functools import partial
from importlib import import_module
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

_loading = allocate_lock()
SPARED = {"decimal": ("Decimal",), "uuid": ("SafeUUID", "UUID")}
"""Of which msgspec takes these classes, to know values that none of our messages, files and answers has."""


class Nothing:
    """What no value is of, in the place of a class of SPARED."""

    unknown = None
    """The member of SafeUUID that msgspec keeps."""


class Later(ModuleType):
    """The module `name` until then, to be put into sys.modules.

    importlib.util.LazyLoader would load it at once: `import` looks at a module's __spec__.

    functions: to have a function of these is not to want it yet, to call it is.
    package: whether one of its modules can be imported before it is wanted itself.
    """

    def __init__(self, name: str, functions: Collection[str] = (), *, package: bool = False) -> None:
        super().__init__(name)
        self._functions = functions
        self._package = package

    def __getattr__(self, name: str) -> Any:
        if name == "__path__" and self._package:
            parent, _, last = self.__name__.rpartition(".")
            return [f"{directory}/{last}" for directory in import_module(parent).__path__]
        if name.startswith("__"):  # what `import` itself looks for
            raise AttributeError(name)
        if name in self._functions:
            return partial(self._call, name)
        found = vars(self)[name] = getattr(self._loaded(), name)  # who has imported us asks us at each use
        return found

    def _call(self, function: str, *arguments: Any, **named: Any) -> Any:
        return getattr(self._loaded(), function)(*arguments, **named)

    def _loaded(self) -> ModuleType:
        with _loading:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
        return import_module(self.__name__)


def load_msgspec() -> None:
    """Load it with other classes in the place of SPARED; whoever imports a module of SPARED afterwards gets that.

    Should a msgspec to come want more of one than this, that loads it (Later).
    """
    spared = [Later(module) for module in SPARED if module not in sys.modules]
    for later in spared:
        sys.modules[later.__name__] = later
        for name in SPARED[later.__name__]:
            setattr(later, name, type(name, (Nothing,), {}))
    import_module("msgspec")
    for later in spared:
        if sys.modules.get(later.__name__) is later:
            del sys.modules[later.__name__]
