"""What goes on at the terminal or in a browser while a verb waits."""

from __future__ import annotations

from threading import Thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def begun(name: str, work: Callable[..., None], *arguments: object) -> Thread | None:
    """A thread that does `work` and ends with the process; None where there can be none (RLIMIT_NPROC, pids.max)."""
    thread = Thread(target=work, args=arguments, name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread
