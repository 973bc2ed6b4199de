"""KEY=VALUE words of `profile add` and `profile edit`, and what config.toml has of them."""

from __future__ import annotations

import pytest

from keyturn.verbs.profile.changing import read_words


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("audiences=graph", ["graph"]),
        ("audiences=graph,https://management.azure.com", ["graph", "https://management.azure.com"]),
        ("audiences=graph, arm", ["graph", "arm"]),
        ('audiences=["graph"]', ["graph"]),
        ("scopes=[]", []),
        ("scopes=", None),
        ("account=alice,bob", "alice,bob"),
        ("cae=true", True),
    ],
)
def test_quotes_and_brackets_may_be_left_out(word: str, read: object) -> None:
    assert list(read_words([word]).values()) == [read]
