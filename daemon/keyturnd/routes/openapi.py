"""The OpenAPI document of the socket, served at /v1/openapi.json.

Written by hand beside the routes; a test compares the two, and every field below with the messages' types.
"""

from __future__ import annotations

from typing import Any

import keyturn

Document = dict[str, Any]

HELPER_ARGUMENTS = [
    {
        "name": "arg",
        "in": "query",
        "description": "the helper's own arguments without the operation, in order",
        "schema": {"type": "array", "items": {"type": "string"}, "maxItems": 64},
    }
]
DISCOVERED = "url:string subscription:string environment:string"
ANSWERED = {
    "200": {
        "description": "write the body to stdout and exit with Keyturn-Exit; with Accept: application/jsonl an "
        "answer that has to wait for a person is a stream of JSON lines, the last one the answer or the problem",
        "headers": {"Keyturn-Exit": {"schema": {"type": "integer", "minimum": 0, "maximum": 255}}},
        "content": {"application/octet-stream": {}, "application/jsonl": {}},
    }
}


def document() -> Document:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "keyturn",
            "version": keyturn.__version__,
            "description": "One request per connection, over the Unix socket only: "
            'curl --unix-socket "$XDG_RUNTIME_DIR/keyturn/socket" http://keyturn/v1/status',
        },
        "paths": _paths(),
        "components": {"schemas": {"Problem": _problem()}},
    }


def _paths() -> Document:
    return {
        **_helpers(),
        **_tokens(),
        "/v1/login": {"post": _json("sign in", _body("profile:string again:boolean"), waits=True)},
        "/v1/logout": {
            "post": _json(
                "forget tokens, sign-in and secret; an AWX is asked to delete its token first, unless locally",
                _body("profile:string locally:boolean"),
            )
        },
        "/v1/secret": {
            "post": _json("entrust a secret", _body("profile:string secret:string of_application:boolean"))
        },
        "/v1/credentials": {"get": _json("what is kept for hosts without a target: hosts and users, no secret")},
        "/v1/credentials/forget": {"post": _json("forget what is kept for a URL", _body("url:string"))},
        "/v1/asks/{id}": {"post": {**_json("answer a question", _body("value:string")), "parameters": [_ask()]}},
        "/v1/discovery": {"post": _json("the tenant of an organization or a subscription", _body(DISCOVERED))},
        "/v1/reachability": {"post": _json("whether the servers that tokens come from answer, and their clocks")},
        "/v1/surroundings": {"get": _json("what the daemon was started with: network settings and limits")},
        "/v1/status": {"get": _json("the daemon's figures and the profiles' state")},
        "/v1/daemon": {"get": _json("which daemon this is: version, configuration and state")},
        "/v1/openapi.json": {"get": _json("this document")},
        "/v1/daemon/stop": {"post": _json("finish and leave")},
        "/v1/daemon/restart": {"post": _json("come back as a new process")},
    }


def _helpers() -> Document:
    git = "git-credential attributes, as git writes them"
    server = "a registry's server name, as docker writes it"
    login = "a JSON object with ServerURL, Username and Secret"
    identity = "an ExecCredential for the identity that flags and variables describe; 428: wants more variables"
    printed = "what `keyturn token` prints of a token in memory, for who would start this daemon; 404: nothing ready"
    variable = "the same for `keyturn run`: the variable that it sets, NAME=VALUE and a NUL"
    cluster = "the content of KUBERNETES_EXEC_INFO, empty where it is not set"
    return {
        "/v1/git/get": {"post": _helper("a credential for a URL that is a target, what is kept for any other", git)},
        "/v1/git/store": {"post": _helper("kept for a URL that is no target, where [git] store says so", git)},
        "/v1/git/erase": {"post": _helper("the server refused this credential: replace it if it is ours", git)},
        "/v1/git/capability": {"post": _helper("what the helper can do, as git >= 2.46 asks", git)},
        "/v1/docker/get": {
            "post": _helper("a login for a registry that is a target, not found for any other", server)
        },
        "/v1/docker/store": {"post": _helper("accepted for a registry that is a target, and not kept", login)},
        "/v1/docker/erase": {"post": _helper("the next login for this registry is a new one", server)},
        "/v1/docker/list": {"post": _helper("the registries that are targets", "ignored")},
        "/v1/docker/version": {"post": _helper("name and version", "ignored")},
        "/v1/kube/get-token": {"post": _helper("an ExecCredential with a token for a cluster", cluster)},
        "/v1/kubelogin/get-token": {"post": _helper(identity, cluster)},
        "/v1/kubelogin/remove-cache-dir": {"post": _helper("forget identities by their cache directory", "ignored")},
        "/v1/keyturn/token": {"post": _helper(printed, "ignored")},
        "/v1/keyturn/run": {"post": _helper(variable, "ignored")},
    }


def _tokens() -> Document:
    wanted = (
        "profile:string audience:string scopes:array purpose:string registry:string renew:boolean min_life:number "
        "claims:string"
    )
    unknown = "a token for an identity in no configuration"
    lent = "profile:object secret:string refresh_token:string assertion:string watched:boolean"
    created = "a token on an AWX, of a named profile or of none, whose value is kept under a name"
    making = "profile:object named:string secret:string name:string scope:string"
    asking = (
        "profile:object named:string question:string mine:boolean personal:boolean application:integer "
        "expired:boolean unused:boolean made:boolean number:integer numbers:array description:string scope:string"
    )
    return {
        "/v1/token": {"post": _json("an access token", _body(wanted), waits=True)},
        "/v1/azure/new-token": {"post": _json(unknown, _body(lent), waits=True)},
        "/v1/awx/new-token": {"post": _json(created, _body(making), waits=True)},
        "/v1/awx/question": {"post": _json("what an AWX has of tokens and applications", _body(asking), waits=True)},
        "/v1/awx/made": {"post": _json("the tokens that are kept for others", _body("name:string forget:boolean"))},
    }


def _helper(summary: str, body: str) -> Document:
    content = {"application/octet-stream": {"schema": {"type": "string", "maxLength": 1 << 20}}}
    return {
        "summary": summary,
        "parameters": HELPER_ARGUMENTS,
        "requestBody": {"description": body, "content": content},
        "responses": {**ANSWERED, **_refused()},
    }


def _json(summary: str, body: Document | None = None, *, waits: bool = False) -> Document:
    content: Document = {"application/json": {"schema": {"type": "object"}}}
    if waits:
        content["application/jsonl"] = {}
    operation: Document = {
        "summary": summary,
        "responses": {"200": {"description": "done", "content": content}, **_refused()},
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation


def _body(members: str) -> Document:
    """An object of `name:type` members."""
    properties = {name: {"type": kind} for name, _, kind in (member.partition(":") for member in members.split())}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _ask() -> Document:
    return {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}


def _refused() -> Document:
    reference = {"$ref": "#/components/schemas/Problem"}
    return {"default": {"description": "refused", "content": {"application/problem+json": {"schema": reference}}}}


def _problem() -> Document:
    return {
        "type": "object",
        "description": "RFC 9457; hint is the command that helps, exit the status to end with, output what the "
        "protocol wants on stdout beside the error",
        "required": ["type", "title", "status", "detail", "exit"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "hint": {"type": "string"},
            "exit": {"type": "integer"},
            "output": {"type": "string"},
            "variables": {"type": "string", "description": "names of secret variables that are asked for"},
        },
    }
