"""What git is told of a token whose owner has no name that can be shown."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from keyturn.configuration import config
from keyturnd.callers.peer import Peer
from keyturnd.routes.git import operations, wants
from keyturnd.vault.tokens import Token
from support.daemon.brokers import Bench, Person

if TYPE_CHECKING:
    from pathlib import Path

    from keyturnd.server.http import Request

CONFIG = b"""
[profile.ci]
provider = "entra"
flow = "client-secret"
tenant = "contoso.example"
application_id = "11111111-2222-3333-4444-555555555555"

[targets.git]
"https://dev.azure.com/contoso" = "ci"
"""
BODY = b"protocol=https\nhost=dev.azure.com\npath=contoso/demo/_git/app\n\n"


async def test_a_nameless_owner_gets_a_constant_user_name(tmp_path: Path) -> None:
    bench, settings = Bench(tmp_path / "vault"), config.parse(tmp_path / "config.toml", CONFIG)
    now = bench.clock.wall()
    services: Any = SimpleNamespace(
        configuration=SimpleNamespace(current=lambda: settings, error=None),
        broker=bench.broker,
        holdings=bench.holdings,
    )
    asked = wants.asked_of(settings, request())
    assert asked is not None
    await bench.holdings.keep_token(asked.want.key, Token("access", now, now + 3600))
    answered = await operations.get(services, request(), Person(waits=False), "")
    assert answered.body.splitlines()[:2] == [b"username=keyturn", b"password=access"]


def request() -> Request:
    return cast("Request", SimpleNamespace(arguments=(), body=BODY, peer=Peer(0, 0), environment=lambda _: None))
