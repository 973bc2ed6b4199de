"""What each control does. A verb gets the world and the caller's object, and returns what JSON can hold.

ValueError, KeyError and TypeError are the caller's mistakes and answered 400.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.serving.faults import from_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from keyturn_emulator.world import World

    Given = dict[str, object]
    Verb = Callable[[World, Given], Awaitable[object]]

NOTHING: dict[str, object] = {}


async def counts(world: World, _given: Given) -> object:
    """GET /counts."""
    return dict(world.ledger.counts)


async def reset_counts(world: World, _given: Given) -> object:
    """POST /counts/reset: counts and log."""
    world.ledger.reset()
    return NOTHING


async def log(world: World, _given: Given) -> object:
    """GET /log."""
    return list(world.ledger.log)


async def wait(world: World, given: Given) -> object:
    """GET /wait?what=NAME&at_least=N&timeout=SECONDS: answered when it has happened, or with 408."""
    what, at_least = str(given["what"]), int(str(given.get("at_least", 1)))
    count = await world.ledger.reached(what, at_least, float(str(given.get("timeout", 30))))
    return {"what": what, "count": count}


async def revoke_registry_tokens(world: World, _given: Given) -> object:
    """POST /registry/revoke: every token that the registry issued so far."""
    return {"revoked": world.container_registry.doorkeeper.revoke_all()}


async def faults(world: World, _given: Given) -> object:
    """GET /faults: the orders not yet used up."""
    return world.faults.waiting()


async def order_fault(world: World, given: Given) -> object:
    """POST /faults {endpoint, kind, …}."""
    world.faults.order(from_json(given))
    return NOTHING


async def clear_faults(world: World, _given: Given) -> object:
    """DELETE /faults: forget all orders, hold nobody."""
    world.faults.reset()
    return NOTHING


async def release(world: World, _given: Given) -> object:
    """POST /faults/release: let go who is held now."""
    world.faults.release()
    return NOTHING


async def settings(world: World, given: Given) -> object:
    """GET or POST /settings {name: value, …}: all settings, after the changes."""
    world.settings.update(given)
    return world.settings.as_dict()


async def advance(world: World, given: Given) -> object:
    """POST /clock/advance {seconds}."""
    world.clock.advance(float(str(given["seconds"])))
    return NOTHING


async def skew(world: World, given: Given) -> object:
    """POST /clock/skew {seconds}: how wrong the clock is, negative for slow."""
    world.clock.skew(float(str(given["seconds"])))
    return NOTHING


async def create_repository(world: World, given: Given) -> object:
    """POST /repositories {path: "ORGANISATION/PROJECT/_git/NAME"}."""
    return {"url": world.create_repository(str(given["path"]))}


async def reset(world: World, _given: Given) -> object:
    """POST /reset: everything as it was at the start."""
    world.reset()
    return NOTHING
