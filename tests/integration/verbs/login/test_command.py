"""`keyturn login` and `keyturn logout`."""

from __future__ import annotations

import json

from support.emulator.client import AZURE_DEVOPS
from support.machine.terminal import INTERRUPT
from support.scenes.scene import Scene, scene

__all__ = ["scene"]

CODE = r"enter the code (\S+)"
ARM = "https://management.azure.com"
STEP_UP = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'


def sign_in(scene: Scene, *words: str, user: str | None = None) -> str:
    """Sign in at a terminal; what was seen there."""
    with scene.machine.terminal("keyturn", "login", *words) as terminal:
        scene.emulator.control.approve(terminal.wait_for(CODE).group(1), user)
        assert terminal.end() == 0
        return terminal.seen


def test_login_shows_where_to_go_and_who_signed_in(scene: Scene) -> None:
    seen = sign_in(scene, "me")
    first, code, valid = seen.splitlines()[:3]
    assert first.startswith("keyturn: to sign in to profile me (tenant ")
    assert f"), open {scene.emulator.ready.authority}/" in first
    assert code.startswith("enter the code ")
    assert valid.startswith("keyturn: the code is valid for ")
    assert valid.endswith("; keyturn waits, Ctrl-C gives up")
    assert f"keyturn: profile me is signed in as {scene.emulator.ready.user}, token valid for " in seen


def test_giving_up_leaves_a_clean_line_and_the_code_is_bold_where_it_can_be(scene: Scene) -> None:
    with scene.machine.terminal("keyturn", "login", "me", TERM="xterm") as terminal:
        terminal.wait_for("\x1b\\[1menter the code \\S+\x1b\\[0m\n")
        terminal.wait_for("gives up\n")
        terminal.wait_for(r"waiting for the sign-in, \d+:\d\d left")
        terminal.type(INTERRUPT)
        assert terminal.end() == 130
        assert terminal.seen.endswith("\r\x1b[K\n")


def test_a_code_to_scan(scene: Scene) -> None:
    seen = sign_in(scene, "me", "--qr")
    drawn = [line for line in seen.splitlines() if set(line) <= set("█▀▄ ") and "█" in line]
    assert len(drawn) > 10
    assert len({len(line) for line in drawn}) == 1
    assert "waiting" not in seen, "a dumb terminal cannot take a line back"


def test_the_code_goes_to_the_terminal_and_json_to_standard_output(scene: Scene) -> None:
    with scene.machine.terminal("keyturn", "login", "me", "--json", piped=True) as terminal:
        scene.emulator.control.approve(terminal.wait_for(CODE).group(1))
        assert terminal.process.stdout is not None
        assert terminal.process.stdout.read().startswith(b'{\n  "profile": "me",\n  "account": ')
        assert terminal.end() == 0


def test_who_is_signed_in_needs_no_terminal(scene: Scene) -> None:
    sign_in(scene, "me")
    assert scene.machine.json("login", "me")["account"] == scene.emulator.ready.user
    assert scene.emulator.control.count("devicecode") == 1


def test_again_signs_in_as_somebody_else(scene: Scene) -> None:
    sign_in(scene, "me")
    other = scene.emulator.ready.users[1]
    assert f"signed in as {other}" in sign_in(scene, "me", "--again", user=other)
    assert scene.machine.json("login", "me")["account"] == other


def test_login_of_a_service_principal_proves_its_secret(scene: Scene) -> None:
    application = scene.emulator.ready.clients["service"]["application_id"]
    assert scene.machine.json("login", "ci")["account"] == application
    assert scene.tokens_issued() == 1


def test_the_only_profile_need_not_be_named(scene: Scene) -> None:
    both = scene.machine.run("keyturn", "login", status=2)
    assert "keyturn: error: which profile: ci, me?" in both.stderr
    whole = scene.config
    without_me = (
        whole[: whole.index("[profile.me]")]
        + whole[whole.index("[targets") : whole.index('"https', whole.index("/contoso"))]
    )
    scene.machine.configure(without_me)
    scene.machine.run("keyturn", "login", status=0)
    unset = scene.machine.run("keyturn", "logout", "", status=2)  # "$PROFILE" that was not set
    assert "there is no profile of that name" in unset.stderr
    assert scene.machine.json("logout")["records"] == 2


def test_logout_forgets_the_sign_in(scene: Scene) -> None:
    sign_in(scene, "me")
    told = scene.machine.run("keyturn", "logout", "me", status=0).stdout
    assert told == "keyturn: profile me: forgot 2 records\n"
    scene.machine.run("keyturn", "login", "me", status=3)
    scene.machine.kill_daemon()
    scene.machine.run("keyturn", "login", "me", status=3)


def test_logout_forgets_the_secret_and_the_other_profile_stays(scene: Scene) -> None:
    sign_in(scene, "me")
    scene.machine.run("keyturn", "login", "ci", status=0)
    assert scene.machine.json("logout", "ci") == {"profile": "ci", "records": 2, "revoked": False}
    gone = scene.machine.run("keyturn", "login", "ci", status=3)
    assert "keyturn: hint: keyturn secret set ci -\n" in gone.stderr
    with scene.machine.terminal("keyturn", "login", "ci") as terminal:
        assert terminal.end() == 3
        assert "keyturn: hint: keyturn secret set ci\n" in terminal.seen
    scene.machine.run("keyturn", "login", "me", status=0)


def test_logout_of_all(scene: Scene) -> None:
    scene.ask()
    told = scene.machine.run("keyturn", "logout", "--all", status=0).stdout
    assert told == "keyturn: profile ci: forgot 2 records\nkeyturn: profile me: nothing was kept\n"
    again = json.loads(scene.machine.run("keyturn", "logout", "--all", "--json", status=0).stdout)
    assert again == [{"profile": name, "records": 0, "revoked": False} for name in ("ci", "me")]
    both = scene.machine.run("keyturn", "logout", "--all", "ci", status=2)
    assert "a profile and --all at once" in both.stderr


def test_logout_of_a_profile_that_is_configured_no_longer(scene: Scene) -> None:
    scene.machine.configure("")
    assert scene.machine.json("logout", "ci")["records"] == 1
    nobody = scene.machine.run("keyturn", "logout", "ci", status=2)
    assert "there is no profile in" in nobody.stderr


def test_login_is_for_the_audience_that_was_refused(scene: Scene) -> None:
    """Signed in for one audience, refused for another until a person meets its claims (AADSTS50076)."""
    scene.machine.configure(
        scene.config.replace('flow = "device-code"', f'flow = "device-code"\naudiences = ["{ARM}"]')
    )
    sign_in(scene, "me")
    scene.emulator.control.demand(ARM, STEP_UP, interactive=True)
    refused = scene.machine.run("keyturn", "token", "me", "--audience", ARM, status=3)
    assert refused.stderr.endswith("keyturn: hint: keyturn login me\n")
    assert "keyturn: signing in for ARM, which was refused" in sign_in(scene, "me")
    scene.machine.run("keyturn", "token", "me", "--audience", ARM, status=0)


def test_a_sign_in_that_met_too_little_goes_on_with_another_code(scene: Scene) -> None:
    scene.emulator.control.demand(AZURE_DEVOPS, STEP_UP, interactive=True)
    with scene.machine.terminal("keyturn", "login", "me") as terminal:
        scene.emulator.control.approve(terminal.wait_for(CODE).group(1))
        again = terminal.wait_for(f"(?s)keyturn: a policy of the tenant asks for more: sign in once more\n.*{CODE}")
        scene.emulator.control.approve(again.group(1))
        assert terminal.end() == 0
    assert scene.emulator.control.count("devicecode") == 2


def test_one_refused_audience_leaves_the_others_signed_in(scene: Scene) -> None:
    scene.machine.configure(
        scene.config.replace('flow = "device-code"', f'flow = "device-code"\naudiences = ["{ARM}"]')
    )
    sign_in(scene, "me")
    scene.emulator.control.refuse(ARM, 50105)
    refused = scene.machine.run("keyturn", "token", "me", "--audience", ARM, status=3)
    assert "AADSTS50105" in refused.stderr
    scene.machine.kill_daemon()
    assert scene.machine.json("login", "me")["account"] == scene.emulator.ready.user
    assert scene.emulator.control.count("devicecode") == 1


def test_the_wrong_person(scene: Scene) -> None:
    config = scene.config.replace('flow = "device-code"', 'flow = "device-code"\naccount = "bob@x.example"')
    scene.machine.configure(config)
    with scene.machine.terminal("keyturn", "login", "me") as terminal:
        scene.emulator.control.approve(terminal.wait_for(CODE).group(1))
        assert terminal.end() == 1
        assert "signed in, but profile me is for bob@x.example" in terminal.seen
    scene.machine.run("keyturn", "login", "me", status=3)


def test_an_unreachable_provider_is_exit_4(scene: Scene) -> None:
    scene.machine.configure(scene.config.replace(scene.emulator.ready.authority, "https://127.0.0.1:1"))
    scene.machine.run("keyturn", "secret", "set", "ci", input="x", status=0)
    refused = scene.machine.run("keyturn", "login", "ci", status=4)
    assert refused.stderr.startswith("keyturn: error: ")
