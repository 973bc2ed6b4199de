"""A machine for one test: a home, a clean environment, the installed programs, and no daemon left behind."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest

from keyturn.errors import KeyturnError
from keyturn.reach import client, launch
from support.machine.terminal import PATIENCE, Terminal
from support.needs import need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from keyturn_emulator.launch import Emulator

ANOTHER_NETWORK = '\n[network]\nno_proxy = "network'
PROGRAMS = Path(sysconfig.get_path("scripts"))
"""Where keyturn, keyturnd and the helpers are installed."""

GIT_CONFIG = """[user]
\tname = Alice
\temail = alice@contoso.example
[init]
\tdefaultBranch = main
"""


class Machine:
    """Everything below `directory`; a context manager, because its daemon has to be stopped.

    home, config, state, runtime: directories. environment: what every program started here gets, nothing else;
    a test may change it. programs: where keyturn is installed, by default where the tests are.
    """

    def __init__(self, directory: Path, programs: Path = PROGRAMS) -> None:
        self.programs = programs
        self.home, self.runtime = directory / "home", directory / "run"
        self.config, self.state = self.home / ".config/keyturn", self.home / ".local/state/keyturn"
        for private in (self.home, self.runtime, self.config):
            private.mkdir(parents=True, mode=0o700)
        (self.home / ".gitconfig").write_text(GIT_CONFIG, encoding="ascii")
        self.environment = {
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "PATH": f"{programs}:{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        self.git_program: str | None = None
        """The git that `git` runs, by default the installed one."""
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def config_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def socket(self) -> Path:
        """The daemon's socket."""
        return Path(self.environment.get("KEYTURN_SOCKET") or self.runtime / "keyturn/socket")

    def configure(self, text: str, *, key: str | None = "file") -> None:
        """Write config.toml; `key` is added as [daemon] key unless `text` has that table: no test needs a keyring."""
        if key is not None and "[daemon]" not in text:
            text = f'{text}\n[daemon]\nkey = "{key}"\n'
        self.config_file.write_text(text, encoding="utf-8")

    def change_network(self) -> None:
        """Have config.toml say that it is another: what has failed is tried anew then, at once."""
        before, _, last = self.config_file.read_text("utf-8").partition(ANOTHER_NETWORK)
        number = 1 + int(last.partition(".")[0] or 0)
        self.config_file.write_text(f'{before}{ANOTHER_NETWORK}{number}.example"\n', encoding="utf-8")

    def use(self, emulator: Emulator) -> None:
        """Configure the emulator's two profiles and two targets, and let git trust its CA."""
        self.configure(emulator.ready.config)
        self.git("config", "--global", "http.sslCAInfo", emulator.ready.ca_file)

    def run(
        self, *argv: str, input: str | bytes = b"", tty: bool = False, status: int | None = None,  # noqa: A002 - subprocess's name for it
        directory: Path | None = None, **environment: str,
    ) -> subprocess.CompletedProcess[str]:  # fmt: skip
        """Run an installed program, or any other by its path, to its end. Both outputs are decoded, untranslated.

        With `tty` it has a controlling terminal at which nobody sits, else it has none. `status`: the exit status it
        must have. `environment` is added to the machine's.
        """
        content = input.encode() if isinstance(input, str) else input
        command, merged = self._command(argv), self.environment | environment
        with contextlib.ExitStack() as stack:
            if tty:
                process = stack.enter_context(Terminal(command, merged, directory or self.home, piped=True)).process
            else:
                process = self.start(*argv, directory=directory, **environment)
            try:
                stdout, stderr = process.communicate(content, PATIENCE)
            except BaseException:
                process.kill()
                process.communicate()
                raise
        done = subprocess.CompletedProcess(command, process.returncode, _text(stdout), _text(stderr))
        if status is not None:
            assert done.returncode == status, done
        return done

    def start(self, *argv: str, directory: Path | None = None, **environment: str) -> subprocess.Popen[bytes]:
        """Start a program in a session of its own, without a terminal; the three streams are pipes."""
        process = subprocess.Popen(
            self._command(argv), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment | environment, cwd=directory or self.home, start_new_session=True,
        )  # fmt: skip
        self._started.append(process)
        return process

    def terminal(self, *argv: str, piped: bool = False, **environment: str) -> Terminal:
        """A program on a terminal of its own, see support.machine.terminal."""
        return Terminal(self._command(argv), self.environment | environment, self.home, piped=piped)

    def git(self, *argv: str, directory: Path | None = None, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run git; it must end with `status`."""
        return self.run(self.git_program or need("git"), *argv, directory=directory, status=status)

    def json(self, *argv: str, **options: Any) -> Any:
        """What `keyturn ARGV --json` prints; it must succeed."""
        return json.loads(self.run("keyturn", *argv, "--json", status=0, **options).stdout)

    def daemon_pid(self) -> int | None:
        """The pid of the daemon that holds this machine's state, None when none lives."""
        try:
            pid = json.loads((self.state / "holder.json").read_bytes())["pid"]
            command = Path(f"/proc/{pid}/cmdline").read_bytes()  # empty for a zombie
        except FileNotFoundError:
            return None
        return int(pid) if b"\0keyturnd\0" in command else None

    def kill_daemon(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send the daemon a signal that ends it, and wait for its end."""
        pid = self.daemon_pid()
        assert pid is not None, "there is no daemon to kill"
        _end(pid, number)

    def stop(self) -> None:
        """Stop all that was started here, the daemon too; may be called again."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in filter(None, (process.stdin, process.stdout, process.stderr)):
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        self._started.clear()
        if (pid := self.daemon_pid()) is not None:
            os.kill(pid, signal.SIGCONT)  # a test may have left it stopped
            _end(pid, signal.SIGTERM)
        self._stop_whoever_listens()

    def _stop_whoever_listens(self) -> None:
        """One that was only just being started has no holder.json yet, but its socket takes requests already."""
        with contextlib.suppress(client.NotRunning, KeyturnError):  # one that only refuses leaves by itself
            client.exchange(launch.running(str(self.socket)), client.Request("POST", "/v1/daemon/stop"))
            if (pid := self.daemon_pid()) is not None:
                _end(pid, signal.SIGTERM)

    def _command(self, argv: tuple[str, ...]) -> list[str]:
        program = argv[0] if "/" in argv[0] else str(self.programs / argv[0])
        return [program, *argv[1:]]


def _end(pid: int, number: signal.Signals) -> None:
    """Send the signal and wait until the process is gone, which must not take long."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        signal.pidfd_send_signal(descriptor, number)
        if not select.select([descriptor], [], [], PATIENCE)[0]:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            pytest.fail(f"the daemon did not end on {number.name}")
    except ProcessLookupError:
        pass
    finally:
        os.close(descriptor)


def _text(output: bytes) -> str:
    return output.decode(errors="surrogateescape")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A machine of the test's own."""
    with Machine(tmp_path) as fresh:
        yield fresh
