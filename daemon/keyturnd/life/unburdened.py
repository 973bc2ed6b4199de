"""What libraries would load for uses that this process has not: time at every start, memory ever after."""

from __future__ import annotations

import gc
import sys

from keyturn.later import Later, load_msgspec

UNUSED = ("ssl", "_hashlib", "typing_extensions")
"""asyncio offers TLS, of which we have none (the daemon opens no network connection); hashlib would take SHA-256 from
OpenSSL rather than from Python; msgspec knows newer spellings of types by its help. All three go on without, as on
systems that lack them."""
PACKAGES = ("cryptography.hazmat.primitives.ciphers",)
"""Of which we want a module alone, `aead`; what a package loads itself is for other uses."""
FUNCTIONS = {
    "traceback": ("extract_stack",),
    "_md5": ("md5",), "_sha1": ("sha1",), "_sha512": ("sha384", "sha512"), "_blake2": ("blake2b", "blake2s"),
    "_sha3": ("sha3_224", "sha3_256", "sha3_384", "sha3_512", "shake_128", "shake_256"),
}  # fmt: skip
"""What an import takes out of a module (_asyncio's, hashlib's): here the first call loads it."""
LATER = (
    "asyncio.sslproto", "asyncio.staggered", "base64", "configparser", "hmac", "inspect", "ipaddress", "json",
    "linecache", "locale", "msgspec.inspect", "ntpath", "pickle", "secrets", "textwrap", "tokenize", *PACKAGES,
    *FUNCTIONS,
)  # fmt: skip
"""Imported by what we use (asyncio, cryptography, logging, msgspec, pathlib, traceback, urllib), or by us, for what
the daemon does seldom or never. With what they load themselves: more than a tenth of the memory and of the start."""


def begin() -> None:
    """Keep them out; to be called before anything that would load them."""
    for name in UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type] # "not found" (language reference 5.3.1)
    for name in LATER:
        sys.modules.setdefault(name, Later(name, FUNCTIONS.get(name, ()), package=name in PACKAGES))
    load_msgspec()


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


def settled() -> None:
    """The rest is there, too: the names in each directory, kept for finding more, go until they are wanted again."""
    sys.path_importer_cache.clear()
    loaded()
