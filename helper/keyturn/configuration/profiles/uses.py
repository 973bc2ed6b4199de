"""Which protocols may hand out a profile's tokens."""

from __future__ import annotations

from keyturn import moves
from keyturn.configuration.tables import NOT_IN_THIS_VERSION, either

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.tables import Table

PROTOCOLS = ("git", "kube", "docker", "token", "run")
LATER = ("confirm", "max_life", "read_only")
"""What else is to limit the use of a profile, in a later version."""
_LATER_PROTOCOLS = ("feeds", "azure")


def read_protocols(table: Table, fitting: tuple[str, ...], default: tuple[str, ...]) -> frozenset[str]:
    """The key `protocols`: some of `fitting`, for which the provider's tokens are good. Raises ConfigError."""
    if "protocols" not in table.values:
        return frozenset(default)
    example = f'["{fitting[0]}", "token"]'
    found = frozenset(table.texts("protocols", example))
    if not found or not found <= frozenset(fitting):
        later = "".join(f"{word} is {NOT_IN_THIS_VERSION}: " for word in _LATER_PROTOCOLS if word in found)
        expected = f"{later}expected some of {either(fitting)}"
        raise table.mistake("protocols", expected, moves.configuration.example(f"protocols = {example}"))
    return found
