"""What the emulator prints for people: its configuration and its commands work as they stand there."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from keyturn_emulator.kubernetes.kubeconfig import NAME
from support.needs import need

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine

NEEDED = ("git", "kubectl", "skopeo", "curl")


def commands(text: str) -> str:
    """The indented lines, in order."""
    return "\n".join(line.strip() for line in text.splitlines() if line.startswith("  "))


def test_the_commands_work_as_they_are_printed(machine: Machine, emulator: Emulator) -> None:
    for program in NEEDED:
        need(program)
    _, _, rest = emulator.ready.help().partition("config.toml:\n\n")
    config, _, rest = rest.partition("then, in another terminal")
    alone, _, with_a_person = rest.partition("the second organisation")
    machine.configure(textwrap.dedent(config))
    done = machine.run(need("sh"), "-ec", commands(alone), status=0)
    assert (machine.home / "app/.git").is_dir()
    assert "kube-system" in done.stdout
    assert f"context {NAME} with user " in done.stdout
    assert '"username":"alice"' in done.stdout.replace(" ", "")
    assert emulator.control.count("registry.exchange") == 1
    assert done.stdout.count("the vault keeps the ") == 3
    emulator.control.settings(device_interval=0)
    with machine.terminal(need("sh"), "-ec", commands(with_a_person)) as terminal:
        emulator.control.approve(terminal.wait_for(r"enter the code (\S+)").group(1))
        assert terminal.end() == 0
    assert (machine.home / "personal/.git").is_dir()
