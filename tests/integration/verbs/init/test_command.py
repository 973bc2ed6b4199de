"""`keyturn init`: from an empty home to the first answer, at a terminal and without one."""

from __future__ import annotations

import json
import shlex
import tomllib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from support.scenes.cluster import CONTEXT

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine

CODE = r"enter the code (\S+)"


class Newcomer:
    """A machine where git trusts the emulator's CA, and nothing of keyturn has ever been."""

    def __init__(self, machine: Machine, emulator: Emulator) -> None:
        self.machine, self.emulator = machine, emulator
        machine.git("config", "--global", "http.sslCAInfo", emulator.ready.ca_file)
        emulator.control.settings(device_interval=1)
        self.tenant = emulator.ready.tenant

    def words(self, url: str, *more: str) -> tuple[str, ...]:
        """A server of one's own has no name that tells anything, so all of it is said."""
        ready, login = self.emulator.ready, urlsplit(self.emulator.ready.authority)
        application = ready.clients["device"]["application_id"]
        return (
            "keyturn", "init", url, "--service", "azure-devops", "--flow", "device-code", "--tenant", self.tenant,
            "--application-id", application, "--authority", f"https://{login.netloc}", "--ca-file", ready.ca_file,
            *more,
        )  # fmt: skip

    @property
    def written(self) -> dict[str, object]:
        """The configuration there is."""
        return tomllib.loads(self.machine.config_file.read_text(encoding="utf-8"))


@pytest.fixture
def newcomer(machine: Machine, emulator: Emulator) -> Newcomer:
    return Newcomer(machine, emulator)


def test_a_clone_url_at_a_terminal(newcomer: Newcomer) -> None:
    url = newcomer.emulator.ready.repository
    with newcomer.machine.terminal(*newcomer.words(url)) as terminal:
        terminal.wait_for(r"\[profile\.work\]")
        terminal.wait_for(r"write this, and sign in\? \[y/N\] ")
        assert not newcomer.machine.config_file.exists()
        terminal.type("y\n")
        newcomer.emulator.control.approve(terminal.wait_for(CODE).group(1))
        terminal.wait_for("git asks keyturn for")
        terminal.wait_for(r"git reads \S+: no branch yet")
        assert terminal.end() == 0
        way_back = terminal.seen.rpartition("to take it back:")[2].split("keyturn ")[1:]
    assert newcomer.machine.config_file.stat().st_mode & 0o777 == 0o600
    newcomer.machine.git("clone", "-q", url, "clone")
    for command in way_back:
        newcomer.machine.run("keyturn", *command.split(), status=0)
    assert "profile" not in newcomer.written or newcomer.written["profile"] == {}


def test_nobody_agrees(newcomer: Newcomer) -> None:
    url = newcomer.emulator.ready.repository
    with newcomer.machine.terminal(*newcomer.words(url)) as terminal:
        terminal.wait_for(r"\[y/N\] ")
        terminal.type("\n")
        assert terminal.end() == 1
        assert "nothing was written" in terminal.seen
    assert not newcomer.machine.config_file.exists()


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
            (r"1, 2 or 3 \[1\]: ", "4", "expected one of these numbers", "1"),
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
        (["git@ssh.dev.azure.com:v3/contoso/demo/app"], "hint: keyturn init --help"),
        (["contoso.azurecr.io", "--yes"], "keyturn init contoso.azurecr.io --yes --tenant ID-OR-DOMAIN\n"),
        (["contoso.azurecr.io", "--flow=browser"], "init contoso.azurecr.io --flow=browser --tenant ID-OR-DOMAIN\n"),
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
    words = ("keyturn", "init", "--yes", "--tenant", "contoso.example")
    refused = machine.run(*words, directory=clone, status=1)
    assert "https://dev.azure.com/mallory" in refused.stdout
    assert "no terminal to ask on" in refused.stderr
    assert "type the place as well, as you know it: keyturn init URL\n" in refused.stderr
    assert not machine.config_file.exists()


def test_a_second_place_of_the_same_person_gets_the_same_profile(newcomer: Newcomer) -> None:
    url = newcomer.emulator.ready.git
    with newcomer.machine.terminal(*newcomer.words(f"{url}/contoso", "--yes")) as first:
        newcomer.emulator.control.approve(first.wait_for(CODE).group(1))
        assert first.end() == 0
    done = newcomer.machine.run(*newcomer.words(f"{url}/fabrikam", "--yes"), status=0)
    assert "is signed in as" in done.stdout
    profiles = newcomer.written["profile"]
    assert isinstance(profiles, dict)
    assert list(profiles) == ["work"]
    third = newcomer.machine.run(
        "keyturn", "init", f"{url}/tailspin", "--service", "azure-devops", "--profile", "work", "--yes", status=0
    )
    assert "[profile.work]" not in third.stdout, "it is named, so it stays as it is"
    assert newcomer.written["profile"] == profiles
    assert "keyturn setup git --undo" not in third.stdout, "two other places need it"
    assert f"keyturn target remove {url}/tailspin\n" in third.stdout


def test_what_is_there_is_not_written_over(newcomer: Newcomer) -> None:
    machine, place = newcomer.machine, f"{newcomer.emulator.ready.git}/contoso"
    with machine.terminal(*newcomer.words(place, "--yes")) as first:
        newcomer.emulator.control.approve(first.wait_for(CODE).group(1))
        assert first.end() == 0
    before = machine.config_file.read_bytes()
    other = ("--account", "bob@contoso.example", "--profile", "work", "--yes")
    refused = machine.run(*newcomer.words(place, *other), status=1)
    assert "there is a profile work already, which signs in otherwise\n" in refused.stderr
    assert "keyturn: hint: keyturn profile show work\n" in refused.stderr
    wrong = machine.run(*newcomer.words(f"{place}/x", "--yes", "--secret", "hunter2-planted"), status=2)
    assert "hunter2" not in wrong.stderr + wrong.stdout
    assert machine.config_file.read_bytes() == before


def test_a_sign_in_that_takes_a_person_says_how_to_go_on(newcomer: Newcomer) -> None:
    place = f"{newcomer.emulator.ready.git}/contoso"
    words = newcomer.words(place, "--yes")
    refused = newcomer.machine.run(*words, status=3)
    assert f"keyturn: hint: go to a terminal, then: {shlex.join(words)}\n" in refused.stderr
    with newcomer.machine.terminal(*newcomer.words(place)) as terminal:
        terminal.wait_for(r"sign in, and set up\? \[y/N\] ")
        terminal.type("y\n")
        newcomer.emulator.control.approve(terminal.wait_for(CODE).group(1))
        assert terminal.end() == 0
        assert f"git gets a token for {place} from keyturn" in terminal.seen


def test_what_is_left_after_a_refusal_is_done_by_the_same_command(newcomer: Newcomer) -> None:
    machine, place = newcomer.machine, f"{newcomer.emulator.ready.git}/contoso"
    service = newcomer.emulator.ready.clients["service"]
    application = ("--flow", "client-secret", "--application-id", service["application_id"], "--secret", "-")
    words = newcomer.words(place, "--yes", *application)
    refused = machine.run(*words, input="mistyped", status=1)
    assert f"not all of it is set up yet; to go on from here:\n    {shlex.join(words)}\n" in refused.stdout
    done = machine.run(*words, input=service["secret"], status=0)
    assert f"git gets a token for {place} from keyturn" in done.stdout


def test_a_place_that_is_a_target_already_is_set_up_with_its_profile(newcomer: Newcomer) -> None:
    machine, place = newcomer.machine, f"{newcomer.emulator.ready.git}/contoso"
    with machine.terminal(*newcomer.words(place, "--yes")) as first:
        newcomer.emulator.control.approve(first.wait_for(CODE).group(1))
        assert first.end() == 0
    machine.run("keyturn", "setup", "git", "--undo", status=0)
    before = machine.config_file.read_bytes()
    again = machine.run("keyturn", "init", place, "--service", "azure-devops", "--yes", status=0).stdout
    assert f"{place} is a target of profile work already (--profile NAME takes another)\n" in again
    assert f"git gets a token for {place} from keyturn" in again
    assert "wrote" not in again
    assert "take it back" not in again
    assert machine.config_file.read_bytes() == before


def test_a_place_that_was_anothers_goes_back_to_them(newcomer: Newcomer) -> None:
    place = f"{newcomer.emulator.ready.git}/contoso"
    service = newcomer.emulator.ready.clients["service"]
    words = newcomer.words(place, "--yes", "--profile")
    with newcomer.machine.terminal(*words, "first") as first:
        newcomer.emulator.control.approve(first.wait_for(CODE).group(1))
        assert first.end() == 0
    before = newcomer.written
    machine = ("--flow", "client-secret", "--application-id", service["application_id"], "--secret", "-")
    second = newcomer.machine.run(*words, "second", *machine, input=service["secret"], status=0)
    assert f"{place} is a target of profile first until now" in second.stdout
    back = [line.split() for line in second.stdout.partition("to take it back:")[2].splitlines() if line]
    assert [command[1:3] for command in back] == [["target", "add"], ["profile", "remove"]], "git was set up before"
    for command in back:
        newcomer.machine.run(*command, status=0)
    assert newcomer.written["targets"] == before["targets"]


def test_several_places_of_a_job_that_has_its_variables(newcomer: Newcomer) -> None:
    machine, ready = newcomer.machine, newcomer.emulator.ready
    service = ready.clients["service"]
    machine.configure("")
    machine.environment |= {
        "AZURE_TENANT_ID": ready.tenant, "AZURE_CLIENT_ID": service["application_id"],
        "AZURE_CLIENT_SECRET": service["secret"], "AZURE_AUTHORITY_HOST": ready.authority,
    }  # fmt: skip
    options = ("--from-env", "--yes", "--ca-file", ready.ca_file)
    git = [f"{ready.git}/contoso", f"{ready.git}/contoso/demo"]
    done = machine.run("keyturn", "init", *git, "--service", "azure-devops", *options, status=0)
    assert all(f"git gets a token for {place} from keyturn" in done.stdout for place in git)
    assert service["secret"] not in done.stdout + machine.config_file.read_text("utf-8")
    done = machine.run("keyturn", "init", ready.registry, "--service", "acr", *options, status=0)
    assert f"docker, podman and helm get a login for {ready.registry} from keyturn" in done.stdout
    assert "keyturn profile remove" not in done.stdout, "others need it"
    written = newcomer.written
    assert isinstance(written["profile"], dict)
    assert list(written["profile"]) == ["work"]


def test_a_program_that_a_kubeconfig_names_is_none_of_the_proof(newcomer: Newcomer) -> None:
    """KUBECONFIG may come with a clone, whose author cannot have known who sets up what for which cluster."""
    machine, ready = newcomer.machine, newcomer.emulator.ready
    theirs, trace = machine.home / "theirs", machine.home / "trace"
    exec_plugin = {
        "apiVersion": "client.authentication.k8s.io/v1", "command": "touch", "args": [str(trace)],
        "interactiveMode": "Never",
    }  # fmt: skip
    cluster = {"server": ready.cluster, "insecure-skip-tls-verify": True}
    user = {"name": "theirs", "user": {"exec": exec_plugin}}
    context = {"name": "theirs", "context": {"cluster": "theirs", "user": "theirs"}}
    clusters = [{"name": "theirs", "cluster": cluster}]
    content = {"apiVersion": "v1", "kind": "Config", "clusters": clusters, "contexts": [context], "users": [user]}
    theirs.write_text(json.dumps(content), encoding="ascii")
    service = ready.clients["service"]
    done = machine.run(
        "keyturn", "init", ready.cluster, "--service", "aks", "--flow", "client-secret", "--secret", "-", "--tenant",
        ready.tenant, "--application-id", service["application_id"], "--authority", ready.authority,
        "--ca-file", ready.ca_file, "--yes", input=service["secret"], status=0, KUBECONFIG=str(theirs),
    )  # fmt: skip
    assert not trace.exists()
    assert f"a token for {ready.cluster} came" in done.stdout


def test_a_context_of_kubectl_is_confirmed_unless_its_server_is_typed_too(newcomer: Newcomer) -> None:
    machine, ready = newcomer.machine, newcomer.emulator.ready
    kubeconfig = machine.home / ".kube/config"
    kubeconfig.parent.mkdir(mode=0o700)
    kubeconfig.write_text(ready.kubeconfig, encoding="ascii")
    machine.configure("")
    service = ready.clients["service"]
    words = (
        "--service", "aks", "--flow", "client-secret", "--secret", "-", "--tenant",
        ready.tenant, "--application-id", service["application_id"], "--authority", ready.authority,
        "--ca-file", ready.ca_file, "--yes",
    )  # fmt: skip
    refused = machine.run("keyturn", "init", CONTEXT, *words, input=service["secret"], status=1)
    assert f"{ready.cluster} comes from {kubeconfig}" in refused.stdout
    assert "profile" not in newcomer.written
    clone = machine.home / "kubeconfig"
    clone.write_text(ready.kubeconfig, encoding="ascii")
    done = machine.run(
        "keyturn", "init", ready.cluster, *words, input=service["secret"], status=0, KUBECONFIG=str(clone)
    )
    assert f"as {clone} says, which KUBECONFIG names" in done.stderr
    assert f"a token for {ready.cluster} came; no context of kubectl asks for it yet\n" in done.stdout
    for places in ([CONTEXT, ready.cluster], [ready.cluster]):
        done = machine.run("keyturn", "init", *places, *words, input=service["secret"], status=0)
        assert f"kubectl reads {ready.cluster}: " in done.stdout
