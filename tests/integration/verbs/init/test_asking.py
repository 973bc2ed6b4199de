"""What `init` asks, what it refuses to guess, and who has to agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.machine.machine import Machine


def test_what_stands_in_place_of_a_source_is_not_said_again(machine: Machine) -> None:
    awx = ("https://awx.example", "--service", "awx", "--account", "me", "--yes")
    for words in (("https://dev.azure.com/contoso",), awx):
        refused = machine.run("keyturn", "init", *words, "--secret", "hunter2", status=2)
        assert "a secret is not given on the command line" in refused.stderr
        assert "hunter2" not in refused.stdout + refused.stderr
    assert not machine.config_file.exists()


def test_an_answer_that_does_not_fit_is_asked_for_again(machine: Machine) -> None:
    with machine.terminal("keyturn", "init", "contoso.azurecr.io") as terminal:
        for question, slip, expected, answer in (
            (r"1, 2 or 3 \[1\]: ", "\udce4", "expected one of these", "1"),
            (r"a domain \[organizations\]: ", "contoso", "expected a tenant id or a domain", "Contoso.example"),
        ):
            terminal.wait_for(question)
            terminal.type(f"{slip}\n")
            terminal.wait_for(expected)
            terminal.wait_for(question)
            terminal.type(f"{answer}\n")
        terminal.wait_for(r"\[y/N\] ")
        terminal.type("\n")
        assert terminal.end() == 1
        assert 'tenant = "contoso.example"' in terminal.seen.lower()


def test_an_application_of_ones_own_has_to_be_named(machine: Machine) -> None:
    """Nothing entered was Azure CLI, which whoever chose their own did not want."""
    with machine.terminal("keyturn", "init", "contoso.azurecr.io") as terminal:
        terminal.wait_for(r"1, 2 or 3 \[1\]: ")
        terminal.type("2\n")
        terminal.wait_for(r"application \(client\) id: ")
        terminal.type("\n")
        assert terminal.end() == 2
        assert "the id of an application is needed" in terminal.seen


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["https://git.example/tfs"], "https://git.example/tfs: azure-devops, aks, acr or awx?"),
        (["https://awx.example", "--service", "awx"], "init https://awx.example --service awx --account NAME\n"),
        (["git@ssh.dev.azure.com:v3/contoso/demo/app"], "hint: keyturn init https://dev.azure.com/contoso\n"),
        (["contoso.azurecr.io", "--yes"], "keyturn init contoso.azurecr.io --yes --tenant ID-OR-DOMAIN\n"),
        (["--yes", "--", "contoso.azurecr.io"], "keyturn init --yes contoso.azurecr.io --tenant ID-OR-DOMAIN\n"),
        (["contoso.azurecr.io", "--profile", "../x"], "a profile's name has up to 64 letters"),
        (["contoso.azurecr.io", "--flow=browser"], "init contoso.azurecr.io --flow=browser --tenant ID-OR-DOMAIN\n"),
        (["https://awx.example", "--service", "awx", "--account", "al:ice"], "error: --account: expected a name"),
        (["--yes"], "a place is needed"),
        (["https://dev.azure.com/contoso", "--from-env"], "AZURE_TENANT_ID and AZURE_CLIENT_ID are not both set"),
        (["contoso-aks"], "no context of kubectl has that name"),
        (["contoso/aks"], "expected a URL that starts with https://, or a login server"),
        (["https://alice:secret@dev.azure.com/contoso"], "without a user name"),
    ],
)
def test_what_cannot_be_guessed(words: list[str], sentence: str, machine: Machine) -> None:
    refused = machine.run("keyturn", "init", *words, status=2)
    assert sentence in refused.stderr
    assert "secret" not in refused.stderr
    assert not machine.config_file.exists()


def test_the_yes_that_nobody_can_be_asked_for_is_an_option(machine: Machine) -> None:
    url = "https://dev.azure.com/contoso"
    refused = machine.run("keyturn", "init", url, "--tenant", "contoso.example", status=1)
    hint = f"keyturn init {url} --tenant contoso.example --yes"
    assert refused.stderr.splitlines()[-1] == f"keyturn: hint: to agree to it: {hint}"
    assert not machine.config_file.exists()


def test_a_repository_may_not_choose_by_itself(machine: Machine) -> None:
    clone = machine.home / "clone"
    machine.git("init", "-q", str(clone))
    machine.git("remote", "add", "origin", "https://mallory@dev.azure.com/mallory/p/_git/r", directory=clone)
    hint = "keyturn: hint: type the place as well, as you know it: keyturn init --yes --tenant contoso.example"
    refused = machine.run("keyturn", "init", "--yes", "--tenant", "contoso.example", directory=clone, status=1)
    assert "https://dev.azure.com/mallory" in refused.stdout
    assert refused.stderr == f"keyturn: error: there is no terminal to ask on\n{hint} URL\n"
    refused = machine.run("keyturn", "init", "--tenant", "contoso.example", directory=clone, status=1)
    assert refused.stderr.endswith(": keyturn init --tenant contoso.example --yes URL\n")
    assert not machine.config_file.exists()
