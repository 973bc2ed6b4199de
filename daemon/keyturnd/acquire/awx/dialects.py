"""Where a server keeps its tokens: an AWX controller, or the gateway of Ansible Automation Platform 2.5 and later.

`GET /api/` tells, without credentials (reference/awx.md section 1). Only paths are taken from it: whatever a server
says of itself, passwords and tokens go to the configured host alone (DESIGN rule 5.1).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from keyturn import moves
from keyturn.errors import ProviderRefused
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from keyturnd.acquire.awx.api import Api

_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/")


class NoTokens(Failed):
    """The server has no tokens (any more)."""


class Site(NamedTuple):
    """Where a server keeps what it is asked for. The URLs are on the configured host, with a slash at their end."""

    api: str
    """Of the version of the API that has tokens and applications."""
    oauth: str
    """Of the token endpoint, the consent page and the like (django-oauth-toolkit's)."""
    controller: str
    """The path of the controller's API below the configured URL, for tools; empty where the server names none."""

    @property
    def tokens(self) -> str:
        """Of the token collection. Without the slash at its end, the server redirects."""
        return f"{self.api}tokens/"


def discover(api: Api) -> Site:
    """What the server says of itself.

    Raises NoTokens, or Failed for a server that is no AWX or did not answer.
    """
    root = _document(api, f"{api.identity.url}/api/")
    if "apis" in root:
        return _gateway(api, root["apis"])
    version = _below(api, root.get("current_version"))
    if "oauth2" not in root:
        raise no_tokens(api)
    return Site(_url(api, version), _url(api, _below(api, root["oauth2"])), "/api/")


def _gateway(api: Api, apis: object) -> Site:
    """The gateway of Ansible Automation Platform 2.5 and later; it names no path of its OAuth endpoints."""
    named = apis if isinstance(apis, dict) else {}
    gateway = _document(api, _url(api, _below(api, named.get("gateway"))))
    version = _below(api, gateway.get("current_version"))
    controller = _below(api, named["controller"]) if "controller" in named else ""
    return Site(_url(api, version), _url(api, "/o/"), controller)


def no_tokens(api: Api) -> NoTokens:
    """What a controller is since its tokens moved to the gateway (awx#15666)."""
    return NoTokens(
        ProviderRefused,
        f"{api.place} has no tokens (no OAuth2): this AWX is newer than 24.6.1, or a controller behind a gateway",
        moves.servers.gateway(api.identity.profile),
    )


def _document(api: Api, url: str) -> dict[str, Any]:
    reply = api.call("GET", url)
    if reply.status != 200:
        raise _no_awx(api, f"GET {urlsplit(url).path} answers with status {reply.status}")
    if reply.document is None:
        raise _no_awx(api, f"GET {urlsplit(url).path} does not answer with a JSON object")
    return reply.document


def _below(api: Api, path: object) -> str:
    """`path` without the configured URL's own, which a server below one may know of, or not."""
    if not isinstance(path, str) or len(path) > 200 or not _PATH.fullmatch(path):
        raise _no_awx(api, "its /api/ names no version of the API")
    prefix = urlsplit(api.identity.url).path.rstrip("/")
    return path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path


def _url(api: Api, below: str) -> str:
    return f"{api.identity.url.rstrip('/')}{below}"


def _no_awx(api: Api, why: str) -> Failed:
    return Failed(
        ProviderRefused,
        f"{api.place} is no AWX: {why}",
        moves.configuration.check("url", of=f"[profile.{api.identity.profile}]"),
    )
