"""What the steps of the AWX recordings are made of: requests that refer to what earlier steps were answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from support.awx.client import AwxClient

    Step = Callable[["Run"], httpx.Response]

TAG = "recorded"
NEVER = 999999
UNKNOWN = "x" * 30


class Run:
    """One run against one server; `kept` holds the answers that later steps refer to."""

    def __init__(self, client: AwxClient) -> None:
        self.client = client
        self.kept: dict[str, Any] = {}

    def path_of(self, kept: str, collection: str = "tokens") -> str:
        """Where the row is that was kept under that name."""
        return f"{{api}}/{collection}/{self.kept[kept]['id']}/"

    @property
    def me(self) -> str:
        """Who-am-I."""
        return "{api}/me/" if self.client.server == "controller" else "{api}/users/me/"


def ask(method: str, path: str, who: str | None = "alice", *, keep: str = "", **more: Any) -> Step:
    """A request by password. `path` may begin with `@NAME`: the token kept under that name."""

    def step(run: Run) -> httpx.Response:
        place = run.path_of(path[1:]) if path.startswith("@") else path.replace("{me}", run.me)
        return _kept(run, keep, run.client.ask(method, place, who, **more))

    return step


def _kept(run: Run, keep: str, answer: httpx.Response) -> httpx.Response:
    if keep:
        run.kept[keep] = answer.json()
    return answer


def create(who: str | None = "alice", path: str = "{api}/tokens/", *, keep: str = "", **fields: object) -> Step:
    return ask("POST", path, who, keep=keep, json=fields)


def holding(name: str, method: str, path: str, *, key: str = "token", **more: Any) -> Step:
    """A request with the token kept under `name`, which was answered under `key`."""

    def step(run: Run) -> httpx.Response:
        place = run.path_of(path[1:]) if path.startswith("@") else path.replace("{me}", run.me)
        return run.client.ask(method, place, token=run.kept[name][key], **more)

    return step


def me(name: str, key: str = "access_token") -> Step:
    return holding(name, "GET", "{me}", key=key)


def raw(value: str) -> Step:
    return ask("GET", "{me}", None, headers={"Authorization": value})


def application(name: str, kind: str, grant: str, who: str = "admin", **more: str) -> Step:
    fields: dict[str, Any] = {"name": f"{TAG}{name}", "client_type": kind, "authorization_grant_type": grant, **more}
    return create(who, "{api}/applications/", keep=name, organization=1, **fields)


def application_token(who: str, *, keep: str = "", **fields: Any) -> Step:
    def step(run: Run) -> httpx.Response:
        return create(who, keep=keep, application=run.kept["conf"]["id"], **fields)(run)

    return step


def under_application(who: dict[str, str], path: str = "{api}/applications/%s/tokens/", key: int = 0) -> Step:
    def step(run: Run) -> httpx.Response:
        return run.client.ask("POST", path % (key or run.kept["conf"]["id"]), who[run.client.server], json={})

    return step


def drop_application(run: Run) -> httpx.Response:
    fields = {"application": run.kept["conf"]["id"]}
    return run.client.ask("POST", "{api}/users/2/personal_tokens/", "alice", json=fields)


def oauth(
    form: dict[str, str | None],
    *,
    client: str = "conf",
    endpoint: str = "token",
    keep: str = "",
    as_json: bool = False,
) -> Step:
    """A form to an OAuth endpoint, with values that may be `@NAME.KEY` of what was kept.

    client: conf proves itself by Basic, `wrong` with another secret, `body` in the form; pub and code name
    themselves in the form; `empty` is pub with an empty secret by Basic; `none` says nothing.
    """

    def step(run: Run) -> httpx.Response:
        given = {name: _resolved(run, value) for name, value in form.items() if value is not None}
        fields, auth = _client_proof(run, client)
        request: dict[str, Any] = {"json": given} if as_json else {"data": {**given, **fields}}
        answer = run.client.http.post(f"{run.client.oauth}/{endpoint}/", auth=auth, **request)
        return _kept(run, keep, answer)

    return step


def _resolved(run: Run, value: str) -> str:
    if not value.startswith("@"):
        return value
    name, _, key = value[1:].partition(".")
    return str(run.client.passwords[name] if key == "password" else run.kept[name][key])


def _client_proof(run: Run, client: str) -> tuple[dict[str, str], Any]:
    conf = run.kept["conf"]
    if client in {"conf", "wrong"}:
        return {}, (conf["client_id"], conf["client_secret"] if client == "conf" else "wrong")
    if client == "body":
        return {"client_id": conf["client_id"], "client_secret": conf["client_secret"]}, None
    if client == "empty":
        return {}, (run.kept["pub"]["client_id"], "")
    return ({} if client == "none" else {"client_id": run.kept[client]["client_id"]}), None


def password(who: str = "alice", *, client: str = "conf", keep: str = "", **more: Any) -> Step:
    form = {"grant_type": "password", "username": who, "password": f"@{who}.password"}
    return oauth({**form, **more.pop("form", {})}, client=client, keep=keep, **more)


def refresh(name: str, *, key: str = "refresh_token", client: str = "conf", keep: str = "", **form: str) -> Step:
    known: dict[str, str | None] = {"grant_type": "refresh_token", "refresh_token": f"@{name}.{key}"}
    return oauth({**known, **form}, client=client, keep=keep)


def revoke(value: str | None, client: str = "conf") -> Step:
    return oauth({"token": value}, client=client, endpoint="revoke_token")
