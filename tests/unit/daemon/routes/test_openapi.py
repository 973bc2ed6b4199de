"""The OpenAPI document against the routes and their bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from keyturnd.routes import awx, profiles
from keyturnd.routes.git import credentials
from keyturnd.routes.openapi import document
from keyturnd.routes.table import ROUTES
from keyturnd.routes.tokens import operations, wanted

if TYPE_CHECKING:
    from keyturnd.routes.bodies import Body

BODIES: dict[str, type[Body]] = {
    "/v1/token": wanted.TokenBody,
    "/v1/azure/new-token": operations.NewEntraTokenBody,
    "/v1/awx/new-token": awx.NewAwxTokenBody,
    "/v1/awx/question": awx.QuestionBody,
    "/v1/awx/made": awx.MadeBody,
    "/v1/discovery": profiles.DiscoveryBody,
    "/v1/credentials/forget": credentials.ForgetBody,
    "/v1/login": profiles.LoginBody,
    "/v1/logout": profiles.LogoutBody,
    "/v1/secret": profiles.SecretBody,
    "/v1/asks/{id}": profiles.AnswerBody,
}


def described() -> dict[tuple[str, str], dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = document()["paths"]
    return {(method.upper(), path): operation for path, item in paths.items() for method, operation in item.items()}


def test_every_route_is_described_and_no_other() -> None:
    assert described().keys() == ROUTES.keys()


@pytest.mark.parametrize("path", BODIES)
def test_every_member_of_a_body_with_its_type(path: str) -> None:
    content = described()["POST", path]["requestBody"]["content"]
    members = content["application/json"]["schema"]["properties"]
    expected = {field.encode_name: _kind(field.type) for field in msgspec.structs.fields(BODIES[path])}
    assert {name: member["type"] for name, member in members.items()} == expected


def test_no_other_route_has_a_json_body() -> None:
    bodies = {path for (_, path), operation in described().items() if "application/json" in _content(operation)}
    assert bodies == set(BODIES)


def test_the_helpers_routes_take_and_give_bytes() -> None:
    helpers = {key: operation for key, operation in described().items() if "parameters" in operation}
    families = ("/v1/git/", "/v1/docker/", "/v1/kube/", "/v1/kubelogin/", "/v1/keyturn/")
    expected = {(method, path) for method, path in ROUTES if path.startswith(families)}
    assert {key for key in helpers if "{id}" not in key[1]} == expected
    assert all("Keyturn-Exit" in helpers[key]["responses"]["200"]["headers"] for key in expected)


def _content(operation: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    return content


def _kind(annotation: object) -> str:
    """The JSON type: `str`, `tuple[str, ...]` and so on."""
    shown = msgspec.inspect.type_info(annotation)
    inner = [part for part in getattr(shown, "types", [shown]) if not isinstance(part, msgspec.inspect.NoneType)]
    name = type(inner[0]).__name__
    return {
        "StrType": "string",
        "LiteralType": "string",
        "BoolType": "boolean",
        "FloatType": "number",
        "IntType": "integer",
        "VarTupleType": "array",
        "DictType": "object",
    }[name]
