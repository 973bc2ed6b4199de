"""The names of the distribution API: repositories, tags, digests, and which request is meant for what."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
REPOSITORY = re.compile(rf"{_PART}(?:/{_PART})*")
LONGEST_REPOSITORY = 255
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

_PATHS = (
    ("ping", re.compile(r"/v2/")),
    ("catalog", re.compile(r"/v2/_catalog")),
    ("tags", re.compile(r"/v2/(?P<repository>.+)/tags/list")),
    ("manifests", re.compile(r"/v2/(?P<repository>.+)/manifests/(?P<reference>[^/]+)")),
    ("uploads", re.compile(r"/v2/(?P<repository>.+)/blobs/uploads/(?P<reference>[^/]*)")),
    ("blobs", re.compile(r"/v2/(?P<repository>.+)/blobs/(?P<reference>[^/]+)")),
)
DATA_PREFIX = "/data/"
"""Of the paths of a dedicated data endpoint."""
_TOKEN_PATHS = {"/oauth2/exchange": "exchange", "/oauth2/token": "token"}


@dataclass(frozen=True)
class Asked:
    """What a path of the API names. `kind` is the endpoint, `reference` a tag, a digest, or an upload's id."""

    kind: str
    repository: str = ""
    reference: str = ""


def split_path(path: str) -> Asked | None:
    """What `path` below /v2/ asks for; None if the API has no such path."""
    for kind, pattern in _PATHS:
        if found := pattern.fullmatch(path):
            return Asked(kind, **found.groupdict())
    return None


def endpoint_name(_method: str, path: str) -> str | None:
    """What counts, log and faults call a request; None for a path that is none of the registry's."""
    if path.startswith(DATA_PREFIX):
        return "registry.data"
    if path in _TOKEN_PATHS:
        return f"registry.{_TOKEN_PATHS[path]}"
    asked = split_path(path)
    return None if asked is None else f"registry.{asked.kind}"


def is_repository(name: str) -> bool:
    """Whether `name` follows the grammar of the specification."""
    return len(name) <= LONGEST_REPOSITORY and REPOSITORY.fullmatch(name) is not None


def digest_of(content: bytes) -> str:
    """The digest of `content`."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
