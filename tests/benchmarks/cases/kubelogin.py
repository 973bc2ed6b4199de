"""keyturn beside Azure's kubelogin: in its place, with a token that is there and for eight that have none.

And what processor time a warm answer to kubectl takes: the helper's, and the daemon's for it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

from benchmarks.measured import Result, Row
from benchmarks.peers import azure_kubelogin
from benchmarks.peers.absence import Absent
from benchmarks.timing import Command, in_turns, processor_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.stage import Stage

AKS = "6dae42f8-4368-4678-94ff-3960e28e3630"
OURS, THEIRS = "kubelogin, keyturn's", "kubelogin, Azure's"
HELPER, WHOLE = "kube, native, processor", "kube, native, processor, with the daemon's share"
THEIR_PROCESSOR = f"{THEIRS}, processor"
CALLERS = 8
PYTHONS = json.dumps({"apiVersion": "client.authentication.k8s.io/v1beta1", "kind": "ExecCredential", "spec": {}})
"""As Python's client writes it, whose asking again is no sign of a refusal."""


def run(stages: Sequence[Stage], rounds: int) -> Result:
    stage = stages[0]  # an earlier build has nothing to compare
    absent: dict[str, str] = {}
    commands = {OURS: _ours(stage)}
    try:
        commands[THEIRS] = _asking(stage, azure_kubelogin.program(), "--disable-instance-discovery")
    except Absent as reason:
        absent[THEIRS] = str(reason)
    for command in commands.values():
        command.run()  # from here on the token is there
    times = in_turns({name: command.timed for name, command in commands.items()}, rounds)
    rows = [_row(name, "ms", values) for name, values in times.items()]
    rows += _of_a_processor(stage, commands.get(THEIRS), rounds)
    for name, command in commands.items():
        requests = _cold(stage, command)
        rows.append(_row(f"{name}, {CALLERS} without a token", "requests", [float(requests)]))
    return Result(rows, absent)


def _of_a_processor(stage: Stage, theirs: Command | None, rounds: int) -> list[Row]:
    """The daemon's part is what it took meanwhile, of which each answer gets the same share."""
    ours, pid = stage.native("kube"), stage.daemon_pid()
    assert pid is not None
    ours.run()
    before = processor_of(pid)
    times = in_turns({HELPER: ours.burdened} | ({THEIR_PROCESSOR: theirs.burdened} if theirs else {}), rounds)
    share = (processor_of(pid) - before) / rounds
    times[WHOLE] = [value + share for value in times[HELPER]]
    return [
        Row(name, "ms CPU", values, () if name == THEIR_PROCESSOR else (THEIR_PROCESSOR,), name != THEIR_PROCESSOR)
        for name, values in times.items()
    ]


def _row(name: str, unit: str, values: list[float]) -> Row:
    beside = (name.replace(OURS, THEIRS),) if name.startswith(OURS) else ()
    return Row(name, unit, values, beside, name.startswith(OURS))


def _ours(stage: Stage) -> Command:
    link = stage.home / "kubelogin"
    link.unlink(missing_ok=True)
    link.symlink_to(stage.programs / "kube-credential-keyturn")
    return _asking(stage, str(link))


def _asking(stage: Stage, program: str, *more: str) -> Command:
    ready = stage.emulator.ready
    place = ["--authority-host", f"{ready.authority}/", "--tenant-id", ready.tenant]
    flags = ["--login", "spn", "--server-id", AKS, "--client-id", ready.clients["service"]["application_id"], *place]
    variables = {
        "KUBERNETES_EXEC_INFO": PYTHONS,
        "AZURE_CLIENT_SECRET": ready.clients["service"]["secret"],
        "SSL_CERT_FILE": ready.ca_file,
    }
    return Command([program, "get-token", *flags, *more], stage.environment | variables)


def _cold(stage: Stage, command: Command) -> int:
    """How many requests for a token as many callers cost who come together, when none of them has one."""
    for cache in (".cache", ".IdentityService"):  # the second is theirs; its key is in a keyring of the kernel's
        shutil.rmtree(stage.home / cache, ignore_errors=True)
    before = stage.emulator.control.count("token")
    argv = [*command.argv, "--cache-dir", str(stage.home / "cold")]
    running = [
        subprocess.Popen(argv, env=command.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        for _ in range(CALLERS)
    ]
    for process in running:
        process.communicate()
        assert process.returncode == 0
    return stage.emulator.control.count("token") - before
