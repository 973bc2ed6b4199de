"""The socket's interface as it is documented: for curl, and in the OpenAPI document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from keyturnd.routes.openapi import document
from keyturnd.routes.table import ROUTES
from support.daemon import wire
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine

NOT_OURS = b"protocol=https\nhost=github.com\n"


@pytest.fixture
def path(machine: Machine) -> Path:
    """The socket of a running daemon."""
    machine.run("keyturn", "daemon", "start", status=0)
    return machine.socket


def test_curl_works_as_documented(machine: Machine, path: Path) -> None:
    curl = [need("curl"), "-sS", "--fail-with-body", "--unix-socket", str(path)]
    assert json.loads(machine.run(*curl, "http://keyturn/v1/status", status=0).stdout)["socket"] == str(path)
    asked = machine.run(*curl, "--data-binary", "@-", "http://keyturn/v1/git/get", input=NOT_OURS, status=0)
    assert asked.stdout == ""
    refused = machine.run(*curl, "http://keyturn/v1/nothing", status=22)
    assert json.loads(refused.stdout)["detail"] == "this daemon has no /v1/nothing"


def test_the_openapi_document_is_served_and_lists_exactly_the_routes(path: Path) -> None:
    served = json.loads(wire.exchange(path, b"GET /v1/openapi.json HTTP/1.1\r\n\r\n").body)
    assert served == document()
    listed = {(method.upper(), name) for name, item in served["paths"].items() for method in item}
    assert listed == set(ROUTES)
    assert served["openapi"].startswith("3.1.")
    assert {"title", "version"} <= set(served["info"])
    for name, item in served["paths"].items():
        for operation in item.values():
            assert operation["summary"]
            assert all(answer["description"] for answer in operation["responses"].values())
            parameters = {parameter["name"] for parameter in operation.get("parameters", ())}
            assert ("{id}" in name) == ("id" in parameters)
    assert references(served) <= {f"#/components/schemas/{name}" for name in served["components"]["schemas"]}


def references(node: object) -> set[str]:
    """Every $ref below `node`."""
    if isinstance(node, dict):
        own = {node["$ref"]} if "$ref" in node else set()
        return own.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()
