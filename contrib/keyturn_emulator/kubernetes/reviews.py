"""What callers may ask about themselves: who they are (`kubectl auth whoami`), what they may do (`auth can-i`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from keyturn_emulator.kubernetes import protobuf, refusals

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyturn_emulator.kubernetes.access import User

Document = dict[str, Any]


class Review(NamedTuple):
    """What is in a request's body; resource and verb are empty where it asks for none."""

    version: str
    kind: str
    resource: str = ""
    verb: str = ""


async def self_subject(request: Request, user: User) -> Document:
    """A SelfSubjectReview. Raises Refusal."""
    review = await _read(request, "authentication.k8s.io/v1", "SelfSubjectReview")
    return {**_head(review), "status": {"userInfo": user.to_json()}}


async def self_subject_access(request: Request, user: User) -> Document:  # noqa: ARG001 - all may do the same
    """A SelfSubjectAccessReview. Raises Refusal."""
    review = await _read(request, "authorization.k8s.io/v1", "SelfSubjectAccessReview")
    allowed = review.resource == "namespaces" and review.verb in {"get", "list"}
    spec = {"resourceAttributes": {"resource": review.resource, "verb": review.verb}}
    return {**_head(review), "spec": spec, "status": {"allowed": allowed}}


def _head(review: Review) -> Document:
    return {"kind": review.kind, "apiVersion": review.version, "metadata": {}}


async def _read(request: Request, version: str, kind: str) -> Review:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip()
    body = await request.body()
    try:
        if media_type == protobuf.MEDIA_TYPE:
            review = _of_protobuf(body)
        elif media_type in {"application/json", ""}:  # `kubectl create --raw` names none
            review = _of_json(json.loads(body))
        else:
            raise refusals.unsupported_body()
    except (ValueError, TypeError, KeyError, AttributeError):
        raise refusals.bad_request("the object provided is unrecognized") from None
    if (review.version, review.kind) != (version, kind):
        raise refusals.bad_request(f"the object provided is no {kind} of {version}")
    return review


def _of_json(document: Document) -> Review:
    asked = (document.get("spec") or {}).get("resourceAttributes") or {}
    texts = (document["apiVersion"], document["kind"], asked.get("resource", ""), asked.get("verb", ""))
    return Review(*map(str, texts))


def _of_protobuf(body: bytes) -> Review:
    """Field numbers: spec, its resourceAttributes, their resource and verb (k8s.io/api/authorization/v1)."""
    version, kind, message = protobuf.envelope(body)
    asked = protobuf.fields(protobuf.fields(message.get(2, b"")).get(1, b""))
    return Review(version, kind, asked.get(5, b"").decode(), asked.get(2, b"").decode())
