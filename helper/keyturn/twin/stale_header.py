"""A header of git's configuration that is sent in place of every credential (git-config(1), http.extraHeader).

A pipeline's checkout leaves it behind with a token that dies with the job. git then sends that alone, is refused, and
erases the credential it never sent (actions/checkout 1830).
"""

from __future__ import annotations

import re

from keyturn.protocols.git_sections import HEADERS, is_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.protocols.git import GitRequest

_RECORD = re.compile(r"([^\0]*)\0([^\n\0]*)\n\s*authorization\s*:[^\0]*\0", re.IGNORECASE)


def of(request: GitRequest) -> tuple[str, str] | None:
    """Scope and key, as `git config --show-scope` has them, of the header that goes to the host of `request`."""
    from keyturn.twin import git_config  # noqa: PLC0415 - only where a refusal has to be explained

    found = _RECORD.findall(git_config.read("--show-scope", "--includes", "-z", "--get-regexp", HEADERS) or "")
    return next(((scope, key) for scope, key in reversed(found) if is_for(key, request.protocol, request.host)), None)
