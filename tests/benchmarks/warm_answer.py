"""How long git waits for a token that is there: our native helper beside git's own credential-cache.

    python tests/benchmarks/warm_answer.py [ROUNDS]

Both helpers are run as git runs them, whole process, each answered from its daemon's memory, in shuffled order
within one run. Only the ratio means something: machines differ, and so does the same machine from minute to minute.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from keyturn_emulator.launch import Emulator

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.machine.machine import Machine
from support.scenes.scene import Scene

Command = tuple[list[str], dict[str, str], bytes]


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as directory, Emulator() as emulator, Machine(Path(directory)) as machine:
        commands = prepared(Scene(machine, emulator))
        times = measured(commands, rounds)
        report(times)
        memory = machine.json("status")["memory_kib"]
        pss, rss = memory["pss"] / 1024, memory["rss"] / 1024
        print(f"\ndaemon's memory: PSS {pss:.1f} MiB, RSS {rss:.1f} MiB (budget: PSS 32 MiB)")
        machine.run("/usr/bin/env", "git", "credential-cache", "exit", XDG_CACHE_HOME=str(machine.home))
    return 0


def prepared(scene: Scene) -> dict[str, Command]:
    """The commands to compare, each with its token already in its daemon's memory."""
    scene.entrust()
    machine = scene.machine
    answer = scene.ask().stdout
    git = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
    stored = scene.attributes() + answer
    environment = machine.environment | {"XDG_CACHE_HOME": str(machine.home)}
    cache = f"{git}/git-credential-cache"
    subprocess.run([cache, "--timeout=3600", "store"], input=stored.encode(), env=environment, check=True)
    request = scene.attributes().encode()
    helper = str(Path(sys.executable).parent / "git-credential-keyturn")
    commands = {
        "git credential-cache get": ([cache, "get"], environment, request),
        "git-credential-keyturn get": ([helper, "get"], environment, request),
        "/bin/true": (["/bin/true"], environment, b""),
    }
    for name in list(commands)[:2]:
        assert b"password=" in run(commands[name]), f"{name} gave no password"
    return commands


def run(command: Command) -> bytes:
    argv, environment, stdin = command
    return subprocess.run(argv, input=stdin, env=environment, stdout=subprocess.PIPE, check=True).stdout


def measured(commands: dict[str, Command], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of every run, by command."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name in random.sample(list(commands), len(commands)):
            began = time.perf_counter()
            run(commands[name])
            times[name].append((time.perf_counter() - began) * 1000)
    return times


def report(times: dict[str, list[float]]) -> None:
    peer = statistics.median(times["git credential-cache get"])
    print(f"{'':28} {'median':>8} {'min':>8} {'p90':>8} {'ratio of medians':>18}")
    for name, taken in times.items():
        median, p90 = statistics.median(taken), statistics.quantiles(taken, n=10)[-1]
        print(f"{name:28} {median:8.2f} {min(taken):8.2f} {p90:8.2f} {median / peer:18.2f}")
    print(f"\nmilliseconds, {len(next(iter(times.values())))} rounds, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    sys.exit(main())
