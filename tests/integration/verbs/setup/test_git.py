"""`keyturn setup git`, judged by what real git does afterwards, and by what is left after --undo."""

from __future__ import annotations

import shlex
import shutil
from typing import TYPE_CHECKING

import pytest

from support.machine.machine import PROGRAMS, Machine
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """[profile.me]
provider = "entra"
flow = "device-code"
application_id = "11111111-2222-3333-4444-555555555555"
[targets.git]
"https://dev.azure.com/contoso" = "me"
"https://git.example:8443" = { profile = "me", scopes = ["api://git/.default"] }
"""
HELPER = PROGRAMS / "git-credential-keyturn"
OTHER_HELPER = "!printf 'username=other\\npassword=other\\n' #"


@pytest.fixture
def configured(machine: Machine) -> Machine:
    machine.configure(CONFIG)
    return machine


@pytest.fixture
def gitconfig(machine: Machine) -> Path:
    return machine.home / ".gitconfig"


def helpers_asked(machine: Machine, url: str) -> list[str]:
    """The commands of all helpers that git has for `url`, by its own trace of telling them that a password worked.

    `fill` would not show them: it stops at the first helper that answers.
    """
    told = f"url={url}\nusername=alice\npassword=planted\n\n"
    done = machine.run(need("git"), "credential", "approve", input=told, status=0, GIT_TRACE="1")
    lines = [line for line in done.stderr.splitlines() if "run_command:" in line]
    return [line.partition("run_command: ")[2] for line in lines]


@pytest.mark.parametrize(
    "url",
    [
        "https://dev.azure.com/contoso/demo/_git/app",
        "https://contoso@dev.azure.com/contoso/demo/_git/app",
        "https://contoso.visualstudio.com/demo/_git/app",
        "https://git.example:8443/team/app",
    ],
)
def test_git_asks_keyturn_and_nobody_else(url: str, configured: Machine) -> None:
    configured.git("config", "--global", "credential.helper", OTHER_HELPER)
    configured.git("config", "--global", "credential.https://dev.azure.com.helper", OTHER_HELPER)
    configured.run("keyturn", "setup", "git", status=0)
    asked = helpers_asked(configured, url)
    assert [str(HELPER) in command for command in asked] == [True], asked


@pytest.mark.parametrize(
    "url", ["https://github.com/x", "https://dev.azure.com.evil.example/contoso", "http://git.example:8443"]
)
def test_other_hosts_keep_their_helpers(url: str, configured: Machine) -> None:
    configured.git("config", "--global", "credential.helper", OTHER_HELPER)
    configured.run("keyturn", "setup", "git", status=0)
    assert not any("keyturn" in command for command in helpers_asked(configured, url))


def test_keyturn_learns_the_path_where_a_target_has_one(configured: Machine) -> None:
    configured.run("keyturn", "setup", "git", status=0)
    for url, known in (("https://dev.azure.com/contoso/x", "true"), ("https://git.example:8443/x", "")):
        value = configured.run(need("git"), "config", "--get-urlmatch", "credential.useHttpPath", url).stdout
        assert value.strip() == known


def test_undo_leaves_the_file_as_it_was(configured: Machine, gitconfig: Path) -> None:
    with gitconfig.open("a", encoding="utf-8") as file:
        file.write('[credential "https://dev.azure.com"]\n\thelper = manager ; mine\n  useHttpPath = true\n# end\n')
    before = gitconfig.read_bytes()
    configured.run("keyturn", "setup", "git", status=0)
    assert gitconfig.read_bytes() != before
    configured.run("keyturn", "setup", "git", "--undo", status=0)
    assert gitconfig.read_bytes() == before


def test_undo_works_without_the_configuration_and_twice(configured: Machine, gitconfig: Path) -> None:
    before = gitconfig.read_bytes()
    configured.run("keyturn", "setup", "git", status=0)
    configured.config_file.unlink()
    for _ in range(2):
        configured.run("keyturn", "setup", "git", "--undo", status=0)
        assert gitconfig.read_bytes() == before


def test_undo_of_one_host(configured: Machine) -> None:
    configured.run("keyturn", "setup", "git", status=0)
    configured.run("keyturn", "setup", "git", "--undo", "https://git.example:8443", status=0)
    assert helpers_asked(configured, "https://git.example:8443/x") == []
    assert len(helpers_asked(configured, "https://dev.azure.com/contoso/x")) == 1


def test_a_second_setup_changes_nothing(configured: Machine, gitconfig: Path) -> None:
    configured.run("keyturn", "setup", "git", status=0)
    before = gitconfig.read_bytes()
    assert configured.json("setup", "git")["commands"] == []
    assert gitconfig.read_bytes() == before


def test_dry_run_prints_the_commands_and_runs_none(configured: Machine, gitconfig: Path) -> None:
    before = gitconfig.read_bytes()
    dry = configured.run("keyturn", "setup", "git", "--dry-run", status=0).stdout
    assert gitconfig.read_bytes() == before
    configured.run("keyturn", "setup", "git", status=0)
    wanted = gitconfig.read_bytes()
    gitconfig.write_bytes(before)
    for line in dry.splitlines():
        _, *arguments = shlex.split(line)
        configured.git(*arguments)
    assert gitconfig.read_bytes() == wanted


def test_dry_run_of_undo(configured: Machine, gitconfig: Path) -> None:
    configured.run("keyturn", "setup", "git", status=0)
    before = gitconfig.read_bytes()
    dry = configured.json("setup", "git", "--undo", "--dry-run")
    assert [command[:4] for command in dry["commands"]] == [["git", "config", "--global", "--remove-section"]] * 3
    assert gitconfig.read_bytes() == before


def test_helpers_added_later_are_overtaken_again(configured: Machine) -> None:
    configured.run("keyturn", "setup", "git", status=0)
    configured.git("config", "--global", "credential.helper", OTHER_HELPER)
    assert len(helpers_asked(configured, "https://dev.azure.com/contoso/x")) == 2
    told = configured.run("keyturn", "setup", "git", status=0).stdout
    assert "credential.helper of your git configuration is not asked for these" in told
    assert "printf" not in told
    assert len(helpers_asked(configured, "https://dev.azure.com/contoso/x")) == 1


def test_a_moved_keyturn_is_written_anew(configured: Machine) -> None:
    for value in ("", "/old/place/git-credential-keyturn"):
        configured.git("config", "--global", "--add", "credential.https://dev.azure.com.helper", value)
    configured.run("keyturn", "setup", "git", status=0)
    asked = helpers_asked(configured, "https://dev.azure.com/contoso/x")
    assert [str(HELPER) in command for command in asked] == [True]


def test_an_interrupted_setup_is_completed(configured: Machine) -> None:
    configured.git("config", "--global", "--add", "credential.https://dev.azure.com.helper", "")
    configured.run("keyturn", "setup", "git", status=0)
    assert len(helpers_asked(configured, "https://dev.azure.com/contoso/x")) == 1


SHARED = """[credential "https://dev.azure.com"]
	helper = manager ; mine
  useHttpPath = false
	provider = azure-repos
# end
"""


def test_what_others_have_in_our_section_stays(configured: Machine, gitconfig: Path) -> None:
    before = gitconfig.read_text(encoding="ascii") + SHARED
    gitconfig.write_text(before, encoding="ascii")
    configured.run("keyturn", "setup", "git", status=0)
    assert configured.git("config", "--get", "credential.https://dev.azure.com.provider").stdout == "azure-repos\n"
    asked = helpers_asked(configured, "https://dev.azure.com/contoso/x")
    assert [str(HELPER) in command for command in asked] == [True]
    assert configured.json("setup", "git")["commands"] == []
    configured.run("keyturn", "setup", "git", "--undo", status=0)
    assert [line.strip() for line in gitconfig.read_text(encoding="ascii").splitlines()] == [
        line.strip() for line in before.splitlines()
    ]


def test_a_path_switch_of_others_survives_undo(configured: Machine, gitconfig: Path) -> None:
    """Git Credential Manager's `configure` writes just this."""
    configured.git("config", "--global", "credential.https://dev.azure.com.useHttpPath", "true")
    before = gitconfig.read_bytes()
    configured.run("keyturn", "setup", "git", status=0)
    configured.run("keyturn", "setup", "git", status=0)
    configured.run("keyturn", "setup", "git", "--undo", status=0)
    assert gitconfig.read_bytes() == before


def test_what_somebody_added_to_our_section_stays(configured: Machine, gitconfig: Path) -> None:
    configured.run("keyturn", "setup", "git", status=0)
    configured.git("config", "--global", "credential.https://dev.azure.com.username", "alice")
    configured.run("keyturn", "setup", "git", "--undo", status=0)
    assert "git-credential" not in gitconfig.read_text(encoding="ascii")
    assert "useHttpPath" not in gitconfig.read_text(encoding="ascii")
    assert configured.git("config", "credential.https://dev.azure.com.username").stdout == "alice\n"


def test_a_reset_of_the_users_own_survives(configured: Machine, gitconfig: Path) -> None:
    configured.git("config", "--global", "credential.https://dev.azure.com.helper", "")
    before = gitconfig.read_bytes()
    configured.run("keyturn", "setup", "git", status=0)
    assert len(helpers_asked(configured, "https://dev.azure.com/contoso/x")) == 1
    configured.run("keyturn", "setup", "git", "--undo", status=0)
    assert gitconfig.read_bytes() == before


OLD_FORM = f"""[credential "https://dev.azure.com/"]
	helper =
	helper = {HELPER}
	useHttpPath = true
"""


@pytest.mark.parametrize("setup", [[], ["--undo"], ["--undo", "https://dev.azure.com/contoso"]])
def test_sections_in_the_old_spelling_are_ours_still(setup: list[str], configured: Machine, gitconfig: Path) -> None:
    before = gitconfig.read_text(encoding="ascii")
    gitconfig.write_text(before + OLD_FORM, encoding="ascii")
    configured.run("keyturn", "setup", "git", *setup, status=0)
    assert '"https://dev.azure.com/"' not in gitconfig.read_text(encoding="ascii")
    configured.run("keyturn", "setup", "git", "--undo", status=0)
    assert gitconfig.read_text(encoding="ascii") == before


def test_cargo_sees_the_section(configured: Machine) -> None:
    """Cargo asks git for `credential.URL.helper` with the URL's scheme and host, and no slash behind them."""
    configured.run("keyturn", "setup", "git", status=0)
    found = configured.git("config", "--get-all", "credential.https://dev.azure.com.helper").stdout
    assert found == f"\n{HELPER} --ours\n"


def test_a_broken_configuration_stops_git_instead_of_a_prompt(configured: Machine) -> None:
    configured.run("keyturn", "setup", "git", status=0)
    configured.configure("[profile")
    done = configured.run(
        need("git"), "credential", "fill", input="url=https://dev.azure.com/contoso/x\n\n", status=128
    )
    assert "not TOML" in done.stderr
    assert "told us to quit" in done.stderr


def test_a_helper_line_of_an_older_keyturn_is_written_anew(configured: Machine, gitconfig: Path) -> None:
    before = gitconfig.read_bytes()
    configured.run("keyturn", "setup", "git", status=0)
    gitconfig.write_text(gitconfig.read_text("ascii").replace(" --ours", ""), encoding="ascii")
    configured.run("keyturn", "setup", "git", status=0)
    assert gitconfig.read_text("ascii").count(f"helper = {HELPER} --ours\n") == 3
    configured.run("keyturn", "setup", "git", "--undo", status=0)
    assert gitconfig.read_bytes() == before


@pytest.mark.parametrize("line", ["useHttpPath", "useHttpPath =", "useHttpPath = yes"])
def test_a_variable_comes_back_as_it_was_meant(configured: Machine, gitconfig: Path, line: str) -> None:
    """Without `=` it is true, with nothing behind it false."""
    gitconfig.write_text(f'[credential "https://dev.azure.com"]\n\t{line}\n', encoding="ascii")
    asked = (need("git"), "config", "--type=bool", "credential.https://dev.azure.com.useHttpPath")
    before = configured.run(*asked, status=0).stdout
    configured.run("keyturn", "setup", "git", status=0)
    assert configured.run(*asked, status=0).stdout == "true\n"
    configured.run("keyturn", "setup", "git", "--undo", status=0)
    assert configured.run(*asked, status=0).stdout == before
    assert not list(configured.state.glob("setup-git.json"))


@pytest.mark.parametrize(
    "key", ["credential.https://dev.azure.com/.helper", "credential.https://bob@dev.azure.com/contoso.helper"]
)
def test_a_later_section_that_git_asks_as_well_is_reported(key: str, configured: Machine) -> None:
    configured.git("config", "--global", "credential.https://dev.azure.com.username", "alice")
    configured.run("keyturn", "setup", "git", status=0)
    configured.git("config", "--global", "--add", key, OTHER_HELPER)
    told = configured.run("keyturn", "setup", "git", status=0).stdout
    assert f"keyturn: {key} stands behind keyturn's helper" in told
    assert "printf" not in told


def test_no_file_is_left_where_none_was(configured: Machine, gitconfig: Path) -> None:
    gitconfig.unlink()
    configured.run("keyturn", "setup", "git", status=0)
    assert gitconfig.exists()
    told = configured.run("keyturn", "setup", "git", "--undo", status=0).stdout
    assert "git no longer asks keyturn for https://dev.azure.com" in told
    assert not gitconfig.exists()


def test_an_empty_file_of_the_users_stays(configured: Machine, gitconfig: Path) -> None:
    gitconfig.write_bytes(b"")
    configured.run("keyturn", "setup", "git", status=0)
    configured.run("keyturn", "setup", "git", "--undo", status=0)
    assert gitconfig.read_bytes() == b""


def test_another_file(configured: Machine, gitconfig: Path) -> None:
    before = gitconfig.read_bytes()
    file = configured.home / "-weird file"
    configured.run("keyturn", "setup", "git", "--file=-weird file", status=0)
    assert gitconfig.read_bytes() == before
    assert str(HELPER) in file.read_text(encoding="utf-8")
    configured.run("keyturn", "setup", "git", "--undo", "--file=-weird file", status=0)
    assert not file.exists()


def test_an_installation_whose_path_a_shell_would_misread(configured: Machine) -> None:
    place = configured.home / "it's a; $HOME"
    place.mkdir()
    for program in ("keyturn", "keyturn-python"):
        (place / program).symlink_to(PROGRAMS / program)
    shutil.copy(HELPER, place)
    configured.run(str(place / "keyturn"), "setup", "git", status=0)
    done = configured.run(need("git"), "credential", "fill", input="url=https://dev.azure.com/contoso/x\n\n")
    assert "keyturn: error: nobody is signed in for profile me" in done.stderr


def test_a_configuration_git_cannot_read(configured: Machine, gitconfig: Path) -> None:
    gitconfig.write_text("[credential\n", encoding="ascii")
    refused = configured.run("keyturn", "setup", "git", status=1)
    assert refused.stderr.startswith("keyturn: error: git config failed: ")
    assert refused.stderr.count("\n") == 2


def test_no_git(configured: Machine) -> None:
    empty = configured.home / "empty"
    empty.mkdir()
    refused = configured.run("keyturn", "setup", "git", status=1, PATH=str(empty))
    assert refused.stderr == "keyturn: error: git is not installed, or not on PATH\nkeyturn: hint: which -a git\n"


def test_nothing_to_set_up(machine: Machine) -> None:
    refused = machine.run("keyturn", "setup", "git", status=2)
    assert "there is no configuration: " in refused.stderr
    machine.configure(CONFIG.partition("[targets.git]")[0])
    refused = machine.run("keyturn", "setup", "git", status=2)
    assert "has no git targets" in refused.stderr
    assert 'hint: add "https://dev.azure.com/ORGANIZATION" = "me" to [targets.git]' in refused.stderr


STORE = '\n[git]\nstore = "memory"\n'


@pytest.mark.parametrize("before", ["", "[credential]\n\thelper = store\n\tuseHttpPath = true\n"])
def test_hosts_without_a_target_where_their_credentials_are_kept(
    configured: Machine, gitconfig: Path, before: str
) -> None:
    gitconfig.write_text(before, encoding="ascii")
    configured.configure(configured.config_file.read_text("utf-8") + STORE)
    told = configured.run("keyturn", "setup", "git", status=0).stdout
    assert "git asks keyturn for all other hosts" in told
    for url in ("https://example.com/x", "https://dev.azure.com/contoso/x"):
        line = f"{HELPER} --ours" if "azure" in url else f"{HELPER}"
        assert helpers_asked(configured, url) == [f"'{line} store'"]
    written = gitconfig.read_bytes()
    assert "already for all other hosts" in configured.run("keyturn", "setup", "git", status=0).stdout
    assert gitconfig.read_bytes() == written
    configured.run("keyturn", "setup", "git", "--undo", status=0)
    assert gitconfig.read_text("ascii") == before


def test_hosts_without_a_target_are_left_once_nothing_is_kept_for_them(configured: Machine, gitconfig: Path) -> None:
    before, config = gitconfig.read_bytes(), configured.config_file.read_text("utf-8")
    configured.configure(config + STORE)
    configured.run("keyturn", "setup", "git", status=0)
    configured.configure(config)
    told = configured.run("keyturn", "setup", "git", status=0).stdout
    assert "git no longer asks keyturn for all other hosts" in told
    assert helpers_asked(configured, "https://example.com/x") == []
    configured.run("keyturn", "setup", "git", "--undo", status=0)
    assert gitconfig.read_bytes() == before


def test_what_is_no_target_any_more_is_given_back(configured: Machine, gitconfig: Path) -> None:
    """Else git would ask us, who have nothing for it, and none of the helpers that are configured for it."""
    before = '[credential "https://git.example:8443"]\n\thelper = store\n'
    gitconfig.write_text(before, encoding="ascii")
    configured.run("keyturn", "setup", "git", status=0)
    assert helpers_asked(configured, "https://git.example:8443/x") == [f"'{HELPER} --ours store'"]
    configured.run("keyturn", "target", "remove", "https://git.example:8443", status=0)
    told = configured.run("keyturn", "setup", "--check", status=1).stdout
    assert told == "keyturn: git still asks keyturn for https://git.example:8443\n"
    told = configured.run("keyturn", "setup", "git", status=0).stdout
    assert "keyturn: git no longer asks keyturn for https://git.example:8443\n" in told
    assert helpers_asked(configured, "https://git.example:8443/x") == ["'git credential-store store'"]
    assert helpers_asked(configured, "https://dev.azure.com/contoso/x") == [f"'{HELPER} --ours store'"]
    configured.run("keyturn", "setup", "git", "--undo", status=0)
    assert gitconfig.read_text("ascii") == before
