"""What an acquisition loads before its grant begins: a guard without a clock."""

from __future__ import annotations

import subprocess
import sys

GRANT = """
from keyturnd.acquire.__main__ import load_little
load_little()
import gc
import sys
from keyturnd.acquire.entra import client_credentials, job
print(gc.get_threshold()[0])
print(*(name for name, module in sys.modules.items() if module is not None))
"""
NEVER = {"click", "rich", "pygments", "keyturnd.acquire.awx", "keyturnd.vault", "keyturnd.broker"}


def test_a_grant_loads_no_command_line_and_looks_for_no_garbage_meanwhile() -> None:
    done = subprocess.run([sys.executable, "-E", "-P", "-c", GRANT], capture_output=True, text=True, check=True)
    threshold, names = done.stdout.splitlines()
    assert int(threshold) > 10_000
    assert not set(names.split()) & NEVER
    assert {"httpx", "msal"} <= set(names.split())
