"""Usage errors of every verb: keyturn's own form, exit status 2, and no value repeated that may be a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from keyturn import __version__
from keyturn.errors import UsageError
from keyturn.main import dispatch
from keyturn.verbs.init import command as init
from keyturn.verbs.known import VERBS
from keyturn.verbs.meant import ELSEWHERE, LATER
from keyturn.verbs.setup import command as setup

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyturn.console.parsing import Parser

PROFILE = """\
[profile.work]
provider = "entra"
flow = "browser"
application_id = "preset:azure-cli"
"""
SECRET = "hunter2-planted"


@pytest.mark.parametrize(
    "words",
    [
        ["secret", "set", "ci", SECRET, SECRET],
        ["secret", "set", "ci", f"-{SECRET}"],
        ["secret", "set", "ci", f"-h{SECRET}"],
        ["secret", "set", "ci", f"--help={SECRET}"],
        ["secret", "set", "ci", f"--secret={SECRET}"],
        ["secret", "set", "ci", "-", SECRET],
        ["secret", SECRET],
        ["secret", "set", f"--json={SECRET}"],
        ["azure", "new-token", "--client-secret", f"-{SECRET}"],
        ["azure", "new-token", "--password", SECRET],
        ["azure", SECRET],
        ["awx", "new-token", "--password", f"-{SECRET}"],
        ["awx", "new-token", "--scope", SECRET],
        ["awx", SECRET],
        ["run", "tower", SECRET, "--", "awx"],
        ["run", f"--token={SECRET}", "--", "awx"],
        ["login", "ci", SECRET],
        ["token", "--format", SECRET],
        ["daemon", SECRET],
        ["setup", SECRET],
    ],
)
def test_usage_errors_repeat_no_value(words: list[str]) -> None:
    with pytest.raises(UsageError) as raised:
        dispatch(words)
    assert SECRET[1:] not in raised.value.lines()
    assert raised.value.exit_status == 2
    assert str(raised.value.hint).endswith("--help")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["login", "--agian"], "there is no option --agian"),
        (["token", "--aud", "x"], "there is no option --aud"),
        (["token", "work", "x", "y"], "too many arguments"),
        (["token", "--audience", "x", "--scope", "y"], "argument --scope: not allowed with argument --audience"),
        (["secret", "set"], "the following arguments are required: PROFILE"),
        *((["log", "-n", n], "argument -n/--lines: expected a number above 0") for n in ("0", "hunter2", "9" * 5000)),
        (["profile"], "the following arguments are required: ACTION"),
        (["setup", "git", "--file", "x", "--global"], "argument --global: not allowed with argument --file"),
        (["run", "tower"], "expected -- and then the command to run"),
        (["run", "tower", "--"], "expected -- and then the command to run"),
        (["run", "tower", "awx", "me"], "expected -- and then the command to run"),
        (["azure", "new-token", "--application-id", "x"], "one of the arguments --scopes --audience is required"),
        (["azure", "new-token", "-ApplicationId", "x", "-Scopes", "y"], "there is no option -ApplicationId"),
        (["azure", "new-token", "--scopes", "y", "--Tenant=z"], "there is no option --Tenant"),
        (["token", "work", "-Audience", "x"], "there is no option -Audience"),
        (["token", "work", "-Hunter2"], "too many arguments"),
    ],
)
def test_usage_errors_say_what_is_wrong(words: list[str], sentence: str) -> None:
    with pytest.raises(UsageError) as raised:
        dispatch(words)
    assert raised.value.sentence.startswith(sentence)


@pytest.mark.parametrize("verb", sorted(VERBS.keys() - {"helper"}))
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        dispatch([verb, "--help"])
    assert raised.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: keyturn {verb}")


@pytest.mark.parametrize("words", [[], ["--help"], ["help"]])
def test_the_help_names_every_verb_and_variable(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(words) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in (*VERBS, "KEYTURN_CONFIG", "KEYTURN_STATE", "KEYTURN_SOCKET"))


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("stauts", "keyturn status"), ("profiles", "keyturn profile"), ("logs", "keyturn log"),
        ("remove", "keyturn profile remove --help"), ("stop", "keyturn daemon stop"), ("xyzzy", "keyturn --help"),
        ("reset", "keyturn --help"), ("vault", "keyturn status"),
        ("New-SecMgmtAccessToken", "keyturn azure new-token --help"),
        ("lock", "lock that keyring, then: keyturn daemon stop"),
    ],
)  # fmt: skip
def test_an_unknown_verb_names_the_nearest(typed: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        dispatch([typed])
    assert raised.value.hint == hint


@pytest.mark.parametrize("word", sorted(ELSEWHERE))
def test_a_word_of_other_programs_is_answered_with_a_verb_that_there_is(
    word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert word not in VERBS
    words = [each for each in ELSEWHERE[word].split() if each != "--help"]
    with pytest.raises(SystemExit):
        dispatch([*words, "--help"])
    assert capsys.readouterr().out.startswith(f"usage: keyturn {words[0]}")


def test_verbs_to_come_are_refused_by_name() -> None:
    for word in LATER:
        with pytest.raises(UsageError, match=f"the verb {word} is not there yet"):
            dispatch([word, "--help"])


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["login", "--agian"], "keyturn login --again"),
        (["profile", "lst"], "keyturn profile list"),
        (["daemon", "restrat"], "keyturn daemon restart"),
        (["setup", "gti"], "keyturn setup git"),
        (["token", "--format", "heder"], "keyturn token --format header"),
        (["setup", "git", "--gobal"], "keyturn setup git --global"),
        (["token", "--format", "hunter2"], "keyturn token --help"),
        (["token", "work", "--format", "bearer", "--renew"], "keyturn token work --format header --renew"),
        (["token", "work", "--format=heder"], "keyturn token work --format=header"),
        (["token", "work", "--formt=header"], "keyturn token work --format=header"),
        (["token", "hunter2", "--format", "heder"], "keyturn token --format header"),
        (["setup", "--chek", "git"], "keyturn setup --check git"),
        (["daemon", "status"], "keyturn status"),
        (["logout", "--lay"], "keyturn logout --help"),
        (["log", "--since", "1h"], "keyturn log --help"),
        (["--json", "status"], "keyturn status --json"),
        (["--debug", "token", "work"], "keyturn token --help"),
        (["setup", "podman", "--dry-run"], "keyturn setup docker --dry-run"),
        (["setup", "--check", "k9s"], "keyturn setup --check kube"),
        (
            ["target", "add", "--no-setup", "work", "x.example", "--service", "acr"],
            "keyturn target add x.example work --service acr --no-setup",
        ),
        (["token", "--profile", "work", "--format", "header"], "keyturn token work --format header"),
        (["login", "--again", "--profile=work"], "keyturn login --again work"),
        (["logout", "--profile=work"], "keyturn logout work"),
        (["token", "--profile", "work", "--audience", "aks"], "keyturn token work --audience aks"),
        (["token", "--profile", "hunter2"], "keyturn token PROFILE"),
        (["secret", "set", "--profile", "work"], "keyturn secret set work"),
        (["run", "--profile", "work", "--renew", "--", "./hunter2"], "keyturn run work --renew -- COMMAND"),
        (["run", "--profile", "work"], "keyturn run work -- COMMAND"),
        (["setup", "git", "--profile", "work"], "keyturn target list"),
        (["setup", "--profile", "work"], "keyturn target list"),
        (["status", "--profile", "work"], "keyturn status --help"),
    ],
)
def test_what_was_meant(words: list[str], meant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all that was typed, where nothing of it can be a secret."""
    config = tmp_path / "config.toml"
    config.write_text(PROFILE)
    monkeypatch.setenv("KEYTURN_CONFIG", str(config))
    with pytest.raises(UsageError) as raised:
        dispatch(words)
    assert raised.value.hint == meant


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["setup", "git", "--discover"], "keyturn setup git --help"),
        (["setup", "kube", "--chek"], "keyturn setup kube --check"),
    ],
)
def test_an_option_of_another_action_is_not_what_was_meant(words: list[str], hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        dispatch(words)
    assert raised.value.hint == hint


@pytest.mark.parametrize("words", [["help", "profile"], ["help", "profile", "show"]])
def test_help_of_a_verb_is_its_own(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        dispatch(words)
    assert capsys.readouterr().out.startswith(f"usage: keyturn {' '.join(words[1:])}")


def test_help_of_the_helper_names_what_other_programs_start(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["help", "helper"]) == 0
    assert "kube-credential-keyturn get-token" in capsys.readouterr().out


def test_the_version_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["version", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"version": __version__}
    with pytest.raises(UsageError, match="too many arguments"):
        dispatch(["version", "status"])


@pytest.mark.parametrize(
    ("parser", "typed", "listed"),
    [
        (init.parser, "contoso-aks --yes contoso.azurecr.io --tenant contoso.example https://a.example", "places"),
        (setup.parser, "docker contoso-aks --dry-run contoso.azurecr.io --json https://a.example", "hosts"),
    ],
)
def test_options_may_stand_among_the_words_of_a_list(parser: Callable[[], Parser], typed: str, listed: str) -> None:
    words = typed.split()
    assert getattr(parser().parse(words), listed) == ["contoso-aks", "contoso.azurecr.io", "https://a.example"]
    with pytest.raises(UsageError, match="there is no option --hunter"):
        parser().parse([*words[:2], "--hunter", "2"])
    with pytest.raises(UsageError, match="too many arguments"):
        parser().parse([*words, "--", "-2"])


def test_data_for_a_standard_output_that_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", None)
    assert dispatch(["version", "--json"]) == 0


@pytest.mark.parametrize("word", ["version", "--version", "-V"])
def test_the_version(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch([word]) == 0
    assert capsys.readouterr().out == f"keyturn {__version__}\n"
