"""`python -m keyturn`."""

from __future__ import annotations

import sys

from keyturn.main import main

sys.exit(main())
