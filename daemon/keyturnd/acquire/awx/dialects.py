"""Where a server keeps its tokens: an AWX controller, or the gateway of Ansible Automation Platform 2.5 and later.

`GET /api/` tells, without credentials (reference/awx.md section 1). Only paths are taken from it: whatever a server
says of itself, passwords and tokens go to the configured host alone (DESIGN rule 5.1).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from keyturn import moves
from keyturn.errors import ProviderRefused
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from keyturnd.acquire.awx.api import Api

_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/")


class NoTokens(Failed):
    """The server has no tokens (any more)."""


def tokens_url(api: Api) -> str:
    """The URL of the token collection, with a slash at its end: without one, the server redirects.

    Raises NoTokens, or Failed for a server that is no AWX or did not answer.
    """
    root = _document(api, f"{api.identity.url}/api/")
    if "apis" in root:
        apis = root["apis"]
        gateway = _document(api, _url(api, apis.get("gateway") if isinstance(apis, dict) else None))
        return _url(api, gateway.get("current_version")) + "tokens/"
    version = _url(api, root.get("current_version"))
    if "oauth2" not in root:
        raise no_tokens(api)
    return version + "tokens/"


def no_tokens(api: Api) -> NoTokens:
    """What a controller is since its tokens moved to the gateway (awx#15666)."""
    return NoTokens(
        ProviderRefused,
        f"{api.place} has no tokens: this AWX is newer than 24.6.1, or a controller behind a gateway",
        moves.gateway(api.identity.profile),
    )


def _document(api: Api, url: str) -> dict[str, Any]:
    reply = api.call("GET", url)
    if reply.status != 200:
        raise _no_awx(api, f"GET {urlsplit(url).path} answers with status {reply.status}")
    if reply.document is None:
        raise _no_awx(api, f"GET {urlsplit(url).path} does not answer with a JSON object")
    return reply.document


def _url(api: Api, path: object) -> str:
    """`path` on the configured host, below the configured path if a proxy has put AWX there without its knowing."""
    if not isinstance(path, str) or len(path) > 200 or not _PATH.fullmatch(path):
        raise _no_awx(api, "its /api/ names no version of the API")
    prefix = urlsplit(api.identity.url).path.rstrip("/")
    origin = api.identity.url.rstrip("/").removesuffix(prefix)
    return f"{origin}{path}" if path.startswith(f"{prefix}/") else f"{origin}{prefix}{path}"


def _no_awx(api: Api, why: str) -> Failed:
    return Failed(
        ProviderRefused, f"{api.place} is no AWX: {why}", moves.check("url", of=f"[profile.{api.identity.profile}]")
    )
