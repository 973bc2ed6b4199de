"""What was sent at each step of the AWX recordings, as reference/awx.md section 8 describes it in words."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from support.awx import script

if TYPE_CHECKING:
    import httpx

    from support.awx.script import Run, Step


def play(run: Run, label: str) -> httpx.Response:
    """Send what the step `label` sent; some labels are the scope that was asked for."""
    if label.startswith("scope "):
        scope = ast.literal_eval(label.removeprefix("scope ").removeprefix("ok "))
        return run.client.ask("POST", "{api}/tokens/", "alice", json={"scope": scope})
    return STEPS[label](run)


WRITE: Any = {"form": {"scope": "write"}}
LIST = f"{{api}}/tokens/?description={script.TAG}"

STEPS: dict[str, Step] = {
    "no credentials, read": script.ask("GET", "{api}/tokens/", None),
    "no credentials, create": script.create(None),
    "wrong password": script.ask("POST", "{api}/tokens/", None, json={}, auth=("alice", "wrong")),
    "unknown user": script.ask("POST", "{api}/tokens/", None, json={}, auth=("nobody", "wrong")),
    "unknown bearer": script.raw(f"Bearer {script.UNKNOWN}"),
    "bare bearer": script.raw("Bearer"),
    "wrong scheme": script.raw(f"Token {script.UNKNOWN}"),
    "create, write": script.create(keep="write", scope="write", description=script.TAG),
    "create, empty object": script.create("bob"),
    "create, no body": script.ask("POST", "{api}/tokens/"),
    "create, read": script.create(keep="read", scope="read", description=script.TAG),
    "create, ignores user/token/expires": script.create(user=1, token=script.UNKNOWN, expires="2030-01-01T00:00:00Z"),
    "malformed JSON": script.ask(
        "POST", "{api}/tokens/", content="{nope", headers={"Content-Type": "application/json"}
    ),
    "JSON list": script.ask("POST", "{api}/tokens/", json=["read"]),
    "form body": script.ask("POST", "{api}/tokens/", data={"scope": "read"}),
    "no trailing slash": script.ask("POST", "{api}/tokens", json={}),
    "method not allowed": script.ask("PUT", "{api}/tokens/", json={}),
    "external account": script.create("ext"),
    "create with a write token": script.holding("write", "POST", "{api}/tokens/", json={"description": script.TAG}),
    "create with a read token": script.holding("read", "POST", "{api}/tokens/", json={"description": script.TAG}),
    "users/N/tokens, own": script.create(path="{api}/users/2/tokens/", scope="read"),
    "users/N/personal_tokens, own": script.create(path="{api}/users/2/personal_tokens/", scope="read"),
    "users/0/tokens, ordinary user": script.create(path="{api}/users/0/tokens/"),
    "users/0/tokens, superuser": script.create("admin", "{api}/users/0/tokens/"),
    "users/0/tokens, superuser GET": script.ask("GET", "{api}/users/0/tokens/", "admin"),
    "users/N/tokens, superuser for alice": script.create("admin", "{api}/users/2/tokens/"),
    "users/N/tokens, stranger": script.create("bob", "{api}/users/2/tokens/"),
    "users/NAME/personal_tokens": script.create(path="{api}/users/alice/personal_tokens/", scope="read"),
    "authorized_tokens without application": script.create(path="{api}/users/2/authorized_tokens/"),
    "read one": script.ask("GET", "@write"),
    "read one, stranger": script.ask("GET", "@write", "bob"),
    "read one, missing": script.ask("GET", f"{{api}}/tokens/{script.NEVER}/"),
    "use write token": script.me("write", "token"),
    "list, filtered, page 1": script.ask("GET", f"{LIST}&page_size=2"),
    "list, filtered, page 2": script.ask("GET", f"{LIST}&page_size=2&page=2"),
    "list, page too far": script.ask("GET", f"{LIST}&page=99"),
    "filter on the secret": script.ask("GET", f"{{api}}/tokens/?token={script.UNKNOWN}"),
    "change description": script.ask("PATCH", "@write", json={"description": f"{script.TAG}x"}),
    "change scope, bad": script.ask("PATCH", "@write", json={"scope": "x"}),
    "delete, stranger": script.ask("DELETE", "@write", "bob"),
    "delete itself with a read token": script.holding("read", "DELETE", "@read"),
    "delete itself with a write token": script.holding("write", "DELETE", "@write"),
    "use after delete": script.me("write", "token"),
    "delete again": script.ask("DELETE", "@write"),
    "application, ordinary user": script.ask("POST", "{api}/applications/", json={"name": script.TAG}),
    "application, bad grant": script.create(
        "admin",
        "{api}/applications/",
        name=f"{script.TAG}bad",
        client_type="confidential",
        authorization_grant_type="client-credentials",
        organization=1,
    ),
    "application conf": script.application("conf", "confidential", "password"),
    "application pub": script.application("pub", "public", "password"),
    "application code": script.application(
        "code", "public", "authorization-code", redirect_uris="http://127.0.0.1/cb"
    ),
    "application read back": lambda run: run.client.ask("GET", run.path_of("conf", "applications"), "admin"),
    "application token, superuser": script.application_token("admin", scope="read"),
    "application token, member": script.application_token("alice", scope="read"),
    "application token, stranger": script.application_token("bob", scope="read"),
    "application token, unknown application": script.create(application=script.NEVER),
    "applications/N/tokens": script.under_application(
        {"controller": "alice", "gateway": "admin", "gateway-2026": "admin"}
    ),
    "applications/N/tokens, stranger": script.under_application({"controller": "bob"}),
    "applications/N/tokens, unknown": script.under_application({"controller": "alice"}, key=script.NEVER),
    "personal_tokens drops application": script.drop_application,
    "oauth root": script.ask("GET", "{oauth}/", None),
    "token endpoint GET": script.ask("GET", "{oauth}/token/", None),
    "password grant": script.password(keep="pair", **WRITE),
    "password grant, default scope": script.password(keep="wide"),
    "password grant, secret in body": script.password(client="body", form={"scope": "read"}),
    "password grant, JSON body": script.password(as_json=True),
    "password grant, wrong password": script.password(form={"password": "wrong"}),
    "password grant, wrong secret": script.password(client="wrong"),
    "password grant, no client": script.password(client="none"),
    "password grant, bad scope": script.password(form={"scope": "admin"}),
    "password grant, no username": script.password(form={"username": None}),
    "password grant, stranger to the organisation": script.password("bob"),
    "password grant, external account": script.password("ext"),
    "password grant on a code application": script.password(client="code"),
    "unknown grant": script.oauth({"grant_type": "x"}),
    "client_credentials": script.oauth({"grant_type": "client_credentials"}),
    "no grant": script.oauth({"username": "alice"}),
    "password grant, public": script.password(client="pub", **WRITE),
    "public client with Basic": script.password(client="empty", **WRITE),
    "refresh": script.refresh("pair", keep="second"),
    "old access after refresh": script.me("pair"),
    "new access after refresh": script.me("second"),
    "refresh reuse": script.refresh("pair"),
    "new access after reuse": script.me("second"),
    "refresh, wrong secret": script.refresh("second", client="wrong"),
    "refresh, no client": script.refresh("second", client="none"),
    "refresh, other client": script.refresh("second", client="pub"),
    "refresh, unknown": script.oauth({"grant_type": "refresh_token", "refresh_token": script.UNKNOWN}),
    "refresh, missing": script.oauth({"grant_type": "refresh_token"}),
    "refresh, narrower scope": script.refresh("wide", scope="write", keep="narrow"),
    "refresh, wider scope": script.refresh("narrow", scope="read write"),
    "API application token": script.application_token(
        "admin", keep="keep", scope="read", description=f"{script.TAG}keep"
    ),
    "API application token, refresh": script.refresh("keep", keep="third"),
    "API application token, old id": script.ask("GET", "@keep", "admin"),
    "revoke access": script.revoke("@third.access_token"),
    "refresh after revoke of access": script.refresh("third"),
    "fresh pair": script.password(keep="fresh", **WRITE),
    "revoke refresh": script.revoke("@fresh.refresh_token"),
    "access after revoke of refresh": script.me("fresh"),
    "refresh after revoke of refresh": script.refresh("fresh"),
    "revoke unknown": script.revoke(script.UNKNOWN),
    "revoke without token": script.revoke(None),
    "revoke, wrong secret": script.revoke("@narrow.access_token", "wrong"),
    "revoke, no client": script.revoke("@narrow.access_token", "none"),
    "a PAT": script.create(keep="personal"),
    "application client revokes a PAT": script.revoke("@personal.token"),
    "PAT after that": script.me("personal", "token"),
    "fresh pair 2": script.application_token("admin", keep="last"),
    "DELETE application token": script.ask("DELETE", "@last", "admin"),
    "refresh after DELETE": script.refresh("last"),
    "authorize without a session": script.ask("GET", "{oauth}/authorize/", None),
    "code grant, unknown code": script.oauth(
        {"grant_type": "authorization_code", "code": script.UNKNOWN}, client="code"
    ),
    "public pair": script.password(client="pub", keep="public", **WRITE),
    "delete application": lambda run: run.client.ask("DELETE", run.path_of("pub", "applications"), "admin"),
    "token of a deleted application": script.me("public"),
    "api root": script.ask("GET", "/api/", None),
    "unknown path": script.ask("GET", "{api}/nonexistent/"),
    "not acceptable": script.ask("GET", "{me}", headers={"Accept": "text/csv"}),
}
