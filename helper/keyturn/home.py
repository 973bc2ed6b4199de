"""The caller's home directory: below it lie the socket where no runtime directory is ours, and what `~/` names."""

from __future__ import annotations

import os

from keyturn import shell
from keyturn.errors import UsageError


def home() -> str:
    """HOME, or the password database's word where HOME is unset (cron, some containers).

    Raises UsageError when that is not an absolute path.
    """
    found = os.environ.get("HOME") or _password_database_home()
    if not found.startswith("/"):
        raise UsageError("HOME is not an absolute path", shell.home(_password_database_home()))
    return found


def own_home() -> str:
    """The home directory, for what keyturn keeps below it.

    Raises UsageError when it belongs to somebody else: `sudo` and `su` leave HOME behind, and what root writes there
    its owner can no longer use. One of our own that differs from the password database's is fine.
    """
    found = home()
    try:
        owner = os.stat(found).st_uid  # noqa: PTH116 - pathlib is an import the twin's warm path does not pay
    except OSError:
        return found  # it is missing, or hidden from us: creating something there says so
    if owner != os.geteuid():
        raise UsageError(
            f"HOME is {found}, which belongs to uid {owner}, not to you", shell.home(_password_database_home())
        )
    return found


def _password_database_home() -> str:
    import pwd  # noqa: PLC0415 - only where HOME is missing; expanduser("~") takes an empty HOME for "/"

    try:
        return pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:
        return ""
