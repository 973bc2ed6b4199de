"""Where things of this repository lie, whichever room a test stands in."""

from __future__ import annotations

from pathlib import Path
from typing import Final

SUPPORT: Final = Path(__file__).parent
VECTORS: Final = SUPPORT.parent / "vectors"
REPOSITORY: Final = SUPPORT.parents[1]
