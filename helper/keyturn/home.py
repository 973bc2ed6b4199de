"""The caller's home directory: below it lie the socket where no runtime directory is ours, and what `~/` names."""

from __future__ import annotations

import os

from keyturn.errors import UsageError


def home() -> str:
    """HOME, or the password database's word where HOME is unset (cron, some containers).

    Raises UsageError when that is not an absolute path.
    """
    found = os.environ.get("HOME") or _password_database_home()
    if not found.startswith("/"):
        raise UsageError("HOME is not an absolute path", "export HOME=/home/you")
    return found


def _password_database_home() -> str:
    import pwd  # noqa: PLC0415 - only where HOME is missing; expanduser("~") takes an empty HOME for "/"

    try:
        return pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:
        return ""
