"""Which token each client was handed last, because one that asks for it again was probably refused with it.

client-go keeps a token until it expires, and runs its plugin earlier only after a 401: it says so in no other way
since v1alpha1 is gone (reference/kubernetes.md section 1).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from keyturnd.callers.peer import Tool
    from keyturnd.vault.records import RecordName

REMEMBERED = 512
"""Clients remembered, the latest ones. Most are a kubectl that is long gone; a k9s that falls out is asked nothing,
it only misses one early renewal."""


class Client(NamedTuple):
    """One process that keeps tokens by itself, one for each cluster or repository.

    The program is part of it: gcloud's dispatcher runs the plugin and then becomes kubectl, which runs it again, in
    the same process and yet without anything having been refused.
    """

    tool: Tool
    program: str
    place: str | None


class Handed:
    """The digests of tokens and the helpers (pids) they went through, by client and by what was asked for."""

    def __init__(self) -> None:
        self._handed: OrderedDict[tuple[Client, RecordName], tuple[int, bytes]] = OrderedDict()

    def doubtful(self, client: Client, key: RecordName, helper: int) -> bytes | None:
        """The digest of the token that `client` got for `key` through another process than `helper`, None if none.

        One process may ask twice: the native helper, and the twin it becomes.
        """
        known, digest = self._handed.get((client, key), (helper, b""))
        return digest if known != helper else None

    def note(self, client: Client, key: RecordName, helper: int, digest: bytes) -> None:
        """`client` is handed the token with this digest through `helper`."""
        self._handed[client, key] = (helper, digest)
        self._handed.move_to_end((client, key))
        if len(self._handed) > REMEMBERED:
            self._handed.popitem(last=False)
