"""What the API server says instead of an answer: `Status` objects, in the words of k8s.io/apimachinery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.responses import Response


class Refusal(Exception):
    """A final no. reason: a word of metav1.StatusReason; details: which object it is about."""

    def __init__(self, status: int, reason: str, message: str, details: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.details = details

    def response(self) -> Response:
        """The answer that carries it."""
        document = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            **({"details": self.details} if self.details else {}),
            "code": self.status,
        }
        return JSONResponse(document, self.status, headers={"Cache-Control": "no-cache, private"})


def unauthorized() -> Refusal:
    """Nobody we know; why is in the server's log only."""
    return Refusal(401, "Unauthorized", "Unauthorized")


def forbidden(user: str, verb: str, resource: str, name: str = "") -> Refusal:
    """Known, and not allowed to."""
    what = f'"{name}" is forbidden' if name else "is forbidden"
    who = f'User "{user}" cannot {verb} resource "{resource}" in API group "" at the cluster scope'
    details = {"kind": resource, **({"name": name} if name else {})}
    return Refusal(403, "Forbidden", f"{resource} {what}: {who}", details)


def no_such_object(resource: str, name: str) -> Refusal:
    """There is such a resource, but none of that name."""
    return Refusal(404, "NotFound", f'{resource} "{name}" not found', {"name": name, "kind": resource})


def no_such_path() -> Refusal:
    """Nothing is served there."""
    return Refusal(404, "NotFound", "the server could not find the requested resource", {})


def no_such_method() -> Refusal:
    """Something is served there, but not so."""
    return Refusal(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {})


def bad_request(message: str) -> Refusal:
    """Not what a client may send."""
    return Refusal(400, "BadRequest", message)


def not_acceptable() -> Refusal:
    """Only forms of an answer were asked for that are not to be had."""
    return Refusal(406, "NotAcceptable", "only the following media types are accepted: application/json")


def unsupported_body() -> Refusal:
    """A body in another form than JSON; client-go then tries again with JSON."""
    message = "the body of the request was in an unknown format - accepted media types include: application/json"
    return Refusal(415, "UnsupportedMediaType", message)


def list_expired() -> Refusal:
    """A list whose pages are no longer kept; kubectl then begins it again."""
    message = "The provided continue parameter is too old to display a consistent list result."
    return Refusal(410, "Expired", message)
