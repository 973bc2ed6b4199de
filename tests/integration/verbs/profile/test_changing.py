"""`keyturn profile add|edit|remove|check` and `keyturn target`: config.toml changed by commands."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from support.scenes.scene import Scene, scene

if TYPE_CHECKING:
    from support.machine.machine import Machine

__all__ = ["scene"]

APPLICATION = "00001111-aaaa-2222-bbbb-3333cccc4444"
COMMENTED = """# mine
[profile.work] # who
provider = "entra"
flow = "device-code" # how
application_id = "preset:azure-cli"

# last
"""


def written(machine: Machine) -> dict[str, Any]:
    return tomllib.loads(machine.config_file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (["flow=browser"], "target add --help"),
        (["flow=browser", "scopes=https://graph.microsoft.com/User.Read"], "login new"),
        (["flow=client-secret", "tenant=contoso.com"], "secret set new"),
        (["flow=refresh-token"], "secret set new"),
        (["flow=managed-identity", "application_id="], "target add --help"),
        (["url=https://awx.example", "flow=token", "application_id="], "login new"),
    ],
)
def test_what_a_new_profile_lacks_first(words: list[str], first: str, machine: Machine) -> None:
    done = machine.run("keyturn", "profile", "add", "new", f"application_id={APPLICATION}", *words, status=0)
    assert done.stdout.endswith(f"; now: keyturn {first}\n")


def test_from_nothing(machine: Machine) -> None:
    machine.config.rmdir()
    words = ("flow=device-code", "tenant=contoso.com", f"application_id={APPLICATION}", "audiences=['graph']")
    told = machine.run("keyturn", "profile", "add", "work", *words, status=0).stdout
    assert told.endswith("; now: keyturn login work\n")
    machine.run("keyturn", "profile", "add", "tower", "url=https://awx.example", "flow=password", status=2)
    added = machine.run(
        "keyturn", "target", "add", "https://contoso@dev.azure.com/contoso/p/_git/r", "work", status=0
    )
    assert "keyturn: git asks keyturn for https://dev.azure.com\n" in added.stdout
    own = ("registry.example:5000/app:1", "work", "--service", "acr", "--no-setup")
    named = machine.run("keyturn", "target", "add", *own, status=0)
    assert named.stdout == "keyturn: registry.example:5000 gets tokens of profile work\n"
    machine.run("keyturn", "target", "remove", "registry.example:5000", status=0)
    left = machine.run("keyturn", "target", "add", "contoso.azurecr.io", "work", "--no-setup", status=0)
    assert "config.json" not in left.stdout
    assert written(machine) == {
        "profile": {
            "work": {
                "provider": "entra", "flow": "device-code", "tenant": "contoso.com", "application_id": APPLICATION,
                "audiences": ["graph"],
            }
        },
        "targets": {"git": {"https://dev.azure.com/contoso": "work"}, "docker": {"contoso.azurecr.io": "work"}},
    }  # fmt: skip
    assert machine.config_file.stat().st_mode & 0o777 == 0o600
    assert machine.config.stat().st_mode & 0o777 == 0o700
    assert [target["protocol"] for target in machine.json("target", "list")] == ["git", "docker"]
    cluster = machine.run("keyturn", "target", "add", "https://x.hcp.westeurope.azmk8s.io", "work", status=0)
    assert "keyturn: warning: kube is not set up: " in cluster.stderr
    assert "keyturn: hint: " in cluster.stderr
    every = machine.run("keyturn", "setup", status=2)
    assert "kube target" in every.stderr
    assert '"contoso.azurecr.io": "keyturn"' in every.stdout, "what one tool lacks keeps none of the others"
    image = "contoso.azurecr.io/team/app:1"
    docker = machine.run("keyturn", "setup", "docker", image, status=0)
    assert docker.stdout == "keyturn: docker: nothing to change\n"
    elsewhere = machine.run("keyturn", "token", "work", "--registry", image.replace("contoso", "fabrikam"), status=1)
    assert elsewhere.stderr.endswith("hint: keyturn target add fabrikam.azurecr.io work\n")
    for place in ("https://DEV.azure.com/contoso/", image, "x.hcp.westeurope.azmk8s.io"):
        removed = machine.run("keyturn", "target", "remove", place, status=0)
        assert image not in removed.stdout, "what is said to be gone is the target, which was more than an image"
    assert machine.json("target", "list") == []


def test_comments_stay(machine: Machine) -> None:
    machine.configure(COMMENTED, key=None)
    machine.run("keyturn", "profile", "edit", "work", "account=alice@contoso.example", "flow=browser", status=0)
    machine.run("keyturn", "profile", "edit", "work", "account=", status=0)
    assert machine.config_file.read_text() == COMMENTED.replace("device-code", "browser")


def test_a_target_that_is_named_again_keeps_what_nothing_was_said_of(machine: Machine) -> None:
    target = '"contoso.azurecr.io" = {profile = "work", tenant = "fabrikam.example"}'
    machine.configure(f"{COMMENTED}[targets.docker]\n{target} # theirs\n", key=None)
    before = machine.config_file.read_text()
    words = ("keyturn", "target", "add", "contoso.azurecr.io", "work", "--no-setup")
    machine.run(*words, status=0)
    assert machine.config_file.read_text() == before
    machine.run(*words, "--service", "acr", status=0)
    assert written(machine)["targets"]["docker"]["contoso.azurecr.io"]["tenant"] == "fabrikam.example"
    assert "# theirs\n" in machine.config_file.read_text()


def test_what_config_toml_says_of_a_target_need_not_be_said_again(machine: Machine) -> None:
    said = {"git": '"https://git.example"', "docker": '"registry.example"'}
    tables = (
        f'[targets.{tool}]\n{key} = {{profile = "work", service = "{service}"}}\n'
        for (tool, key), service in zip(said.items(), ("azure-devops", "acr"), strict=True)
    )
    other = COMMENTED.replace("[profile.work]", "[profile.other]")
    machine.configure(f"{COMMENTED}{other}{''.join(tables)}", key=None)
    for place in ("https://git.example", "registry.example"):
        machine.run("keyturn", "target", "add", place, "other", "--no-setup", status=0)
    assert written(machine)["targets"] == {
        "git": {"https://git.example": {"profile": "other", "service": "azure-devops"}},
        "docker": {"registry.example": {"profile": "other", "service": "acr"}},
    }


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["profile", "add", "../x", "flow=browser"], "a profile's name has up to 64 letters"),
        (["profile", "add", "work", "flow=browser"], "there is a profile work already"),
        (["profile", "add", "other", "flow=nonsense"], "profile.other.flow"),
        (["profile", "add", "other", "hunter2"], "expected KEY=VALUE"),
        (
            ["profile", "edit", "work", 'account="al"\ntenant="contoso.example"'],
            "the value of account is not TOML",
        ),
        (["profile", "edit", "work", "flow=client-secert"], 'for example: flow = "client-secret"'),
        (["profile", "edit", "work", "protocols=git,nonsense"], "profile.work.protocols"),
        (["profile", "edit", "work", "client_secret=hunter2"], "secrets are not kept in this file"),
        (["profile", "edit", "xyzzy", "flow=browser"], "there is no profile of that name"),
        (["profile", "edit", "work", "account=\udcff"], "the value of account is not UTF-8"),
        (["profile", "edit", "work", 'audiences=["\udcff"]'], "the value of audiences is not UTF-8"),
        (["login", "\udcff"], "what was typed is not UTF-8"),
        (["target", "add", "https://dev.azure.com/contoso", "xyzzy"], "there is no profile of that name"),
        (
            ["target", "add", "https://git.example/tfs", "work"],
            "target add https://git.example/tfs work --service azure-devops",
        ),
        (["target", "add", "registry.example", "work"], "target add registry.example work --service acr"),
        (["target", "add", "registry", "work"], "a login server of Azure's own"),
        (["target", "remove", "https://dev.azure.com/contoso"], "there is no target"),
        (
            ["target", "remove", "https://me:planted@dev.azure.com/x"],
            "there is no target https://***@dev.azure.com/x",
        ),
    ],
)
def test_what_would_be_wrong_changes_nothing(words: list[str], sentence: str, machine: Machine) -> None:
    machine.configure(COMMENTED, key=None)
    refused = machine.run("keyturn", *words)
    assert refused.returncode != 0
    assert sentence in refused.stderr
    assert "hunter2" not in refused.stderr
    assert machine.config_file.read_text() == COMMENTED


def test_a_profile_goes_with_its_sign_in_once_it_has_no_targets(scene: Scene) -> None:
    scene.ask()
    refused = scene.machine.run("keyturn", "profile", "remove", "ci", status=1).stderr
    scene.machine.run(*refused.partition("hint: ")[2].split(), status=0)
    scene.machine.run("keyturn", "profile", "remove", "ci", status=0)
    assert "ci" not in written(scene.machine)["profile"]
    assert "ci" not in {profile["name"] for profile in scene.machine.json("status")["profiles"]}


def test_another_identity_is_said_and_the_former_one_comes_back(scene: Scene) -> None:
    """As `git remote set-url` it asks nothing; nothing is lost, and what it says can be pasted."""
    machine = scene.machine
    quiet = machine.run("keyturn", "profile", "edit", "ci", 'audiences=["graph"]', "cae=true", status=0)
    assert len(quiet.stdout.splitlines()) == 1
    other = machine.run("keyturn", "profile", "edit", "me", "flow=client-secret", status=0)
    assert other.stdout.endswith("keyturn: now: keyturn secret set me\n")
    told = machine.run(
        "keyturn", "profile", "edit", "ci", "tenant=other.example", "cae=", "audiences=", status=0
    ).stdout
    assert "profile ci is another identity now: " in told
    assert "/other.example; what the vault keeps for the former one is set aside" in told
    on, back = (line.strip() for line in told.splitlines() if line.startswith("    "))
    assert on == "keyturn secret set ci"
    assert machine.run("keyturn", "token", "ci", status=3).stderr.endswith(f"keyturn: hint: {on} -\n")
    again = machine.run("/bin/sh", "-c", back, status=0).stdout
    assert again.splitlines()[-1].strip() == "keyturn profile edit ci tenant=other.example cae= audiences="
    assert written(machine)["profile"]["ci"]["audiences"] == ["graph"]
    assert written(machine)["profile"]["ci"]["cae"] is True
    machine.run("keyturn", "token", "ci", "--audience", "azure-devops", status=0)


def test_check_tells_what_comes_and_what_does_not(scene: Scene) -> None:
    assert "a token valid for" in scene.machine.run("keyturn", "profile", "check", "ci", status=0).stdout
    told = scene.machine.run("keyturn", "profile", "check", "me", status=3).stdout
    assert "nobody is signed in for profile me" in told
    assert "keyturn: hint: keyturn login me" in told


def test_a_program_reads_what_comes_and_what_does_not(scene: Scene) -> None:
    refused = json.loads(scene.machine.run("keyturn", "profile", "check", "me", "--json", status=3).stdout)
    error = {"sentence": "nobody is signed in for profile me", "hint": "keyturn login me"}
    assert refused["profile"] == "me"
    assert [(token["expires_at"], token["error"]) for token in refused["tokens"]] == [(None, error)]
    read = scene.machine.run("keyturn", "profile", "check", "ci", status=0).stdout
    tokens = scene.machine.json("profile", "check", "ci")["tokens"]
    assert [token["audience"] for token in tokens] == re.findall("keyturn: (.*): a token valid for", read)
    held = next(profile for profile in scene.machine.json("status")["profiles"] if profile["name"] == "ci")["tokens"]
    told = ("audience", "scopes", "expires_at")
    assert sorted([token[name] for name in told] for token in tokens) == sorted(
        [one[name] for name in told] for one in held
    )
    assert {token["error"] for token in tokens} == {None}


def test_nothing_to_check_is_no_success(machine: Machine) -> None:
    machine.configure(COMMENTED)
    told = machine.run("keyturn", "profile", "check", "work", status=2).stderr
    assert "profile work is for nothing yet" in told
    assert machine.daemon_pid() is None
