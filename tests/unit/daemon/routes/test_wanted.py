"""Which token the words of `keyturn token` mean, for a profile of an AWX: those of Entra ID mean nothing there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from keyturn.configuration.config import parse
from keyturn.errors import UsageError
from keyturnd.routes.tokens.wanted import TokenBody, want_of

CONFIG = b"""\
[profile.tower]
provider = "awx"
url = "https://awx.example"
flow = "token"
"""


def wanted(**asked: Any) -> tuple[str, ...]:
    return want_of(parse(Path("/config.toml"), CONFIG), TokenBody("tower", **asked)).scopes


def test_it_has_one_scope() -> None:
    assert wanted() == wanted(scopes=("write",)) == ("write",)


@pytest.mark.parametrize(
    ("asked", "sentence", "hint"),
    [
        ({"audience": "foo"}, "--audience is for tokens of Entra ID", "keyturn token tower"),
        (
            {"audience": "foo", "purpose": "run"},
            "--audience is for tokens of Entra ID",
            "keyturn run tower -- COMMAND",
        ),
        ({"registry": "contoso.azurecr.io"}, "--registry is for", "keyturn token tower"),
        ({"claims": "{}"}, "--claims is for", "keyturn token tower"),
        ({"scopes": ("read",)}, "has tokens of the scope write", "keyturn profile edit tower scope=read"),
        ({"scopes": ("foo",)}, "an AWX knows read and write only", "keyturn token tower"),
    ],
)
def test_what_an_awx_does_not_know_is_answered_with_what_it_does(asked: Any, sentence: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        wanted(**asked)
    assert sentence in refused.value.sentence
    assert refused.value.hint == hint
