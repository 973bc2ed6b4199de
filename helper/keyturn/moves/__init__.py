"""Hints that no command can be: an edit of the user's own, or another's move (time, an administrator).

See keyturn.hints for the kinds.
"""

from __future__ import annotations

from keyturn.moves import clients, configuration, machines, secrets, servers, waiting

__all__ = ["clients", "configuration", "machines", "secrets", "servers", "waiting"]
