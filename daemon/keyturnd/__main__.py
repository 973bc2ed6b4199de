"""keyturnd: started by `keyturn` on a socket that is already bound (see keyturn.reach.launch)."""

from __future__ import annotations

import sys

from keyturnd.life import unburdened


def main() -> int:
    """See keyturnd.life.start.main."""
    unburdened.begin()
    from keyturnd.life import start  # noqa: PLC0415 - it loads everything

    return start.main()


if __name__ == "__main__":
    sys.exit(main())
