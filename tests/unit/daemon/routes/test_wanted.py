"""Which token the words of `keyturn token` mean, for a profile of an AWX: those of Entra ID mean nothing there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from keyturn.configuration.config import parse
from keyturn.errors import Refused, UsageError
from keyturnd.routes.tokens.wanted import TokenBody, want_of

CONFIG = b"""\
[profile.tower]
provider = "awx"
url = "https://awx.example"
flow = "token"
"""


PEOPLE = b"""\
[profile.me]
provider = "entra"
flow = "browser"
application_id = "preset:azure-cli"
scopes = ["https://graph.microsoft.com/User.Read"]
[profile.ci]
provider = "entra"
flow = "client-secret"
tenant = "contoso.example"
application_id = "00001111-aaaa-2222-bbbb-3333cccc4444"
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


def test_a_scope_is_added_to_those_that_a_profile_has() -> None:
    config, mail = parse(Path("/config.toml"), PEOPLE), "https://graph.microsoft.com/Mail.Read"
    with pytest.raises(Refused) as refused:
        want_of(config, TokenBody("me", scopes=(mail,)))
    assert refused.value.hint == (
        f"""keyturn profile edit me 'scopes=["https://graph.microsoft.com/User.Read", "{mail}"]'"""
    )
    with pytest.raises(Refused, match="scope: "):  # what its flow cannot have is no line to add
        want_of(config, TokenBody("ci", scopes=(mail,)))
    with pytest.raises(Refused, match="of several resources"):
        want_of(config, TokenBody("me", scopes=(mail, "https://management.azure.com/user_impersonation")))
