"""The lines of an identity of the kubelogin stand-in, which callers describe and no configuration has."""

from __future__ import annotations

from keyturn.verbs.status.profiles import token_rows, whose
from keyturn.verbs.status.row import Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from keyturn.console.look import Look


def identity_rows(told: dict[str, Any], look: Look) -> Iterator[Row]:
    """Nothing here needs anybody: whoever asks without a sign-in or a secret is told then."""
    flow = f"{told['flow']}, " if told["flow"] else ""
    yield Row(f"{look.mark('ok')} kubelogin", f"{flow}{told['application_id']} at {told['authority']}", colour="ok")
    if told["signed_in"]:
        yield Row("  identity", whose(told))
    yield from token_rows(told["tokens"], look)
