"""`keyturn setup git`, judged by what real git does afterwards."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
from typing import TYPE_CHECKING

import pytest

from support.machine.machine import PROGRAMS, Machine
from support.needs import need
from support.scenes.setup.gitconfig import CONFIG, HELPER, STORE, configured, gitconfig, helpers_asked

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["configured", "gitconfig"]


OTHER_HELPER = "!printf 'username=other\\npassword=other\\n' #"


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


def test_a_second_setup_changes_nothing(configured: Machine, gitconfig: Path) -> None:
    configured.run("keyturn", "setup", "git", status=0)
    before = gitconfig.read_bytes()
    assert configured.json("setup", "git")["commands"] == []
    assert gitconfig.read_bytes() == before


@pytest.mark.parametrize("reset", ["", "\thelper =\n"])
def test_a_section_that_stands_before_other_helpers(reset: str, configured: Machine, gitconfig: Path) -> None:
    """An empty one git fills where it stands; one with a reset of the user's own stays there, and is told of once."""
    other = f'[credential "https://*.azure.com"]\n\thelper = "{OTHER_HELPER}"\n'
    gitconfig.write_text(f'[credential "https://dev.azure.com"]\n{reset}{other}', encoding="ascii")
    told = configured.run("keyturn", "setup", "git", status=0).stdout
    assert ("stands behind keyturn's helper" in told) == bool(reset)
    before = gitconfig.read_bytes()
    configured.run("keyturn", "setup", "--check", "git", status=0)
    configured.run("keyturn", "setup", "git", status=0)
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
    gitconfig.unlink()
    os.mkfifo(gitconfig)  # git itself would wait until somebody wrote to it
    refused = configured.run("keyturn", "setup", "git", status=1)
    assert refused.stderr == f"keyturn: error: {gitconfig} is not a file\nkeyturn: hint: ls -ld {gitconfig}\n"


def test_a_device_in_place_of_a_configuration_stays_one(configured: Machine) -> None:
    """A socket here: no test shall take /dev/null away."""
    place = configured.home / "device"
    with socket.socket(socket.AF_UNIX) as device:
        device.bind(str(place))
    refused = configured.run("keyturn", "setup", "git", status=1, GIT_CONFIG_GLOBAL=str(place))
    assert refused.stderr == f"keyturn: error: {place} is not a file\nkeyturn: hint: ls -ld {place}\n"


def test_a_variable_for_git_config_alone_counts_for_nothing(configured: Machine, gitconfig: Path) -> None:
    other = configured.home / "other"
    configured.run("keyturn", "setup", "git", status=0, GIT_CONFIG=str(other))
    assert str(HELPER) in gitconfig.read_text()
    assert not other.exists()


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
