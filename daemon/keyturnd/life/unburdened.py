"""What libraries would load for uses that this process has not: time at every start, memory ever after."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from threading import Lock
from types import ModuleType
from typing import Any

UNUSED = ("ssl", "_hashlib", "typing_extensions")
"""asyncio offers TLS, of which we have none (the daemon opens no network connection); hashlib would take SHA-256 from
OpenSSL rather than from Python; msgspec knows newer spellings of types by its help. All three go on without, as on
systems that lack them."""
PACKAGES = ("cryptography.hazmat.primitives.ciphers",)
"""Of which we want a module alone, `aead`; what they load themselves is for other uses."""
LATER = (
    "asyncio.sslproto", "asyncio.staggered", "base64", "configparser", "hmac", "inspect", "ipaddress", "json",
    "linecache", "locale", "msgspec.inspect", "ntpath", "pickle", "secrets", "textwrap", "tokenize", *PACKAGES,
)  # fmt: skip
"""Imported by what we use (asyncio, cryptography, logging, msgspec, pathlib, traceback, urllib), or by us, for what
the daemon does seldom or never. With what they load themselves: a tenth of the memory, and more of the start."""
SPARED = {"decimal": ("Decimal",), "uuid": ("SafeUUID", "UUID")}
"""Of which msgspec takes these classes, to know values that none of our messages, files and answers has."""

_loading = Lock()


class Later(ModuleType):
    """A module that is loaded when somebody wants something of it: an import alone does not.

    importlib.util.LazyLoader would load it at once: `import` looks at a module's __spec__.
    """

    def __getattr__(self, name: str) -> Any:
        if name == "__path__" and self.__name__ in PACKAGES:  # one of its modules is being imported
            parent, _, last = self.__name__.rpartition(".")
            return [f"{directory}/{last}" for directory in import_module(parent).__path__]
        if name.startswith("__"):  # what `import` itself looks for
            raise AttributeError(name)
        with _loading:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


class Nothing:
    """What no value is of, in the place of a class of SPARED."""

    unknown = None
    """The member of SafeUUID that msgspec keeps."""


def begin() -> None:
    """Keep them out; to be called before anything that would load them.

    What is loaded from now on stays: no use in looking through it for garbage a hundred times meanwhile.
    """
    gc.disable()
    for name in UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type] # "not found" (language reference 5.3.1)
    for name in LATER:
        sys.modules.setdefault(name, Later(name))
    _spare()


def _spare() -> None:
    """Let msgspec find such classes. Whoever imports a module of SPARED afterwards gets the real one.

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


def loaded() -> None:
    """All is there that stays: the collector leaves it alone from here on."""
    gc.freeze()
    gc.enable()


def sweep() -> None:
    """Free what loading left over, before more is loaded in its place; 9 ms for which no start should wait.

    In Python 3.11 it is all of datetime.py, which has been replaced by its twin in C.
    """
    gc.unfreeze()
    gc.collect()
