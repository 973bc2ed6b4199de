"""`python -m keyturn`."""

from __future__ import annotations

import sys

from keyturn.cli.main import main

sys.exit(main())
