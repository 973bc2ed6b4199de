"""How many instructions a warm answer takes the native helper: a guard without a clock, the kernel's share aside."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from native.build_hook import Kind, kinds
from support.helper.programs import install
from support.helper.scripted_daemon import PATIENCE, Script, ScriptedDaemon
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path

    from support.helper.programs import NativePrograms

ANSWER = b"username=keyturn\npassword=" + b"x" * 1500 + b"\n"
GOOD = Script(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nKeyturn-Exit: 0\r\n\r\n%s" % (len(ANSWER), ANSWER))
AT_MOST = 25_000
"""15 000 with gcc 12; the rest is head-room for other compilers. Starting and ending a C library takes 130 000."""


@pytest.mark.skipif(Kind.FREESTANDING not in kinds(), reason="for this platform the helper has a C library")
def test_a_warm_answer_takes_few_instructions(programs: NativePrograms, tmp_path: Path) -> None:
    (tmp_path / "keyturn").mkdir(mode=0o700)
    helper = install(programs.variant(), tmp_path / "bin", "git-credential-keyturn")
    counted = tmp_path / "counted"
    words = (need("valgrind"), "--tool=callgrind", f"--callgrind-out-file={counted}", helper, "get")
    with ScriptedDaemon(tmp_path / "keyturn/socket", GOOD):
        done = subprocess.run(
            words, input=b"protocol=https\nhost=dev.azure.com\n\n", env={"XDG_RUNTIME_DIR": str(tmp_path)},
            capture_output=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, ANSWER), done.stderr
    found = re.search(r"^(?:summary|totals): (\d+)$", counted.read_text(), re.MULTILINE)
    assert found is not None
    assert int(found[1]) < AT_MOST
