"""What an acquisition costs in CPU time, discovery included: by a certificate beside by a secret."""

from __future__ import annotations

import os
import subprocess
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.measured import Result, Row
from benchmarks.timing import in_turns
from keyturn.configuration.profiles.credentials.certificates import Certificate
from keyturnd.messages.channel import encode_line
from support.acquisition.driver import COMMAND, job
from support.emulator.certified import certified

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.stage import Stage
    from keyturn_emulator.launch import Emulator
    from keyturnd.messages.jobs import TokenJob

SECRET, PEM, PFX = "client-secret", "client-certificate, PEM", "client-certificate, PFX"
SHARE = 10
"""One acquisition for so many of the other cases' runs: each is a process of a third of a second."""
PASSPHRASE = "of the benchmark"


def run(stages: Sequence[Stage], rounds: int) -> Result:
    jobs = _jobs(stages[0].emulator, stages[0].home)
    times = in_turns({name: partial(_once, wanted) for name, wanted in jobs.items()}, max(1, rounds // SHARE))
    return Result(
        [
            Row(name, "ms CPU", values, () if name == SECRET else (SECRET,), name != SECRET)
            for name, values in times.items()
        ]
    )


def _jobs(emulator: Emulator, directory: Path) -> dict[str, TokenJob]:
    app = certified("benchmark")
    emulator.control.register_certificate(app.pem)
    pem, pfx = directory / "app.pem", directory / "app.pfx"
    for file, content in ((pem, (app.pem + app.key_pem).encode()), (pfx, app.pfx(PASSPHRASE))):
        file.touch(0o600)
        file.write_bytes(content)
    service = emulator.ready.clients["service"]
    asked = partial(job, f"{emulator.ready.authority}/{emulator.ready.tenant}", emulator.ready.ca_file)
    by_certificate = partial(asked, flow="client-certificate", application_id=service["application_id"])
    return {
        SECRET: asked(**service),
        PEM: by_certificate(credential=Certificate(str(pem))),
        PFX: by_certificate(credential=Certificate(str(pfx)), secret=PASSPHRASE),
    }


def _once(wanted: TokenJob) -> list[float]:
    """User and system time of the whole process, as the kernel counted it."""
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}, cwd="/")
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        process.stdin.write(encode_line(wanted))
        process.stdin.flush()
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert b'"type":"result"' in said, said
    return [(usage.ru_utime + usage.ru_stime) * 1000]
