"""Somebody who does what a page says, on a machine that reaches the emulator by the names of the real servers."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import tomlkit
import yaml

from keyturn_emulator import real_names
from keyturn_emulator.real_names import DEVICE, JOBS, SERVICE
from keyturn_emulator.registry.sample import write_image
from support.documents.blocks import to_follow
from support.needs import need

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping
    from typing import Any, Self

    from keyturn_emulator.launch import Emulator
    from support.documents.blocks import Block
    from support.machine.machine import Machine

TENANT = "11111111-2222-3333-4444-555555555555"
CONNECTION = "6aba0d26-1b43-4f5c-9f5b-7a1b1f0d3c2e"
BEGINNING = re.compile(r"(?:\$ )?keyturn init ")


def begins_with_init(page: Path) -> bool:
    """Whether the page begins with nothing, as the README does."""
    return any(BEGINNING.match(block.text) for block in to_follow(page))


class Reader:
    """Follows blocks in their order, in `machine`'s home; a context manager, because names have to be led somewhere.

    Where a page has an id that each run of the emulator draws anew, that one is put in its place.
    """

    def __init__(self, machine: Machine, emulator: Emulator) -> None:
        self.machine, self.emulator = machine, emulator
        ready = emulator.ready
        self._tunnels = real_names.tunnels(ready)
        self._ids = {
            SERVICE: ready.clients["service"]["application_id"],
            DEVICE: ready.clients["device"]["application_id"],
            TENANT: ready.tenant,
            CONNECTION: ready.service_connection,
        }
        own = machine.home / ".local/bin"  # else `setup kube --as-kubelogin` puts its program beside ours
        own.mkdir(parents=True, exist_ok=True)
        path = f"{own}:{machine.environment['PATH']}"
        given = real_names.environment(ready, self._tunnels.url, machine.home.parent)
        self._kubeconfig = given.pop("KUBECONFIG")
        machine.environment |= {**given, "PATH": path}
        self._furnish()

    def __enter__(self) -> Self:
        self._tunnels.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.machine.stop()
        self._tunnels.__exit__()

    def begin(self) -> None:
        """Sign in to the profile `work` for an organization, as the README begins."""
        self._run("keyturn init https://dev.azure.com/contoso --tenant contoso.example --yes")

    def follow(self, block: Block) -> None:
        """Do what the block says; it must work, and print what it is said to print."""
        text = block.text
        for shown, drawn in self._ids.items():
            text = text.replace(shown, drawn)
        if block.language == "toml":
            self._write(text)
        elif block.language == "yaml":
            self._do_job(text)
        elif block.language == "console":
            self._compare(text)
        else:
            self._run(text)

    def _furnish(self) -> None:
        """What a reader has: a kubeconfig, a policy of skopeo's, an image, and a secret in a file."""
        home, ready = self.machine.home, self.emulator.ready
        files = {
            ".kube/config": Path(self._kubeconfig).read_text("utf-8"),
            ".config/containers/policy.json": '{"default": [{"type": "insecureAcceptAnything"}]}',
            "secret.txt": ready.clients["service"]["secret"],
        }
        for name, content in files.items():
            (home / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            (home / name).write_text(content, "utf-8")
            (home / name).chmod(0o600)
        write_image(home / "image")

    def _write(self, text: str) -> None:
        """Put tables into config.toml, over those that are there."""
        path = self.machine.config_file
        document = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
        _merge(document, tomlkit.parse(text).unwrap())
        path.write_text(tomlkit.dumps(document), "utf-8")
        path.chmod(0o600)
        self._run("keyturn profile list >/dev/null")

    def _do_job(self, text: str) -> None:
        """Run the steps of a workflow as a fresh runner would, in the environment of such a job, keyturn in place."""
        self._forget()
        workflow = yaml.safe_load(text)
        name = next(host for host, kind in JOBS.items() if (kind == "github-actions") == ("permissions" in workflow))
        given = self.emulator.ready.environments[JOBS[name]]
        base = urlsplit(real_names.asked_by_job(self.emulator.ready, JOBS[name])).netloc
        job = {key: value.replace(base, name) for key, value in given.items()} | workflow.get("env", {})
        for step in workflow["steps"]:
            task = step.get("inputs", {})
            script = step.get("run") or step.get("script") or task["inlineScript"]
            if "pipx install" not in script:
                found = job | (self._of_connection() if "azureSubscription" in task else {})
                self.machine.run(need("bash"), "-euo", "pipefail", "-c", script, status=0, **found)

    def _of_connection(self) -> dict[str, str]:
        """What tasks of Azure Pipelines set for scripts of theirs, of the service connection that they are given."""
        said = {"TENANT_ID": TENANT, "CLIENT_ID": SERVICE, "SERVICE_CONNECTION_ID": CONNECTION}
        return {f"AZURESUBSCRIPTION_{name}": self._ids[shown] for name, shown in said.items()}

    def _forget(self) -> None:
        """Everything of keyturn's, and what was cloned."""
        self.machine.stop()
        for directory in (self.machine.config, self.machine.state, self.machine.home / "app"):
            shutil.rmtree(directory, ignore_errors=True)

    def _compare(self, text: str) -> None:
        """Run each command behind a `$`, and compare what stands below it, unfolded; `…` stands for anything."""
        for command, told in _exchanges(text):
            seen = self._run(command, fails=None)
            wanted = ".*".join(re.escape(" ".join(part.split())) for part in told.split("…"))
            assert re.fullmatch(wanted, " ".join(seen.split())), f"{command}\n{seen}\nis not\n{told}"

    def _run(self, script: str, *, fails: bool | None = False) -> str:
        """What a terminal shows; questions are answered as a person would."""
        ready = self.emulator.ready
        answers = {
            r"\[y/N\] ": lambda _: "y\n",
            r"\[[\w.-]+\]: ": lambda _: "\n",
            r"enter the code (\S+)": self._approve,
            r"client secret(?: of [^:\n]*)?: ": lambda _: f"{ready.clients['service']['secret']}\n",
            r"password of [^:\n]*: ": lambda _: f"{ready.awx_users['alice']}\n",
        }
        with self.machine.terminal(need("bash"), "-euo", "pipefail", "-c", script, COLUMNS="100") as terminal:
            status = terminal.play(answers)
            assert fails is None or status == 0, f"{script}\n{terminal.seen}"
            return terminal.seen

    def _approve(self, found: re.Match[str]) -> str:
        """Approve a device code on another screen; nothing is typed here."""
        self.emulator.control.approve(found[1])
        return ""


def _exchanges(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a `console` block, and what stands below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, told = part.partition("\n")
        yield command, told.rstrip("\n")


def _merge(into: MutableMapping[str, Any], what: dict[str, Any]) -> None:
    for key, value in what.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value
