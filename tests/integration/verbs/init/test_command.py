"""`keyturn init`: from an empty home to the first answer, at a terminal and without one."""

from __future__ import annotations

import json
import shlex

from support.scenes.cluster import CONTEXT
from support.scenes.newcomer import CODE, Newcomer, newcomer

__all__ = ["newcomer"]


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
    again = f"keyturn init {CONTEXT} https://SERVER {' '.join(words)}"
    assert refused.stderr.endswith(f"keyturn: hint: type the place as well, as you know it: {again}\n")
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
