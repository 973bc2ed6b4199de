"""`keyturn completion`: the scripts in their shells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from support.needs import need

if TYPE_CHECKING:
    from support.machine.machine import Machine

CONFIG = """[profile.work]
provider = "entra"
flow = "device-code"
application_id = "preset:azure-cli"

[targets.git]
"https://dev.azure.com/contoso" = "work"

[targets.docker]
"contoso.azurecr.io" = "work"
"""
# What bash does after the words have been typed, and the tabulator after the last.
BASH = """source <(keyturn completion bash)
COMP_WORDS=({words}) COMP_CWORD={last}
complete=$(complete -p keyturn); complete=${{complete#*-F }}
${{complete%% *}} keyturn "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
CASES = [
    (["tok"], ["token"]),
    (["login", ""], ["work"]),
    (["token", "--for"], ["--format"]),
    (["setup", ""], ["docker", "git", "kube"]),
    (["target", "remove", "con"], ["contoso.azurecr.io"]),
    (["token", "--registry", ""], ["contoso.azurecr.io"]),
    (["token", "--audience", "a"], ["acr", "aks", "arm", "azure-devops"]),
    (["setup", "kube", "--context", ""], ["aks-admin", "contoso-aks"]),
    (["help", "dem"], ["demo"]),
    (["init", ""], ["aks-admin", "contoso-aks", "contoso.azurecr.io", "https://dev.azure.com/contoso"]),
    (["init", "--flow", "b"], ["browser"]),
    (["azure", "new-token", "--environment", "AzureU"], ["AzureUSGovernment"]),
    (["setup", "git", ""], ["https://dev.azure.com/contoso"]),
    (["setup", "docker", ""], ["contoso.azurecr.io"]),
    (["kubelogin", "conv"], ["convert-kubeconfig"]),
]
KUBECONFIG = """apiVersion: v1
clusters:
- cluster:
    server: https://cluster.example
  name: a-cluster
contexts:
- context:
    cluster: a-cluster
    user: alice
  name: contoso-aks
- context: {}
  name: $(touch planted)
- name: "aks-admin"
  context:
    name: inside
current-context: contoso-aks
users:
- name: alice
"""


@pytest.fixture
def configured(machine: Machine) -> Machine:
    machine.configure(CONFIG)
    (machine.home / ".kube").mkdir()
    (machine.home / ".kube/config").write_text(KUBECONFIG, "utf-8")
    return machine


@pytest.mark.parametrize(("typed", "offered"), CASES)
def test_bash(typed: list[str], offered: list[str], configured: Machine) -> None:
    machine = configured
    words = " ".join(f'"{word}"' for word in ["keyturn", *typed])
    script = BASH.format(words=words, last=len(typed))
    assert sorted(machine.run(need("bash"), "-c", script, status=0).stdout.split()) == offered
    assert machine.daemon_pid() is None
    assert not (machine.home / "planted").exists()


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("target remove https://d", "//dev.azure.com/contoso"),
        ("target remove contoso.azurecr.io https:", "//dev.azure.com/contoso"),
        ("target add https://dev.azure.com/other w", "work"),
    ],
)
def test_bash_takes_words_apart_at_colons(typed: str, completed: str, configured: Machine) -> None:
    """As it does itself, on a line that somebody types."""
    words = " ".join(f'"{part}"' for word in ["keyturn", *typed.split()] for part in re.split("(:)", word) if part)
    script = BASH.format(words=words, last="${#COMP_WORDS[@]}-1").replace("COMP_CWORD=", "; COMP_CWORD=")
    breaks = "COMP_WORDBREAKS=':= '; "
    done = configured.run(need("bash"), "-c", f"{breaks}{script}", status=0).stdout
    assert sorted(done.split()) == completed.split()


def test_fish(configured: Machine) -> None:
    for typed, offered in CASES:
        script = f'keyturn completion fish | source; complete -C "keyturn {" ".join(typed)}"'
        lines = configured.run(need("fish"), "--no-config", "-c", script, status=0).stdout.splitlines()
        assert sorted(line.split("\t")[0] for line in lines) == offered


def test_zsh_reads_its_script(machine: Machine) -> None:
    machine.configure(CONFIG)
    script = "autoload -Uz compinit; compinit -D; source <(keyturn completion zsh); whence -w _shtab_keyturn"
    assert machine.run(need("zsh"), "-f", "-c", script, status=0).stdout == "_shtab_keyturn: function\n"


def test_no_configuration_and_a_broken_one_offer_nothing(machine: Machine) -> None:
    assert machine.run("keyturn", "completion", "--names", "profiles", status=0).stdout.strip() == ""
    machine.configure("[profile")
    done = machine.run("keyturn", "completion", "--names", "targets", status=0)
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_a_mistake_elsewhere_hides_no_name_and_what_a_shell_would_expand_is_none(machine: Machine) -> None:
    machine.configure('[profile.work]\nprovidre = 1\n[profile."$(touch planted)"]\n')
    assert machine.run("keyturn", "completion", "--names", "profiles", status=0).stdout == "work\n"
