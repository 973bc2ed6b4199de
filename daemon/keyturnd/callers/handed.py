"""Which token each client was handed last, because one that asks for it again was probably refused with it.

client-go keeps a token until it expires, and runs its plugin earlier only after a 401: it says so in no other way
since v1alpha1 is gone (reference/kubernetes.md section 1). There are also clients that keep nothing and ask for each
request (findings/pykube-runs-its-plugin-for-each-request.sh); none says which kind it is.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

if TYPE_CHECKING:
    from keyturnd.callers.peer import Tool
    from keyturnd.clock import Clock
    from keyturnd.vault.records import RecordName

REMEMBERED = 512
"""Clients remembered, the latest ones. Most are a kubectl that is long gone; a k9s that falls out is asked nothing,
it only misses one early renewal."""
PATIENCE, MOST_PATIENCE = 60.0, 3600.0
"""Seconds from a client's first doubt to its next, twice as many from each to the one after, and the most. One that
asks for each request would otherwise cost a token a minute; one that is refused asks with days in between."""


class Client(msgspec.Struct, frozen=True, cache_hash=True):
    """One process that keeps tokens by itself, one for each cluster or repository.

    The program is part of it: gcloud's dispatcher runs the plugin and then becomes kubectl, which runs it again, in
    the same process and yet without anything having been refused.
    """

    tool: Tool
    program: str
    place: str | None


class Handing(msgspec.Struct, frozen=True):
    """What a client was handed last: through which helper (pid), and when it may doubt again (boot time)."""

    helper: int
    digest: bytes
    doubts: int = 0
    next_doubt: float = 0.0


class Handed:
    """The digests of tokens and the helpers they went through, by client and by what was asked for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._handed: OrderedDict[tuple[Client, RecordName], Handing] = OrderedDict()

    def doubtful(self, client: Client, key: RecordName, helper: int) -> bytes | None:
        """The digest of the token that `client` got for `key` through another process than `helper`, None if none.

        One process may ask twice: the native helper, and the twin it becomes.
        """
        known = self._handed.get((client, key))
        if known is None or known.helper == helper or self._clock.boottime() < known.next_doubt:
            return None
        return known.digest

    def doubted(self, client: Client, key: RecordName) -> None:
        """What `doubtful` told has been acted upon: it tells nothing for a while."""
        known = self._handed[client, key]
        patience = min(PATIENCE * 2**known.doubts, MOST_PATIENCE)
        next_doubt = self._clock.boottime() + patience
        self._handed[client, key] = replace(known, doubts=known.doubts + 1, next_doubt=next_doubt)

    def note(self, client: Client, key: RecordName, helper: int, digest: bytes) -> None:
        """`client` is handed the token with this digest through `helper`."""
        known = self._handed.get((client, key))
        if known is None:
            self._handed[client, key] = Handing(helper, digest)
            if len(self._handed) > REMEMBERED:
                self._handed.popitem(last=False)
        else:
            self._handed[client, key] = replace(known, helper=helper, digest=digest)
            self._handed.move_to_end((client, key))
