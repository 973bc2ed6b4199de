"""`keyturn token`: its formats, and what a profile may be asked for."""

from __future__ import annotations

import shlex

import pytest

from support.needs import need
from support.scenes.scene import Scene, scene

__all__ = ["scene"]

DEVOPS = "499b84ac-1321-427f-aa17-267ca6975798/.default"
ARM = "https://management.azure.com"


@pytest.fixture
def with_audiences(scene: Scene) -> Scene:
    """The profile `ci` may be asked for Azure's own API and for Graph as well."""
    more = f'flow = "client-secret"\naudiences = ["{ARM}"]\nscopes = ["https://graph.microsoft.com/.default"]'
    scene.machine.configure(scene.config.replace('flow = "client-secret"', more))
    return scene


def test_json_tells_all_about_the_token(scene: Scene) -> None:
    token = scene.machine.json("token", "ci")
    names = {"access_token", "token_type", "expires_at", "account", "scopes", "profile", "provider"}
    assert token.keys() == names
    assert (token["token_type"], token["profile"], token["scopes"]) == ("Bearer", "ci", [DEVOPS])


def test_every_format_holds_the_same_token(scene: Scene) -> None:
    def printed(*words: str) -> str:
        return scene.machine.run("keyturn", "token", "ci", *words, status=0).stdout

    token = scene.machine.json("token", "ci")["access_token"]
    assert printed() == printed("--format", "text") == f"{token}\n"
    assert printed("--format", "header") == f"Authorization: Bearer {token}\n"
    assert printed("--format", "env") == f"KEYTURN_TOKEN={token}\n"
    assert scene.tokens_issued() == 1


def test_the_env_format_exports_in_a_shell(scene: Scene) -> None:
    keyturn = shlex.quote(str(scene.machine.run("keyturn", "--version").args[0]))
    script = f'export "$({keyturn} token ci --format env)"; printf %s "$KEYTURN_TOKEN"'
    token = scene.machine.json("token", "ci")["access_token"]
    assert scene.machine.run(need("sh"), "-c", script, status=0).stdout == token


def test_renew_replaces_the_token(scene: Scene) -> None:
    first = scene.machine.json("token", "ci")["access_token"]
    second = scene.machine.json("token", "ci", "--renew")["access_token"]
    assert first != second == scene.machine.json("token", "ci")["access_token"]
    assert "just been renewed" in scene.machine.run("keyturn", "token", "ci", "--renew", status=1).stderr
    assert scene.tokens_issued() == 2


def test_min_life_renews_only_what_has_less(scene: Scene) -> None:
    first = scene.machine.json("token", "ci", "--min-life", "30m")["access_token"]
    assert scene.machine.json("token", "ci", "--min-life", "58m")["access_token"] == first
    scene.emulator.control.settings(token_lifetime=1200)
    scene.machine.run("keyturn", "token", "ci", "--renew", status=0)
    scene.emulator.control.settings(token_lifetime=3600)
    second = scene.machine.json("token", "ci", "--min-life", "30m")["access_token"]
    assert second == scene.machine.json("token", "ci")["access_token"]
    assert scene.tokens_issued() == 3


def test_a_life_that_no_token_has(scene: Scene) -> None:
    refused = scene.machine.run("keyturn", "token", "ci", "--min-life", "30d", status=1)
    assert refused.stdout == ""
    assert "a new token of profile ci lives 59 min, less than was asked for" in refused.stderr
    scene.machine.run("keyturn", "token", "ci", "--min-life", "soon", status=2)


def test_an_audience_that_the_profile_lacks_is_added_to_those_it_has(scene: Scene) -> None:
    machine, words = scene.machine, ("keyturn", "token", "ci", "--audience", "graph")
    flow = 'flow = "client-secret"'
    machine.configure(
        scene.config.replace(flow, f'{flow}\naudiences = ["arm", "https://management.core.windows.net/"]')
    )
    refused = machine.run(*words, status=1).stderr
    assert refused.startswith("keyturn: error: profile ci may not ask for Microsoft Graph\n")
    assert """audiences=["arm", "https://management.core.windows.net/", "graph"]'\n""" in refused
    machine.run("/bin/sh", "-c", refused.partition("hint: ")[2], status=0)
    machine.run(*words, status=0)


@pytest.mark.parametrize(("mistyped", "meant"), [("azure-devop", "azure-devops"), ("Devops", "azure-devops")])
def test_a_short_name_that_is_misspelled_is_not_proposed_to_be_allowed(
    mistyped: str, meant: str, scene: Scene
) -> None:
    refused = scene.machine.run("keyturn", "token", "ci", "--audience", mistyped, "--json", status=1).stderr
    assert refused.endswith(f"keyturn: hint: keyturn token ci --audience {meant} --json\n")


def test_one_of_several_audiences_has_to_be_named(with_audiences: Scene) -> None:
    refused = with_audiences.machine.run("keyturn", "token", "ci", "--format", "header", status=2)
    assert "several audiences: --audience azure-devops, --audience graph, --audience arm\n" in refused.stderr
    assert "keyturn: hint: keyturn token ci --format header --audience azure-devops\n" in refused.stderr
    assert with_audiences.tokens_issued() == 0


@pytest.mark.parametrize(
    ("words", "scope"),
    [
        (["--audience", f"{ARM}/"], f"{ARM}/.default"),
        (["--audience", "arm"], f"{ARM}/.default"),
        (["--audience", "azure-devops"], DEVOPS),
        (["--scope", f"{ARM}/.default"], f"{ARM}/.default"),
        (["--scope", "https://graph.microsoft.com/.default"], "https://graph.microsoft.com/.default"),
        (["--scope", DEVOPS], DEVOPS),
    ],
)
def test_the_named_audience(words: list[str], scope: str, with_audiences: Scene) -> None:
    assert with_audiences.machine.json("token", "ci", *words)["scopes"] == [scope]


@pytest.mark.parametrize(
    "words",
    [
        ["--audience", "https://vault.azure.net"],
        ["--scope", DEVOPS, "--scope", f"{ARM}/.default"],
        ["--scope", f"{ARM}/user_impersonation"],
    ],
)
def test_what_the_configuration_does_not_allow(words: list[str], with_audiences: Scene) -> None:
    refused = with_audiences.machine.run("keyturn", "token", "ci", *words, status=1)
    assert (refused.stdout, refused.stderr.startswith("keyturn: error: ")) == ("", True)
    assert with_audiences.tokens_issued() == 0


def test_a_profile_that_gives_no_tokens_out(scene: Scene) -> None:
    limited = scene.config.replace('flow = "client-secret"', 'flow = "client-secret"\nprotocols = ["git"]')
    scene.machine.configure(limited)
    scene.machine.run("keyturn", "token", "ci", status=1)


def test_sign_in_needed_is_exit_3(scene: Scene) -> None:
    refused = scene.machine.run("keyturn", "token", "me", status=3)
    assert refused.stderr == "keyturn: error: nobody is signed in for profile me\nkeyturn: hint: keyturn login me\n"


def test_a_sign_in_on_the_terminal_leaves_standard_output_to_the_token(scene: Scene) -> None:
    with scene.machine.terminal("keyturn", "token", "me", piped=True) as terminal:
        scene.emulator.control.approve(terminal.wait_for(r"enter the code (\S+)").group(1))
        assert terminal.process.stdout is not None
        printed = terminal.process.stdout.read().decode()
        assert terminal.end() == 0
    assert printed == scene.machine.run("keyturn", "token", "me", status=0).stdout
