"""A broker on a real vault, with hand-turned clocks and a fake provider."""

from __future__ import annotations

import asyncio
from functools import partial
from random import Random
from threading import Event
from typing import TYPE_CHECKING, Any, TypeVar

from keyturn.configuration.config import Config
from keyturn.configuration.profiles.flows.applications import ClientSecret
from keyturn.configuration.profiles.flows.people import DeviceCode
from keyturn.configuration.profiles.profile import EntraProfile, Profile
from keyturnd.broker.broker import Broker
from keyturnd.broker.failures import Failures
from keyturnd.broker.signin import LINGER, SignIns
from keyturnd.fetching.fetch import Fetcher
from keyturnd.fetching.wants import Want
from keyturnd.messages.outcomes import Failure
from keyturnd.vault.holdings import Holdings
from keyturnd.vault.vault import Vault
from support.daemon.fake_acquisitions import FakeAcquisitions
from support.daemon.manual_clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from pathlib import Path

    import pytest

    from keyturn.configuration.profiles.flows.entra import EntraFlow
    from keyturnd.vault.records import RecordName

SCOPES = ("499b84ac-1321-427f-aa17-267ca6975798/.default",)
OTHER_SCOPES = ("https://management.azure.com/.default",)
PATIENCE = 30.0
"""Seconds until a test gives up."""
Found = TypeVar("Found")
NOT_CONNECTED = Failure("provider-unreachable", "cannot connect", "try again later", code="not-connected")


def service_profile(**changes: Any) -> EntraProfile:
    """A service principal that reads its secret from the vault."""
    return _profile("ci", ClientSecret(), changes)


def personal_profile(**changes: Any) -> EntraProfile:
    """A person who signs in with a device code."""
    return _profile("me", DeviceCode(), changes)


def _profile(name: str, flow: EntraFlow, changes: dict[str, Any]) -> EntraProfile:
    fields = {
        "name": name,
        "tenant": "contoso.example",
        "application_id": "11111111-2222-3333-4444-555555555555",
        "flow": flow,
        "authority": "https://login.example/contoso.example",
    }
    return EntraProfile(**{**fields, **changes})


def want(profile: Profile, scopes: tuple[str, ...] = SCOPES, protocol: str = "git") -> Want:
    return Want(profile, scopes, protocol)


class Person:
    """Somebody at a terminal, or with `waits=False` a program that cannot ask anybody."""

    def __init__(self, *, waits: bool = True, opens_browser: bool = False, told: bool = False) -> None:
        self.waits = waits
        self.told = told
        self.opens_browser = opens_browser
        self.patience: float | None = None
        self.seen: list[dict[str, Any]] = []

    def show(self, event: dict[str, Any]) -> None:
        self.seen.append(event)


class Bench:
    """One broker and everything it stands on. A second Bench on the same directory is the daemon after a restart."""

    def __init__(self, directory: Path, clock: ManualClock | None = None, linger: float = LINGER) -> None:
        self.clock = clock or ManualClock()
        self.provider = FakeAcquisitions(self.clock)
        self.vault = Vault(directory, b"k" * 32, "test-key")
        self.holdings = Holdings(self._vault)
        self.config = Config(profiles={}, source=directory / "config.toml")
        self.warnings: list[str] = []
        self.check: Callable[[Config, Want], None] = lambda config, want: None  # noqa: ARG005 - all is allowed
        self.fetcher = Fetcher(
            self.provider, self.holdings, lambda: self.config, self.warnings.append, self._check_allowed
        )
        self.failures = Failures(self.clock)
        self.broker = Broker(
            holdings=self.holdings,
            fetcher=self.fetcher,
            sign_ins=SignIns(self.fetcher, linger),
            failures=self.failures,
            clock=self.clock,
            chance=partial(Random(1).uniform, -1, 1),  # noqa: S311 - jitter
        )

    def _check_allowed(self, config: Config, want: Want) -> None:
        self.check(config, want)

    async def _vault(self) -> Vault:
        return self.vault

    async def entrust(self, profile: Profile) -> None:
        await self.holdings.keep_secret(profile, "planted-client-secret")


async def read_across(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, look: Coroutine[Any, Any, Found], change: Awaitable[None]
) -> Found:
    """What `look` tells, whose thread finds what there is ahead of `change`, and reports it behind that."""
    get, found, go_on = bench.vault.get, Event(), Event()
    bench.holdings.read_by_threads()

    def slowly(name: RecordName) -> bytes | None:
        payload = get(name)
        found.set()
        assert go_on.wait(PATIENCE)
        return payload

    monkeypatch.setattr(bench.vault, "get", slowly)
    looking = asyncio.create_task(look)
    looking.add_done_callback(lambda _: found.set())  # it may read nothing at all
    await asyncio.to_thread(found.wait, PATIENCE)
    try:
        await change
    finally:
        go_on.set()
    return await looking
