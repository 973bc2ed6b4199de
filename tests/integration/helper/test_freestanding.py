"""The native helper without a C library: as hard as one with it, and nothing of the compiler's inventing in it."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from native import build_hook
from native.build_hook import Kind
from support.helper.programs import install
from support.helper.scripted_daemon import PATIENCE, Script, ScriptedDaemon
from support.needs import need

if TYPE_CHECKING:
    from support.helper.programs import NativePrograms

DRIVER = Path(__file__).parents[2] / "support/helper/freestanding_driver.c"
GOOD = Script(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeyturn-Exit: 0\r\n\r\nok")
OVERRUN = b"keyturn: error: the helper overran its own memory (a bug: report it)\n"
REQUEST = b"protocol=https\nhost=dev.azure.com\n\n"
AT_MOST = 32
"""System calls of a warm answer: a guard without a clock."""
COMPILERS = {"gcc": (), "clang": (), "a clang without a global guard": (build_hook.GUARD_IN_THREAD,)}

pytestmark = pytest.mark.skipif(
    Kind.FREESTANDING not in build_hook.kinds(), reason="for this platform the helper has a C library"
)


class Built(NamedTuple):
    """The helper, and a driver in its place, of one compiler's."""

    helper: Path
    driver: Path

    def drive(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([self.driver, *words], capture_output=True, timeout=PATIENCE, check=False)


@pytest.fixture(name="built", scope="module", params=COMPILERS)
def built_by(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    directory = tmp_path_factory.mktemp("freestanding")
    command, instead = (
        [need("gcc" if request.param == "gcc" else "clang")],
        COMPILERS[request.param],
    )
    flags = [*build_hook.freestanding_flags(command), *instead]
    if instead:
        flags.remove(build_hook.GLOBAL_GUARD)
    names = {
        "helper": [path for room in build_hook.ROOMS for path in build_hook.SOURCES.glob(f"{room}/*.c")],
        "driver": [DRIVER],
    }
    for name, sources in names.items():
        words: list[str | Path] = [*command, "-std=c11", "-O2", *flags, "-I", build_hook.SOURCES, *sources]
        words += [*build_hook.SOURCES.glob("linux/*.c"), "-o", directory / name]
        subprocess.run(words, check=True)
    return Built(directory / "helper", directory / "driver")


def read(program: Path, *options: str) -> str:
    return subprocess.run([need("readelf"), *options, program], capture_output=True, text=True, check=True).stdout


def test_headers(built: Built) -> None:
    """Position independent without a loader, nothing writable and executable, pointers protected, no library."""
    header, segments = read(built.helper, "-hW"), read(built.helper, "-lW")
    assert re.search(r"Type: +DYN ", header)
    assert "INTERP" not in segments
    flags = re.findall(r"^  (\w+) +0x\w+ 0x\w+ 0x\w+ 0x\w+ 0x\w+ ([R ][W ][E ]) ", segments, re.MULTILINE)
    assert {kind for kind, _ in flags} >= {"LOAD", "GNU_STACK", "GNU_RELRO"}
    assert not [(kind, flag) for kind, flag in flags if "W" in flag and "E" in flag]
    dynamic = read(built.helper, "-dW")
    assert "NEEDED" not in dynamic
    assert "TEXTREL" not in dynamic
    assert "(PIE" in dynamic or " PIE" in dynamic
    kinds = set(re.findall(r" (R_\w+) ", read(built.helper, "-rW")))
    assert all(kind.endswith("_RELATIVE") for kind in kinds)


def test_pages_of_the_running_program(built: Built) -> None:
    lines = built.drive("maps").stdout.decode().splitlines()
    own = [line.split() for line in lines if line.endswith(f" {built.driver}")]
    assert {fields[1] for fields in own} >= {"r--p", "r-xp"}
    assert not [line for line in lines if "w" in line.split()[1] and "x" in line.split()[1]]
    assert own[0][0].split("-")[0] != "0" * 12, "it lies where the kernel put it"
    first, second = (built.drive("maps").stdout.split(b"-")[0] for _ in range(2))
    assert first != second


def test_pointers_that_the_start_has_moved_cannot_be_written(built: Built) -> None:
    assert built.drive("relocated").returncode == -signal.SIGSEGV


def test_an_overrun_ends_the_program(built: Built) -> None:
    assert built.drive("overrun", "x" * 16).returncode == 0
    done = built.drive("overrun", "x" * 64)
    assert done.returncode in {-signal.SIGILL, -signal.SIGTRAP}
    assert done.stderr == OVERRUN


def test_the_guard_is_another_each_time_and_no_text(built: Built) -> None:
    """Its first byte is a NUL: what copies text stops there, and what reads text shows none of it."""
    first, second = (built.drive("guard").stdout for _ in range(2))
    assert first[:1] == second[:1] == b"\0"
    assert first != second
    assert any(first[1:])


def test_memory_functions(built: Built) -> None:
    assert built.drive("memory").returncode == 0


def code_of(program: Path, function: str) -> str:
    words = (need("objdump"), "-d", "--no-show-raw-insn", f"--disassemble={function}", program)
    text: str = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert f"<{function}>:" in text, function
    return text.partition(f"<{function}>:")[2]


@pytest.mark.parametrize("function", ["memcpy", "memmove", "memset", "memcmp", "strlen", "memchr", "memmem"])
def test_no_memory_function_calls_itself(built: Built, function: str) -> None:
    """Compilers know loops that copy or fill, and put a call in their place."""
    assert not re.search(rf"<{function}>$", code_of(built.helper, function), re.MULTILINE)


def test_secrets_are_wiped_in_the_machine_code(built: Built) -> None:
    """Nobody reads the memory afterwards, so a compiler may find that writing it is for nothing."""
    assert "<memset>" in code_of(built.helper, "system_wipe")
    assert "<system_wipe>" in code_of(built.helper, "bytes_wipe")
    wipes = {name: code_of(built.helper, name).count("<bytes_wipe>") for name in ("main", "twin_become")}
    assert wipes["main"] >= 3
    assert wipes["twin_become"] >= 1


def calls_of(helper: Path, directory: Path) -> list[str]:
    """The system calls of a warm answer, in order, without those of the clock, which a C library need not make."""
    trace = directory / "trace"
    with ScriptedDaemon(directory / "keyturn/socket", GOOD):
        done = subprocess.run(
            [need("strace"), "-qq", "-o", trace, helper, "get"], input=REQUEST,
            env={"XDG_RUNTIME_DIR": str(directory)}, capture_output=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, b"ok", b"")
    calls = re.findall(r"^(\w+)\(", trace.read_text("utf-8"), re.MULTILINE)
    return [call for call in calls if not call.startswith("clock_gettime")]


def test_both_builds_make_the_same_calls(programs: NativePrograms, tmp_path: Path) -> None:
    """From the first look at the standard streams to the end; what a C library does before is its own."""
    traces = {}
    for libc in (False, True):
        place = tmp_path / str(libc)
        (place / "keyturn").mkdir(parents=True, mode=0o700)
        helper = install(programs.variant(libc=libc), place / "bin", "git-credential-keyturn")
        traces[libc] = calls_of(helper, place)
    ours, theirs = traces[False], traces[True]
    assert ours[:3] == ["execve", "mprotect", "fcntl"]
    same = {"openat": "open", "ppoll": "poll", "newfstatat": "stat", "fstat": "stat", "dup3": "dup2"}
    ours, theirs = ([same.get(call, call) for call in calls[calls.index("fcntl") :]] for calls in (ours, theirs))
    theirs = ["setrlimit" if call == "prlimit64" else call for call in theirs]
    assert ours == theirs
    assert len(ours) <= AT_MOST
