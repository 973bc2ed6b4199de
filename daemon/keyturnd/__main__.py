"""keyturnd: started by `keyturn` on a socket that is already bound (see keyturn.reach.launch)."""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """See keyturnd.life.start.main."""
    # What is loaded from now on stays: no use in looking through it for garbage a hundred times meanwhile.
    gc.disable()
    from keyturnd.life import unburdened  # noqa: PLC0415

    unburdened.begin()
    from keyturnd.life import start  # noqa: PLC0415 - it loads everything

    return start.main()


if __name__ == "__main__":
    sys.exit(main())
