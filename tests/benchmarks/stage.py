"""A build on a machine of its own, set up for the emulator, and what callers would ask it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from benchmarks.builds import THIS, Build
from benchmarks.timing import Command
from keyturnd.vault.vault import vault_directory
from support.machine.machine import Machine
from support.scenes.cluster import exec_info

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from keyturn_emulator.launch import Emulator

OPERATIONS = {"git": "get", "docker": "get", "kube": "get-token"}
"""What each family's caller asks for a credential with."""


class Stage(Machine):
    """The service principal's secret is entrusted; a context manager, because its daemon has to be stopped."""

    def __init__(self, build: Build, directory: Path, emulator: Emulator) -> None:
        super().__init__(directory, build.programs)
        self.build = build
        self.emulator = emulator
        self.configure(emulator.ready.config)
        secret = emulator.ready.clients["service"]["secret"]
        self.run("keyturn", "secret", "set", "ci", "-", input=f"{secret}\n", status=0)

    def label(self, name: str) -> str:
        """`name` in the results, where another build's is there too."""
        return name if self.ours else f"{name} ({self.build.name})"

    @property
    def ours(self) -> bool:
        """Whether it is this build, and not one it is compared with."""
        return self.build.name == THIS.name

    def earlier(self, stages: Sequence[Stage], name: str) -> tuple[str, ...]:
        """What the row `name` is called where it is compared: the other builds' for this one's, else nothing."""
        return tuple(other.label(name) for other in stages if not other.ours) if self.ours else ()

    def native(self, family: str) -> Command:
        """The helper as a caller starts it."""
        return self._asking(family, f"{family}-credential-keyturn")

    def helpers(self) -> dict[str, Command]:
        """Native and twin of each family."""
        natives = {f"{family}, native": self.native(family) for family in OPERATIONS}
        return natives | {f"{family}, twin": self.twin(family) for family in OPERATIONS}

    def git_as_set_up(self) -> Command:
        """The helper as git starts it after `keyturn setup git`, with the words that were written there."""
        url = self.emulator.ready.repository
        helper = self.git("config", "--get-urlmatch", "credential.helper", url).stdout
        command = self.native("git")
        return command._replace(argv=[command.argv[0], *shlex.split(helper)[1:], *command.argv[1:]])

    def twin(self, family: str) -> Command:
        """The same request by way of Python."""
        return self._asking(family, "keyturn", "helper", family)

    def add_awx(self) -> None:
        """Give it a profile on the emulator's AWX, `tower`, beside what it has."""
        ready = self.emulator.ready
        self.configure(f"{ready.config}\n{ready.awx_config}")
        self.run("keyturn", "secret", "set", "tower", "-", input=f"{ready.awx_users['alice']}\n", status=0)

    def forget_tokens(self) -> None:
        """Take the access tokens out of the vault; no daemon may run."""
        for record in vault_directory(self.state).iterdir():
            if record.read_bytes().split(b"\n")[1].find(b'"kind":"access-token"') >= 0:
                record.unlink()

    def git_request(self) -> bytes:
        """What git writes to a helper's stdin."""
        url = urlsplit(self.emulator.ready.repository)
        return f"protocol=https\nhost={url.netloc}\npath={url.path[1:]}\n\n".encode()

    def _asking(self, family: str, program: str, *words: str) -> Command:
        ready = self.emulator.ready
        stdin = {"git": self.git_request(), "docker": ready.registry.encode()}.get(family, b"")
        info = {"KUBERNETES_EXEC_INFO": exec_info(ready.cluster, authority=b"")} if family == "kube" else {}
        argv = [str(self.programs / program), *words, OPERATIONS[family]]
        return Command(argv, self.environment | info, stdin)
