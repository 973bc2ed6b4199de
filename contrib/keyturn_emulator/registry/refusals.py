"""How a registry says no: the error document of the OCI distribution specification, with ACR's words in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = {"Docker-Distribution-Api-Version": "registry/2.0"}

MESSAGES = {
    "UNAUTHORIZED": "authentication required, visit https://aka.ms/acr/authorization for more information.",
    "DENIED": "requested access to the resource is denied",
    "DENIED network": "client with IP '127.0.0.1' is not allowed access. Refer https://aka.ms/acr/firewall to grant "
    "access.",
    "BAD_REQUEST": "the request is malformed",
    "BLOB_UNKNOWN": "blob unknown to registry",
    "BLOB_UPLOAD_INVALID": "blob upload invalid",
    "BLOB_UPLOAD_UNKNOWN": "blob upload unknown to registry",
    "DIGEST_INVALID": "provided digest did not match uploaded content",
    "MANIFEST_BLOB_UNKNOWN": "manifest references a manifest or blob unknown to registry",
    "MANIFEST_INVALID": "manifest invalid",
    "MANIFEST_UNKNOWN": "manifest unknown",
    "NAME_INVALID": "invalid repository name",
    "NAME_UNKNOWN": "repository name not known to registry",
    "SIZE_INVALID": "provided length is not that of the content",
    "TAG_INVALID": "manifest tag did not match URI",
    "UNSUPPORTED": "the operation is unsupported",
}


class RegistryError(Exception):
    """A refused request. `code`: a word of MESSAGES; `reason`: one of ours for counts and log.

    Where the two together are in MESSAGES, that is what is said.
    """

    def __init__(self, status: int, code: str, reason: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.reason = reason or code.lower().replace("_", "-")
        self.headers = dict(headers or {})

    def answer(self) -> JSONResponse:
        """The whole refusal."""
        message = MESSAGES.get(f"{self.code} {self.reason}", MESSAGES[self.code])
        errors = [{"code": self.code, "message": message, "detail": None}]
        return JSONResponse({"errors": errors}, self.status, {**VERSION, **self.headers})
