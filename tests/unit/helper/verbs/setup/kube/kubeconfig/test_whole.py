"""Kubeconfigs that are read without kubectl: what its reader makes of them, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.verbs.setup.kube.kubeconfig.text import Unreadable
from keyturn.verbs.setup.kube.kubeconfig.whole import Whole, load


def test_texts_and_booleans_alone() -> None:
    text = "users:\n- name: 'a'\n  user: {x: 1.20, y: 2024-01-01, z: 0x10, b: true, n: null, e: 1e3, o: 'yes'}\n"
    assert load(text)["users"][0]["user"] == {
        "x": "1.20", "y": "2024-01-01", "z": "0x10", "b": True, "n": None, "e": "1e3", "o": "yes",
    }  # fmt: skip
    assert load("") == {}


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1]\nb: *x\n",
        "users: []\nusers: []\n",
        "users:\n- name: a\n  name: b\n",
        "users: text\n",
        "users:\n- user: {}\n",
        "users:\n- name: [a]\n",
        "- a list\n",
        "a: !!python/object/apply:os.getcwd []\n",
        "a: b\n---\nc: d\n",
        "a: [\n",
        "a: \x00\n",
        "? [a, b]\n: c\n",
        "[" * 2000,
    ],
)
def test_what_is_no_kubeconfig_or_read_in_two_ways(text: str) -> None:
    with pytest.raises(Unreadable):
        load(text)


@given(st.text(min_size=1, max_size=20), st.text(max_size=20))
def test_what_is_written_means_what_was_read(name: str, user: str) -> None:
    whole = Whole("contexts:\n- {name: c, context: {cluster: k, user: u}}\n")
    whole.add_user(name, {"command": user, "args": [user, name], "provideClusterInfo": True})
    whole.set_context_user("c", name)
    found = load(whole.text)
    assert found["contexts"][0]["context"] == {"cluster": "k", "user": name}
    assert found["users"] == [
        {"name": name, "user": {"exec": {"command": user, "args": [user, name], "provideClusterInfo": True}}}
    ]


def test_texts_stay_texts_to_every_reader_and_numbers_numbers() -> None:
    """`1e3` is a number to Go, and kubectl ends at one where it expects a name."""
    whole = Whole(
        "contexts:\n- {name: '1e3', context: {cluster: c, extensions: [{name: e, extension: {n: 8080}}]}}\n"
    )
    whole.add_user("12e45", {"command": "0o17", "args": ["y", "1:30", ".5"]})
    assert 'name: "1e3"' in whole.text
    assert "n: 8080\n" in whole.text
    assert 'name: "12e45"' in whole.text
    assert all(f'- "{each}"\n' in whole.text for each in ("y", "1:30", ".5"))
