"""Which protocols may hand out a profile's tokens."""

from __future__ import annotations

from keyturn.configuration.tables import either

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.tables import Table

PROTOCOLS = ("git", "kube", "docker", "token", "run")


def read_protocols(table: Table, fitting: tuple[str, ...], default: tuple[str, ...]) -> frozenset[str]:
    """The key `protocols`: some of `fitting`, for which the provider's tokens are good. Raises ConfigError."""
    if "protocols" not in table.values:
        return frozenset(default)
    example = f'["{fitting[0]}", "token"]'
    found = frozenset(table.texts("protocols", example))
    if not found or not found <= frozenset(fitting):
        raise table.expected("protocols", f"some of {either(fitting)}", example)
    return found
