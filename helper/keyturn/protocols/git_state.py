"""Which token a `state[]` of ours names: git brings it back when it asks once more (git >= 2.46).

It comes back in `store` and to every other helper of the chain, too, so it is a digest and never the token.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX = "keyturn:"
_DIGEST_LENGTH = 64


def naming(digest: bytes) -> str:
    """The state that names the token with this SHA-256."""
    return PREFIX + digest.hex()


def named(states: Iterable[str]) -> frozenset[bytes]:
    """The digests of the tokens that `states` name; those of other helpers say nothing to us."""
    return frozenset(
        bytes.fromhex(state.removeprefix(PREFIX))
        for state in states
        if state.startswith(PREFIX) and _is_digest(state.removeprefix(PREFIX))
    )


def _is_digest(text: str) -> bool:
    return len(text) == _DIGEST_LENGTH and all(character in "0123456789abcdef" for character in text)
