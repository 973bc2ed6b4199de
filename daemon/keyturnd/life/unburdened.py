"""What libraries would load for uses that this process has not: time at every start, memory ever after."""

from __future__ import annotations

import gc
import sys

UNUSED = ("ssl", "_hashlib", "typing_extensions")
"""asyncio offers TLS, of which we have none (the daemon opens no network connection); hashlib would take SHA-256 from
OpenSSL rather than from Python; msgspec knows newer spellings of types by its help. All three go on without, as on
systems that lack them."""


def begin() -> None:
    """Keep them out; to be called before anything that would load them.

    What is loaded from now on stays: no use in looking through it for garbage a hundred times meanwhile.
    """
    gc.disable()
    for name in UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type] # "not found" (language reference 5.3.1)


def loaded() -> None:
    """All is there that stays: the collector leaves it alone from here on."""
    gc.freeze()
    gc.enable()
