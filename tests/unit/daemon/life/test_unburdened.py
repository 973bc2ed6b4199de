"""What a start of the daemon loads: a guard without a clock, because every module is waited for."""

from __future__ import annotations

import subprocess
import sys

from keyturn import moves
from keyturn.later import SPARED
from keyturnd.life.unburdened import LATER, UNUSED
from keyturnd.routes.table import AT_ONCE, ROUTES, load_the_rest, ready_for, route_for

START = """
import sys
before = set(sys.modules)
from keyturnd.life import unburdened
unburdened.begin()
from keyturnd.life import start
{}
modules = [name for name, module in sys.modules.items() if not isinstance(module, unburdened.Later | None)]
print(*before.symmetric_difference(modules))
"""
NEVER = {
    *UNUSED,
    *LATER,
    *SPARED,
    "ast",
    "dis",
    "_ssl",
    "typing_extensions",
    "filelock",
    "uvloop",
    "tempfile",
    "shutil",
    "platformdirs",
    "argparse",
    "ctypes",
    "logging.handlers",
    "platform",
    "queue",
    "random",
}
NETWORK = {"msal", "httpx", "requests", "keyring", "http.client"}
AFTERWARDS = {f"keyturnd.routes.{name.rpartition('.')[0]}" for name in ROUTES.values()}
NOT_YET = {
    "shlex",
    "keyturn.configuration.kubelogin.stand_in",
    "keyturn.configuration.profiles.described",
    *(f"keyturn.moves.{name}" for name in moves.__all__),
}
"""Loaded with the routes, by which an upgrade would otherwise bring in another version's."""
MOST = 280
"""Modules, Python's own included; the oldest cryptography there may be has one more than the newest."""
MOST_IN_ALL = 345
"""The same once all routes are there: they stay in memory."""


def loaded(*further: str) -> set[str]:
    code = START.format("\n".join(further))
    done = subprocess.run([sys.executable, "-E", "-P", "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_what_a_start_waits_for() -> None:
    modules = loaded()
    assert not modules & (NEVER | NETWORK | AFTERWARDS | NOT_YET)
    assert len(modules) < MOST, len(modules)


MADE = """
from keyturnd.life import unburdened
unburdened.begin()
import re
import sys
from keyturnd.life import start
ours = [vars(sys.modules[name]) for name in sys.modules if name.startswith("keyturn")]
made = [thing for names in ours for thing in names.values()]
print(sum(isinstance(thing, re.Pattern) for thing in made))
named = {thing for thing in made if isinstance(thing, type) and issubclass(thing, tuple)}
print(sum(thing.__module__.startswith("keyturn") for thing in named))
"""
PATTERNS, NAMED_TUPLES = 18, 8
"""At most: each takes as long to make as a small module to load, and a NamedTuple six times as long as a struct."""


def test_what_a_start_makes() -> None:
    done = subprocess.run([sys.executable, "-E", "-P", "-c", MADE], capture_output=True, text=True, check=True)
    patterns, named_tuples = map(int, done.stdout.split())
    assert 0 < patterns < PATTERNS
    assert 0 < named_tuples < NAMED_TUPLES


def test_what_is_loaded_afterwards() -> None:
    modules = loaded("from keyturnd.routes import table", "list(table.load_the_rest())")
    assert modules >= AFTERWARDS | NOT_YET
    assert not modules & (NEVER | NETWORK)
    assert len(modules) < MOST_IN_ALL, len(modules)


def test_an_answer_from_memory_loads_its_own_family_alone() -> None:
    modules = loaded("from keyturnd.routes import table", 'table.ready_for("POST", "/v1/git/get")')
    assert {name.split(".")[2] for name in modules & AFTERWARDS} == {"git"}


def test_every_route_is_there() -> None:
    for _ in load_the_rest():
        pass
    assert all(callable(route_for(method, path)[0]) for method, path in ROUTES)
    assert all(callable(ready_for(method, path)) for method, path in AT_ONCE)


WANTED = """
from keyturnd.life import unburdened
unburdened.begin()
import sys
import inspect
from textwrap import dedent
assert "dis" not in sys.modules
assert isinstance(inspect, unburdened.Later)
assert dedent("  text") == "text"
assert inspect.iscoroutinefunction(print) is False
real = sys.modules["inspect"]
assert inspect.signature is real.signature
sys.modules["inspect"] = None
assert inspect.signature is real.signature, "asked for once"
sys.modules["inspect"] = real
assert not hasattr(inspect, "nonsense")
import inspect
assert not isinstance(inspect, unburdened.Later)
"""


def test_what_is_put_off_is_there_when_it_is_wanted() -> None:
    subprocess.run([sys.executable, "-E", "-P", "-c", WANTED], check=True)


FUNCTIONS_LATER = """
from keyturnd.life import unburdened
unburdened.begin()
import sys
import asyncio
import hashlib
assert isinstance(sys.modules["_md5"], unburdened.Later)
assert hashlib.md5(b"").hexdigest() == "d41d8cd98f00b204e9800998ecf8427e"
assert not isinstance(sys.modules["_md5"], unburdened.Later)
assert hashlib.blake2b(b"", digest_size=1).hexdigest() == "2e"
import traceback
assert isinstance(traceback, unburdened.Later)
assert traceback.extract_stack()[0].name == "<module>"
asyncio.set_event_loop(loop := asyncio.new_event_loop())
loop.set_debug(True)
assert loop.create_future()._source_traceback
loop.close()
"""


def test_a_function_that_was_taken_loads_its_module_when_called() -> None:
    subprocess.run([sys.executable, "-E", "-P", "-c", FUNCTIONS_LATER], check=True)


SPARED_FOR_MSGSPEC = """
from keyturnd.life import unburdened
unburdened.begin()
import sys
import msgspec
assert not {"decimal", "uuid"} & sys.modules.keys()
values = {"a": [1, 2.5, "b", None, True]}
assert msgspec.json.decode(msgspec.json.encode(values)) == values
from decimal import Decimal
from uuid import UUID
assert Decimal("0.1") + Decimal("0.2") == Decimal("0.3")
assert UUID(int=1).hex.endswith("01")
"""


def test_what_msgspec_is_spared_others_have() -> None:
    subprocess.run([sys.executable, "-E", "-P", "-c", SPARED_FOR_MSGSPEC], check=True)


A_MODULE_ALONE = """
from keyturnd.life import unburdened
unburdened.begin()
import sys
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
package = sys.modules["cryptography.hazmat.primitives.ciphers"]
assert isinstance(package, unburdened.Later)
from cryptography.hazmat.primitives.ciphers import Cipher, aead, modes
assert aead.AESGCM is AESGCM
assert Cipher is sys.modules[package.__name__].Cipher
assert modes is sys.modules[modes.__name__]
"""


def test_a_module_is_there_before_its_package_is_wanted() -> None:
    subprocess.run([sys.executable, "-E", "-P", "-c", A_MODULE_ALONE], check=True)


LEFT_OVER = """
from keyturnd.life import unburdened
unburdened.begin()
import weakref
class Knot:
    def __init__(self):
        self.itself = self
left_over = weakref.ref(Knot())
unburdened.loaded()
assert left_over() is not None
unburdened.sweep()
assert left_over() is None
"""


def test_what_loading_left_over_is_swept() -> None:
    subprocess.run([sys.executable, "-E", "-P", "-c", LEFT_OVER], check=True)


SERVING = """
import sys
before = set(sys.modules)
from keyturnd.life import unburdened
unburdened.begin()
import asyncio
import signal
from keyturnd.life import ends, start
from keyturnd.server.foremost import Foremost

async def serve():
    with ends.calling(lambda: None):
        await asyncio.to_thread(len, "")

signal.signal(signal.SIGINT, signal.SIG_DFL)
with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(Foremost())) as runner:
    runner.run(serve())
put_off = set(unburdened.LATER) - before
print(*(name for name in put_off if not isinstance(sys.modules[name], unburdened.Later)))
"""


def test_serving_wants_nothing_of_what_is_put_off() -> None:
    done = subprocess.run([sys.executable, "-E", "-P", "-c", SERVING], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
