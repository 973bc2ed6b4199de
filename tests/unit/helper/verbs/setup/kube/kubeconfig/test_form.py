"""What kubectl would refuse as a kubeconfig is none without it either."""

from __future__ import annotations

from typing import Any

import pytest

from keyturn.verbs.setup.kube.kubeconfig.form import is_kubeconfig


def of_user(user: object) -> dict[str, Any]:
    return {"users": [{"name": "u", "user": user}]}


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"clusters": None, "contexts": [], "users": None, "current-context": 7},
        {
            "clusters": [
                {"name": "c", "cluster": {"server": "s", "insecure-skip-tls-verify": True, "extensions": [7]}}
            ]
        },
        {"contexts": [{"name": "c", "context": {"cluster": "c", "user": ""}}, {"name": "d", "context": None}]},
        of_user({"exec": {"command": "x", "args": ["a", True], "env": [{"name": "A", "value": ""}]}, "token": "t"}),
        of_user({"auth-provider": {"name": "azure", "config": {"apiserver-id": "i"}}, "exec": None}),
    ],
)
def test_kubeconfigs(document: dict[str, Any]) -> None:
    assert is_kubeconfig(document)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "text",
        {"contexts": 7},
        {"clusters": {"name": "c"}},
        {"clusters": [{"name": "c", "cluster": "text"}]},
        {"clusters": [{"name": "c", "cluster": {"server": ["s"]}}]},
        {"contexts": [{"name": ["c"]}]},
        {"contexts": [{"name": "c", "context": {"cluster": ["c"]}}]},
        {"contexts": [{"name": "c", "context": {"user": {"a": "b"}}}]},
        {"users": [None]},
        of_user("text"),
        of_user({"exec": "text"}),
        of_user({"exec": {"command": ["x"]}}),
        of_user({"exec": {"args": "text"}}),
        of_user({"exec": {"args": [["a"]]}}),
        of_user({"exec": {"env": ["A=b"]}}),
        of_user({"auth-provider": "azure"}),
        of_user({"auth-provider": {"config": "text"}}),
    ],
)
def test_what_is_none(document: object) -> None:
    assert not is_kubeconfig(document)
