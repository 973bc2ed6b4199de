"""Where the demo plays: a directory, a clean environment and an emulator, and nothing left of them in the end."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from keyturn.reach.installed import program
from keyturn.verbs.demo.processes import end_group, ended_within, kill
from keyturn.verbs.demo.verdicts import Command, Failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self

    from keyturn.verbs.demo.interruption import Interruption
    from keyturn.verbs.demo.show import Display
    from keyturn_emulator.launch import Emulator

PATIENCE = 60.0
"""Seconds for a command to end. Each of them takes a fraction of one."""

STOP_PATIENCE = 10.0
"""Seconds for the daemon to leave."""

GIT_CONFIG = """[user]
\tname = Demo
\temail = demo@contoso.example
[init]
\tdefaultBranch = main
[http]
\tsslCAInfo = {ca_file}
"""


class Stage:
    """A context manager; in the end every process started here is gone, and the directory too unless it is kept.

    home: the HOME of all commands. environment: all they get. programs: where keyturn's are. commands: what was run.
    interruption: heeded neither while this is entered nor while it is left.
    """

    def __init__(self, display: Display, interruption: Interruption, *, keep: bool = False) -> None:
        self.display = display
        self.interruption = interruption
        self.commands: list[Command] = []
        self._keep = keep
        self.programs = Path(program("git-credential-keyturn")).parent
        self._emulator: Emulator | None = None

    def __enter__(self) -> Self:
        with ExitStack() as cleanup:
            # A configuration that others can write is refused, and that is what a umask of 002 would make of ours.
            cleanup.callback(os.umask, os.umask(0o077))
            self.home = Path(tempfile.mkdtemp(prefix="keyturn-demo-")).resolve()
            if not self._keep:
                cleanup.callback(shutil.rmtree, self.home)
            (self.home / "run").mkdir(mode=0o700)
            self.environment = {
                "HOME": str(self.home),
                "XDG_RUNTIME_DIR": str(self.home / "run"),
                "PATH": f"{self.programs}:{os.environ.get('PATH', os.defpath)}",
                "LANG": "C.UTF-8",
                "TERM": "dumb",
                "GIT_CONFIG_NOSYSTEM": "1",
            }
            cleanup.callback(self._stop_daemon)
            self._cleanup = cleanup.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._cleanup.close()

    @property
    def emulator(self) -> Emulator:
        """The running emulator."""
        assert self._emulator is not None, "the first step starts it"
        return self._emulator

    def start_emulator(self) -> None:
        """Start it, and let git trust its certificates. Raises Failed."""
        from keyturn_emulator.launch import Emulator, EmulatorError  # noqa: PLC0415 - an extra

        directory, log = self.home / "emulator", self.home / "emulator.log"
        self.show(self.home, "python -m keyturn_emulator --directory ~/emulator")
        try:
            with log.open("wb") as errors, self.interruption.put_off():
                self._emulator = Emulator(("--log", "--directory", str(directory)), errors)
                self._cleanup.callback(self._emulator.stop)
            self._emulator.wait_until_ready()
        except EmulatorError as error:
            said = log.read_text(errors="replace").splitlines()
            self.display.output("\n".join(said))
            raise Failed(said[-1].removeprefix("keyturn-emulator: error: ") if said else str(error)) from None
        git_config = GIT_CONFIG.format(ca_file=self._emulator.ready.ca_file)
        (self.home / ".gitconfig").write_text(git_config, encoding="utf-8")

    def token_requests(self) -> int:
        """How many requests for a token the emulator has seen."""
        return self.emulator.control.count("token")

    def run(
        self, *argv: str, status: int | None = 0, source: Path | None = None, directory: Path | None = None,
        secret: bool = False,
    ) -> Command:  # fmt: skip
        """Show and run a command, without a terminal, with the file `source` as its input, in `directory` (the home).

        It must end with exit status `status`, if that is not None. Where its output is `secret` it is not shown.
        """
        redirection = f" < {self.shown(str(source))}" if source else ""
        line = shlex.join(argv).replace(str(self.home), "~") + redirection
        self.show(directory or self.home, line)
        started = time.monotonic()
        ended, output = self._run(argv, source, directory)
        done = Command(line, ended, time.monotonic() - started, None if secret else output)
        self.commands.append(done)
        if not secret:
            self.display.output(output)
        if status is not None and ended != status:
            raise Failed(f"{line.partition(' < ')[0]} ended with status {ended}, expected {status}")
        return done

    def status(self) -> dict[str, Any]:
        """What `keyturn status --json` tells."""
        ended, output = self._run(("keyturn", "status", "--json"))
        if ended != 0:
            raise Failed(f"keyturn status --json ended with status {ended}: {output}")
        status: dict[str, Any] = json.loads(output)
        return status

    def profile(self, name: str) -> dict[str, Any]:
        """What the daemon tells of a profile."""
        profiles: list[dict[str, Any]] = self.status()["profiles"]
        return next(profile for profile in profiles if profile["name"] == name)

    def time(self, *argv: str, source: Path) -> float:
        """How many seconds a command takes that is run without showing it. It must succeed."""
        started = time.monotonic()
        ended, _ = self._run(argv, source)
        if ended != 0:
            raise Failed(f"{argv[0]} ended with status {ended}")
        return time.monotonic() - started

    def show(self, directory: Path, command: str) -> None:
        """Show a command that is run in another way than by `run`."""
        self.display.command(self.shown(str(directory)), command)

    def shown(self, path: str) -> str:
        """A path as a user would write it."""
        return path.replace(str(self.home), "~")

    def _run(
        self, argv: tuple[str, ...], source: Path | None = None, directory: Path | None = None,
        patience: float = PATIENCE,
    ) -> tuple[int, str]:  # fmt: skip
        """Exit status and output. A session of its own: Ctrl-C is ours, and so is the end of all it started."""
        with ExitStack() as stack:
            given = stack.enter_context(open(source or os.devnull, "rb"))  # noqa: PTH123 - may be None
            with self.interruption.put_off():
                process = subprocess.Popen(
                    argv, env=self.environment, cwd=directory or self.home, start_new_session=True,
                    stdin=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                )  # fmt: skip
                stack.enter_context(process)
                stack.callback(_end, process)
            try:
                output, _ = process.communicate(timeout=patience)
            except subprocess.TimeoutExpired:
                raise Failed(f"{argv[0]} did not end within {patience:.0f} s") from None
        return process.returncode, output.decode(errors="replace")

    def _stop_daemon(self) -> None:
        """Ask it to leave; kill it if it does not."""
        try:
            ended, output = self._run(("keyturn", "daemon", "stop", "--json"), patience=STOP_PATIENCE)
        except Failed:
            ended = 1
        if ended == 0:
            pid, patience = json.loads(output).get("pid"), STOP_PATIENCE
        else:
            pid, patience = self._holder(), 0.0
        if pid is not None and not ended_within(pid, patience):
            kill(pid)
            ended_within(pid, STOP_PATIENCE)

    def _holder(self) -> int | None:
        """The pid of the daemon that has our state directory, as it noted there."""
        try:
            noted = json.loads((self.home / ".local/state/keyturn/holder.json").read_bytes())
        except FileNotFoundError:
            return None
        return int(noted["pid"])


def _end(process: subprocess.Popen[bytes]) -> None:
    """And all that it has started, where it has not ended."""
    if process.poll() is None:
        end_group(process.pid)
