"""Kubeconfigs changed line by line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from keyturn.verbs.setup.kube.kubeconfig.scalars import scalar
from keyturn.verbs.setup.kube.kubeconfig.text import Unreadable, editor

STANZA: dict[str, Any] = {"command": "/opt/key turn/helper", "args": ["get-token"], "provideClusterInfo": True}
OURS = """- name: keyturn:admin
  user:
    exec:
      command: "/opt/key turn/helper"
      args:
      - get-token
      provideClusterInfo: true
"""
KUBECTLS = """apiVersion: v1
clusters:
- cluster:
    server: https://aks.example
  name: aks
contexts:
- context:
    cluster: aks
    extensions:
    - extension:
        user: not this one
      name: other
    namespace: default
    user: admin
  name: aks
- context:
    cluster: aks
    user: admin
  name: second
current-context: aks
kind: Config
users:
- name: admin
  user:
    token: secret
"""
BY_HAND = """# mine
apiVersion: v1
contexts:
    # the cluster at work
    - name: 'aks'   # the first
      context:
          user: "admin"
          cluster: aks

    - name: "second"
      context: { cluster: aks, user: admin }
users:

    - name: admin
      user: { token: secret }
# the end of the users
kind: Config
"""


def changed(text: str) -> str:
    """`text` with a user of ours that the context aks points at."""
    made = editor(text)
    made.add_user("keyturn:admin", STANZA)
    made.set_context_user("aks", "keyturn:admin")
    return made.text


def undone(text: str) -> str:
    """Back again."""
    made = editor(text)
    made.remove_user("keyturn:admin")
    made.set_context_user("aks", "admin")
    return made.text


def test_only_the_lines_that_have_to_change_do() -> None:
    expected = KUBECTLS.replace("    user: admin\n  name: aks", "    user: keyturn:admin\n  name: aks")
    assert changed(KUBECTLS) == expected + OURS


def test_comments_and_another_indentation_stay() -> None:
    ours = "".join(f"    {line}\n" for line in OURS.splitlines())
    expected = BY_HAND.replace('user: "admin"', "user: keyturn:admin").replace("# the end", ours + "# the end")
    assert changed(BY_HAND) == expected


@pytest.mark.parametrize("text", [KUBECTLS, BY_HAND.replace('"admin"', "admin")], ids=["kubectl's", "by hand"])
def test_undoing_brings_back_every_byte(text: str) -> None:
    assert undone(changed(text)) == text


def test_a_list_that_is_indented_further_is_one() -> None:
    wide = "contexts:\n-   name: aks\n    context:\n        user: admin\nusers:\n-   name: admin\n    user: {}\n"
    assert changed(wide) == wide.replace("user: admin", "user: keyturn:admin") + OURS
    assert undone(changed(wide)) == wide


@pytest.mark.parametrize("user", ["admin", '"ad#min"', "'it''s #1'", "a#b"])
@pytest.mark.parametrize("comment", ["", " # mine", "  #mine, 'too'"])
def test_the_comment_behind_a_user_stays(user: str, comment: str) -> None:
    text = "contexts:\n- name: aks\n  context:\n    user: {}\nusers: []\n"
    lines = editor(text.format(f"{user}{comment}"))
    lines.set_context_user("aks", "other")
    assert lines.text == text.format(f"other{comment}")


def test_line_ends_of_another_system_stay() -> None:
    text = KUBECTLS.replace("\n", "\r\n")
    assert changed(text) == changed(KUBECTLS).replace("\n", "\r\n")


@pytest.mark.parametrize("last", ["users: []\n", "users: null\n", "users:\n", "users: [] # none\n", ""])
def test_the_first_user_of_all(last: str) -> None:
    without = KUBECTLS.partition("users:")[0]
    assert changed(without + last).endswith(f"users:\n{OURS}")


def test_a_last_line_without_an_end() -> None:
    assert changed(KUBECTLS.rstrip("\n")) == changed(KUBECTLS)
    without = KUBECTLS.partition("users:")[0].rstrip("\n")
    assert changed(without).endswith(f"kind: Config\nusers:\n{OURS}")


def test_the_last_user_of_all() -> None:
    made = editor(f"kind: Config\nusers:\n{OURS}")
    made.remove_user("keyturn:admin")
    assert made.text == "kind: Config\nusers: []\n"


@pytest.mark.parametrize(
    "text",
    [
        BY_HAND.replace("- name: 'aks'", "- name: other"),
        KUBECTLS.replace("name: second", "name: aks"),
        KUBECTLS.replace("    user: admin\n  name: aks", "  name: aks").replace("user: not", "person: not"),
        KUBECTLS.replace("users:\n- name: admin\n  user:\n    token: secret\n", "users: [{name: admin}]\n"),
        "contexts: &all\n" + KUBECTLS.partition("contexts:\n")[2],
        "contexts:\n  aks: {}\nusers: []\n",
        "{contexts: [], users: []}\n",
    ],
    ids=["no such context", "two of them", "without user", "flow", "anchor", "no list", "no JSON"],
)
def test_what_it_does_not_understand(text: str) -> None:
    with pytest.raises(Unreadable):
        changed(text)


def test_a_context_in_flow_style() -> None:
    with pytest.raises(Unreadable):
        editor(BY_HAND).set_context_user("second", "keyturn:admin")


def test_json() -> None:
    document = {
        "contexts": [{"name": "aks", "context": {"cluster": "aks", "user": "admin"}}],
        "users": [{"name": "admin", "user": {"token": "sécret"}}],
    }
    text = changed(json.dumps(document))
    assert json.loads(text)["contexts"][0]["context"]["user"] == "keyturn:admin"
    assert json.loads(text)["users"][1] == {"name": "keyturn:admin", "user": {"exec": STANZA}}
    assert json.loads(undone(text)) == document


@pytest.mark.parametrize("text", ["admin", "clusterUser_group_aks", "a@b.c", "arn:aws:eks:1", "/usr/bin/x", "a=b+c"])
def test_a_plain_text_stays_plain(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "yes", "Null", "n", "true", "1", "1e3", "a b", "a: b", "a:", "#a", "- a", "a #b", "*a", "'", '"', "é"],
)
def test_what_could_be_read_otherwise_is_quoted(text: str) -> None:
    assert json.loads(scalar(text)) == text


def test_control_characters_are_escaped() -> None:
    assert scalar("a\u2028\nb") == '"a\\u2028\\nb"'


@pytest.mark.parametrize("document", ['{"users": []}', "users: []\n"])
@pytest.mark.parametrize("written", ["[]", "users: []", "null", "users:", ""])
def test_a_file_that_has_changed_its_form_meanwhile_is_still_one(document: str, written: str) -> None:
    edited = editor(document)
    edited.leave_users(written)
    assert editor(edited.text).empty_users() is not None
    assert edited.text.strip() in {"users: []", "users:", "", "{}"} or json.loads(edited.text)["users"] in ([], None)
