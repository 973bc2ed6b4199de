"""A machine that is set up for the emulator, as a user would have done it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine


class Scene:
    """A machine, the emulator, and git set up between them."""

    def __init__(self, machine: Machine, emulator: Emulator) -> None:
        self.machine = machine
        self.emulator = emulator
        machine.use(emulator)
        self.config = _git_alone(emulator.ready.config)
        machine.configure(self.config)
        emulator.control.settings(device_interval=0)  # Entra's 5 s would be most of a sign-in test's time
        self.repository = emulator.ready.repository
        self.personal_repository = self.repository.replace("/contoso/", "/fabrikam/")
        self.git_host = urlsplit(emulator.ready.git).netloc

    def entrust(self) -> None:
        """Give the profile `ci` its secret, and git its helper."""
        secret = self.emulator.ready.clients["service"]["secret"]
        self.machine.run("keyturn", "secret", "set", "ci", "-", input=f"{secret}\n", status=0)
        self.machine.run("keyturn", "setup", "git", status=0)

    def ask(
        self, path: str = "contoso/demo/_git/app", *, operation: str = "get", **more: str
    ) -> CompletedProcess[str]:
        """What git would ask for a repository of the emulator."""
        return self.machine.run("git-credential-keyturn", operation, input=self.attributes(path, **more))

    def attributes(self, path: str = "contoso/demo/_git/app", **more: str) -> str:
        """The request on the helper's stdin."""
        fields = {"protocol": "https", "host": self.git_host, "path": path, **more}
        return "".join(f"{name}={value}\n" for name, value in fields.items())

    def clone(self, name: str = "work", repository: str | None = None) -> Path:
        """A clone of the emulator's repository."""
        directory = self.machine.home / name
        self.machine.git("clone", "-q", repository or self.repository, str(directory))
        return directory

    def commit(self, directory: Path, content: bytes = b"more\n") -> None:
        """One more commit in `directory`."""
        with (directory / "file").open("ab") as file:
            file.write(content)
        self.machine.git("add", "file", directory=directory)
        self.machine.git("commit", "-qm", "more", directory=directory)

    def push(self, directory: Path, *, status: int = 0) -> CompletedProcess[str]:
        """Push the current branch."""
        return self.machine.git("push", "-q", "origin", "HEAD", directory=directory, status=status)

    def tokens_issued(self) -> int:
        """How many requests for a token the emulator has seen."""
        return self.emulator.control.count("token")


def _git_alone(config: str) -> str:
    """`config` without the targets of docker and kubectl: where a profile is good for one thing, it goes unnamed."""
    tables = re.split(r"^(?=\[)", config, flags=re.MULTILINE)
    return "".join(table for table in tables if not table.startswith(("[targets.docker]", "[targets.kube]")))


def password_of(answer: str) -> str:
    """The password in a helper's answer."""
    return dict(line.split("=", 1) for line in answer.splitlines())["password"]


@pytest.fixture
def scene(machine: Machine, emulator: Emulator) -> Scene:
    """Set up, with the service principal's secret entrusted."""
    made = Scene(machine, emulator)
    made.entrust()
    return made
