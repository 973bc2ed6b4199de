"""What the servers tell about themselves: where things are, which version, whether they are well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from keyturn_emulator.awx.dialect import CONTROLLER, GATEWAY, VERSION
from keyturn_emulator.awx.documents.shapes import moment
from keyturn_emulator.awx.endpoints import call
from keyturn_emulator.awx.endpoints.resources import KINDS

if TYPE_CHECKING:
    from keyturn_emulator.awx.documents.shapes import Row
    from keyturn_emulator.awx.endpoints.call import Call

# The controller as it is reached through the gateway; it issues no tokens of its own there.
BEHIND = "/api/controller"
GATEWAY_ROOT = "/api/gateway/"
INSTALLATION = "00000000-0000-0000-0000-000000000000"

_BRANDING: Row = {"custom_logo": "", "custom_login_info": "", "login_redirect_override": ""}


async def root(asked: Call) -> Response:
    """GET /api/: `oauth2` is there where the controller issues tokens, `apis` on a gateway."""
    if not asked.dialect.is_controller:
        apis = {"gateway": GATEWAY_ROOT, "controller": f"{BEHIND}/"}
        return call.answer({"description": "AAP gateway REST API", "apis": apis})
    return call.answer({**_versions("AWX REST API", "v2", CONTROLLER.api), "oauth2": "/api/o/", **_BRANDING})


async def gateway_root(_asked: Call) -> Response:
    """GET /api/gateway/."""
    return call.answer(_versions("AAP gateway REST API", "v1", GATEWAY.api))


async def behind_root(_asked: Call) -> Response:
    """GET /api/controller/: nothing about tokens."""
    return call.answer({**_versions("AWX REST API", "v2", f"{BEHIND}/v2"), **_BRANDING})


async def version_root(asked: Call) -> Response:
    """GET {api}/: what there is in this version; a server without `tokens` has none to give."""
    base = asked.request.url.path
    names = ["ping", "me", "users", *(() if base.startswith(BEHIND) else ("tokens", "applications"))]
    behind = ["config", *KINDS, "jobs", "unified_job_templates"]
    names += ["organizations"] if base.startswith(GATEWAY_ROOT) else behind
    called = {name: kind.called for name, kind in KINDS.items() if kind.called}
    return call.answer({called.get(name, name): f"{base}{name}/" for name in names})


async def oauth_root(asked: Call) -> Response:
    """GET {oauth}/."""
    base = asked.dialect.oauth
    return call.answer({name: f"{base}/{path}" for name, path in asked.dialect.oauth_root.items()})


async def no_oidc(_asked: Call) -> Response:
    """GET {oauth}/.well-known/…: the root names it, and it is not there unless OIDC is switched on."""
    return Response(status_code=404)


async def ping(asked: Call) -> Response:
    """GET {api}/ping/, which takes no credentials."""
    if asked.request.url.path.startswith(GATEWAY_ROOT):
        now = moment(asked.server.clock.now())
        well = {"status": "good", "db_connected": True, "proxy_connected": True}
        return call.answer({"version": "2.5", "pong": now, **well})
    node: Row = {"ha": False, "version": VERSION, "active_node": "awx-1", "install_uuid": INSTALLATION}
    return call.answer({**node, "instances": [], "instance_groups": []})


async def config(_asked: Call) -> Response:
    """GET {api}/config/."""
    licence = {"license_type": "open", "valid_key": True, "product_name": "AWX"}
    more: Row = {"time_zone": "UTC", "become_methods": [], "project_local_paths": [], "custom_virtualenvs": []}
    return call.answer({"version": VERSION, "eula": "", "license_info": licence, **more})


def _versions(description: str, version: str, api: str) -> Row:
    url = f"{api}/"
    return {"description": description, "current_version": url, "available_versions": {version: url}}
