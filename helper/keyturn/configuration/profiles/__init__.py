"""`[profile.NAME]`: who signs in, and where."""

from __future__ import annotations

import re

UNNAMED = "new-token"
"""What a profile is called that stands in no configuration (keyturn.configuration.profiles.described)."""
NAME_RULE = "a profile's name has up to 64 letters, digits, dots, hyphens and underscores"
"""Said of a name that is none, which is not repeated: it may be anything."""
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"


def is_profile_name(name: str) -> bool:
    """Names stand in commands we print and in names of records, so they need no quoting anywhere."""
    return re.fullmatch(_NAME, name, re.ASCII) is not None
