"""What may stand behind `keyturn` in credential.helper."""

from __future__ import annotations

import pytest

from keyturn.errors import UsageError
from keyturn.protocols import git_options


@pytest.mark.parametrize(
    ("arguments", "profile"),
    [
        ([], None),
        (["--profile", "work"], "work"),
        (["--profile=work"], "work"),
        (["--profile", "--odd"], "--odd"),
        (["--profile", "home", "--profile=work"], "work"),
    ],
)
def test_options(arguments: list[str], profile: str | None) -> None:
    found = git_options.options(arguments)
    assert (found.profile, found.ours, found.store, found.timeout) == (profile, False, None, None)


@pytest.mark.parametrize("arguments", [["--profile"], ["--profile="], ["--profile", ""]])
def test_profile_without_a_name(arguments: list[str]) -> None:
    with pytest.raises(UsageError, match=r"^--profile lacks the name of a profile$"):
        git_options.options(arguments)


@pytest.mark.parametrize("argument", ["--prof", "-p", "work", "", "--profiles=x"])
def test_unknown_option(argument: str) -> None:
    with pytest.raises(UsageError, match=r"^git-credential-keyturn has no option") as caught:
        git_options.options([argument])
    assert caught.value.exit_status == 2
