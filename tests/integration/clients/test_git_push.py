"""The whole job: real git over TLS, a token that the daemon fetched, and everything that may happen to it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from keyturn import moves
from keyturn.protocols import git_answers
from support.machine.gits import newer
from support.machine.machine import PROGRAMS
from support.needs import need
from support.scenes.scene import Scene, password_of, scene

if TYPE_CHECKING:
    from support.machine.terminal import Terminal

__all__ = ["scene"]


def test_a_mistyped_organization_gets_one_line_before_git_prompts(scene: Scene) -> None:
    mistyped = scene.repository.replace("/contoso/", "/contosso/")
    refused = scene.machine.git("ls-remote", mistyped, status=128).stderr
    nearest = scene.repository.partition("/contoso/")[0] + "/contoso"
    assert refused.count("keyturn: ") == 1, refused
    assert f"keyturn: warning: {mistyped} is none of the git targets; the nearest is {nearest}\n" in refused


def test_clone_and_push_with_one_token(scene: Scene) -> None:
    work = scene.clone()
    scene.commit(work)
    scene.push(work)
    assert scene.tokens_issued() == 1
    assert scene.emulator.control.count("git.authorized") > 0
    other = scene.clone("other")
    assert (other / "file").read_bytes() == b"more\n"
    assert scene.tokens_issued() == 1


def test_a_push_of_three_mebibytes(scene: Scene) -> None:
    work = scene.clone()
    scene.commit(work, bytes(range(256)) * (3 << 12))
    scene.push(work)
    assert scene.tokens_issued() == 1


@pytest.mark.parametrize("git", ["the installed one", "the newer one"])
def test_submodules_and_a_partial_clone_with_one_token(scene: Scene, git: str) -> None:
    scene.machine.git_program = newer() if git == "the newer one" else None
    library = scene.emulator.control.create_repository("contoso/demo/_git/My%20Library")
    inner = scene.clone("inner", library)
    scene.commit(inner, b"inner\n")
    scene.push(inner)
    outer = scene.clone("outer")
    scene.machine.git("submodule", "--quiet", "add", library, "library", directory=outer)
    scene.commit(outer)
    scene.push(outer)
    url = scene.repository.replace("https://", "https://contoso@")
    partial = scene.machine.home / "partial"
    scene.machine.git("clone", "-q", "--filter=blob:none", "--no-checkout", url, str(partial))
    assert scene.machine.git("checkout", "-q", "main", directory=partial).stderr == ""
    scene.machine.git("submodule", "--quiet", "update", "--init", directory=partial)
    assert (partial / "library/file").read_bytes() == b"inner\n"
    assert scene.tokens_issued() == 1


def test_a_killed_daemon_costs_no_token(scene: Scene) -> None:
    work = scene.clone()
    scene.machine.kill_daemon(signal.SIGKILL)
    scene.commit(work)
    scene.push(work)
    assert scene.tokens_issued() == 1


def test_a_revoked_token_fails_once_and_is_replaced(scene: Scene) -> None:
    work = scene.clone()
    scene.emulator.control.revoke_all()
    scene.commit(work)
    assert "Authentication failed" in scene.push(work, status=128).stderr
    scene.push(work)
    assert scene.tokens_issued() == 2


def test_an_expired_token_is_replaced_before_git_sees_it(scene: Scene) -> None:
    scene.emulator.control.settings(token_lifetime=200)
    work = scene.clone()
    first = password_of(scene.ask().stdout)
    scene.emulator.control.settings(token_lifetime=3600)
    scene.emulator.control.revoke(first)
    scene.ask(operation="erase", password=first)
    scene.commit(work)
    scene.push(work)


def test_a_refusing_server_does_not_cost_a_token_per_push(scene: Scene) -> None:
    work = scene.clone()
    scene.commit(work)
    refusal = {"WWW-Authenticate": 'Basic realm="nobody is allowed"'}
    scene.emulator.control.fault("git", "status", times=100, status=401, headers=refusal)
    said = [scene.push(work, status=128).stderr for _ in range(3)]
    refused_anew = "keyturn: error: the server refused a token that had just been renewed"
    assert [refused_anew in text for text in said] == [False, True, True]
    first, then = said[0].split("fatal: Authentication failed")[0].splitlines()
    assert first == "keyturn: error: the server refused the token of profile ci"
    assert then == f"keyturn: hint: {moves.clients.next_git()}"
    assert scene.tokens_issued() == 2  # one replacement a minute, however often the server refuses


def test_two_profiles_serve_two_organizations(scene: Scene) -> None:
    work = scene.clone()
    with scene.machine.terminal("keyturn", "login", "me") as terminal:
        approve(scene, terminal)
        assert terminal.end() == 0
    personal = scene.clone("personal", scene.personal_repository)
    for directory in (work, personal):
        scene.commit(directory)
        scene.push(directory)
    assert "username=alice@contoso.example" in scene.ask("fabrikam/demo/_git/app").stdout
    service = scene.emulator.ready.clients["service"]["application_id"]
    assert f"username={service}" in scene.ask().stdout


def test_an_organization_in_the_user_name_is_not_mistaken_for_another(scene: Scene) -> None:
    url = scene.repository.replace("https://", "https://fabrikam@")
    scene.clone("with-user", url)
    assert scene.tokens_issued() == 1


def test_a_push_without_a_terminal_fails_at_once_with_the_command_to_run(scene: Scene) -> None:
    failed = scene.machine.git("clone", scene.personal_repository, "personal", status=128)
    assert "keyturn: error: nobody is signed in for profile me" in failed.stderr
    assert "keyturn: hint: keyturn login me" in failed.stderr
    assert "could not read Username" not in failed.stderr


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        ([], {"GIT_TERMINAL_PROMPT": "0"}),
        ([], {"GCM_INTERACTIVE": "Never"}),
        (["-c", "credential.interactive=false"], {}),
    ],
)
def test_git_told_not_to_prompt_is_not_made_to_wait_on_a_terminal(
    scene: Scene, options: list[str], environment: dict[str, str]
) -> None:
    scene.machine.environment |= environment
    command = (need("git"), *options, "clone", scene.personal_repository, "personal")
    with scene.machine.terminal(*command) as terminal:
        terminal.wait_for("keyturn login me")
        assert terminal.end() == 128


def test_other_hosts_are_left_to_other_helpers(scene: Scene) -> None:
    scene.machine.git("config", "--global", "--add", "credential.helper", "!f() { echo password=theirs; }; f")
    filled = scene.machine.run(
        need("git"), "credential", "fill", input="protocol=https\nhost=example.com\nusername=bob\n\n", status=0
    )
    assert "password=theirs" in filled.stdout


@pytest.mark.parametrize("operation", ["get", "store", "erase", "capability"])
def test_every_operation_is_silent_about_hosts_that_are_not_ours(scene: Scene, operation: str) -> None:
    request = "protocol=https\nhost=example.com\nusername=bob\npassword=theirs\n"
    answer = scene.machine.run("git-credential-keyturn", operation, input=request, status=0)
    assert answer.stderr == ""
    assert answer.stdout == (git_answers.CAPABILITIES.decode() if operation == "capability" else "")


def test_one_repository_with_another_profile_by_the_readmes_recipe(scene: Scene) -> None:
    work = scene.clone()
    key = f"credential.{scene.emulator.ready.git}/.helper"
    scene.machine.git("config", "--add", key, "", directory=work)
    scene.machine.git("config", "--add", key, f"{PROGRAMS}/git-credential-keyturn --profile me", directory=work)
    scene.commit(work)
    assert "keyturn: hint: keyturn login me" in scene.push(work, status=128).stderr


def test_a_profile_named_on_the_helpers_line_beats_the_targets(scene: Scene) -> None:
    scene.machine.git("config", "--global", "credential.helper", "keyturn --profile me")
    answer = scene.machine.run("git-credential-keyturn", "--profile", "me", "get", input=scene.attributes())
    assert (answer.returncode, answer.stdout) == (3, "quit=1\n")
    assert "keyturn login me" in answer.stderr


def approve(scene: Scene, terminal: Terminal) -> str:
    """Read the code off the terminal and approve it, as a person with a browser would."""
    code = terminal.wait_for(r"enter the code (\S+)").group(1)
    scene.emulator.control.approve(code)
    return str(code)
