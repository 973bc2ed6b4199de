"""A profile's name with a slip in it: the hint is all that was typed, with the name that was meant."""

from __future__ import annotations

import shlex

import pytest

from support.scenes.scene import Scene, scene

__all__ = ["scene"]

SECRET = "hunter2-planted"
VERBS = (
    "login cii", "login cii --again --no-browser", "logout cii", "logout cii --locally --json", "token cii",
    "token --format header cii", "secret set cii -", "profile show cii", "profile show cii --json",
    "profile check cii", "profile explain cii", "profile edit cii account=alice@contoso.example",
    "profile remove cii", "target add https://dev.azure.com/elsewhere cii", "awx tokens list --profile cii",
    "awx sweep --profile=cii",
)  # fmt: skip


def hint_of(scene: Scene, *words: str) -> str:
    told = scene.machine.run("keyturn", *words, status=2, input="").stderr
    assert "there is no profile cii in " in told
    return told.partition("keyturn: hint: ")[2].rstrip("\n")


def test_every_verb_is_said_again_with_what_was_meant(scene: Scene) -> None:
    hints = {verb: hint_of(scene, *verb.split()) for verb in VERBS}
    assert hints == {verb: f"keyturn {verb}".replace("cii", "ci") for verb in VERBS}
    scene.machine.run(*shlex.split(hints["token --format header cii"]), status=0)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("run", "cii", "--", "curl", f"--oauth2-bearer={SECRET}"), "keyturn run ci -- COMMAND"),
        (("token", "cii", "--audience", "cii"), "keyturn profile show ci"),
        (("token", "cii", "--claims", '{"a":\n1}'), "keyturn profile show ci"),
        (("profile", "edit", "cii", f"client_secret={SECRET}"), "keyturn profile show ci"),
        (("awx", "new-token", "cii", "--password", SECRET), "keyturn profile show ci"),
        (("awx", "new-token", "--profile=cii", f"--password={SECRET}"), "keyturn profile show ci"),
    ],
)
def test_what_may_not_or_cannot_be_said_again(scene: Scene, words: tuple[str, ...], hint: str) -> None:
    assert hint_of(scene, *words) == hint
