"""`keyturn setup git`: what is left after --undo, and after what is no target any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.needs import need
from support.scenes.setup.gitconfig import HELPER, STORE, configured, gitconfig, helpers_asked

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine

__all__ = ["configured", "gitconfig"]


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


def test_dry_run_of_undo(configured: Machine, gitconfig: Path) -> None:
    configured.run("keyturn", "setup", "git", status=0)
    before = gitconfig.read_bytes()
    dry = configured.json("setup", "git", "--undo", "--dry-run")
    assert [command[:4] for command in dry["commands"]] == [["git", "config", "--global", "--remove-section"]] * 3
    assert gitconfig.read_bytes() == before


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
