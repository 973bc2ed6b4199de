"""What the daemon does to itself, seen from itself and from another process of the same user."""

from __future__ import annotations

import json
import os
import sys

import pytest

from keyturnd.life import hardening
from support.machine.interpreters import BECOME_ORDINARY, output_of, python

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="prctl and /proc are Linux's")

HARDEN_AND_WAIT = f"""
import sys
{BECOME_ORDINARY}
if sys.argv[1] == "hardened":
    hardening.harden()
print("ready", flush=True)
sys.stdin.read()
"""
LOOK_AT = f"""
import sys
{BECOME_ORDINARY}
for name in ("environ", "maps"):
    try:
        open("/proc/" + sys.argv[1] + "/" + name, "rb").read(0)
    except PermissionError:
        print(name)
"""
HARDEN_AND_TELL = f"""
import json, resource, threading
{BECOME_ORDINARY}
PR_GET_DUMPABLE = 3
before = hardening.prctl(PR_GET_DUMPABLE, 0) != 0
hardening.harden()
told = []
def tell():
    told.append([hardening.memory(), hardening.descriptors()])
thread = threading.Thread(target=tell)
thread.start()
thread.join()
tell()
print(json.dumps({{
    "dumpable": [before, hardening.prctl(PR_GET_DUMPABLE, 0) != 0],
    "core": resource.getrlimit(resource.RLIMIT_CORE),
    "umask": os.umask(0),
    "told": told,
}}))
"""
CLOSE_ALL_BUT = """
import json, os, sys
from keyturnd.life import hardening
kept, inherited = int(sys.argv[1]), int(sys.argv[2])
own = os.open("/dev/null", os.O_RDONLY)
before = hardening.open_descriptors()
hardening.close_descriptors(keep=[kept, 9999])
print(json.dumps([{kept, inherited, own} <= before, sorted(hardening.open_descriptors()), hardening.descriptors()]))
"""


def test_another_process_of_the_user_cannot_look_inside() -> None:
    for state, closed in (("plain", []), ("hardened", ["environ", "maps"])):
        with python(HARDEN_AND_WAIT, state) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            assert output_of(LOOK_AT, process.pid).split() == closed


def test_a_hardened_process_can_still_tell_about_itself() -> None:
    """/proc/self then belongs to root, and `status` needs these figures from an ordinary user's daemon."""
    seen = json.loads(output_of(HARDEN_AND_TELL))
    assert seen["dumpable"] == [True, False]
    assert seen["core"] == [0, 0]
    assert seen["umask"] == 0o077
    for memory, descriptors in seen["told"]:
        assert set(memory) == {"pss", "rss", "private_dirty", "swap", "peak"}
        assert 0 < memory["private_dirty"] <= memory["pss"] <= memory["rss"]
        assert descriptors == 3


def test_descriptors_that_nobody_asked_to_keep_are_closed() -> None:
    read_end, write_end = os.pipe()
    try:
        output = output_of(CLOSE_ALL_BUT, read_end, write_end, pass_fds=(read_end, write_end))
    finally:
        os.close(read_end)
        os.close(write_end)
    all_there_before, listed, count = json.loads(output)
    assert all_there_before
    assert {0, 1, 2, read_end} <= set(listed)
    assert write_end not in listed or write_end == max(listed)
    assert count == 4


def test_descriptors_counts_what_is_opened() -> None:
    before = hardening.descriptors()
    read_end, write_end = os.pipe()
    assert hardening.descriptors() == before + 2
    os.close(read_end)
    os.close(write_end)
    assert hardening.descriptors() == before
