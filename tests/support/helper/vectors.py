"""The conformance vectors of the helper (`tests/vectors/helper/*.toml`) as values; README.md there explains them.

Text in them stands for bytes: each character is one byte (latin-1), so that any byte can be written.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from support import places
from support.helper.scripted_daemon import Script

if TYPE_CHECKING:
    from collections.abc import Iterator

DIRECTORY = places.VECTORS / "helper"
FAMILIES = {
    "git-credential-keyturn": "git",
    "docker-credential-keyturn": "docker",
    "kube-credential-keyturn": "kube",
    "kubelogin": "kubelogin",
    "keyturn": "keyturn",
}
HEAD = "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nKeyturn-Exit: {exit}\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Expected:
    """What an implementation does: it answers, it explains an error in its own words, or it becomes the twin."""

    stdout: bytes = b""
    exit: int = 0
    stderr: tuple[str, ...] = ()
    explains: bool = False
    becomes_twin: bool = False


@dataclass(frozen=True)
class Vector:
    """One call of a helper, what the daemon does meanwhile, and what has to come of it."""

    name: str
    program: str
    arguments: tuple[str, ...]
    input: bytes
    input_open: bool
    environment: dict[str, str]
    without: tuple[str, ...]
    place: str
    socket: str
    redirect: str
    terminal: bool
    short_deadline: bool
    daemon_uid: int | None
    needs_root: bool
    script: Script | None
    request_head: tuple[str, ...] | None
    request_body: bytes | None
    no_request: bool
    native: Expected | None
    twin: Expected | None
    omitted: str = field(default="")

    @property
    def family(self) -> str:
        """The family that the program's name stands for; empty for a name that is none of ours."""
        return FAMILIES.get(self.program, "")


def load() -> Iterator[Vector]:
    """Every vector of every file, named by file and name."""
    for file in sorted(DIRECTORY.glob("*.toml")):
        for table in tomllib.loads(file.read_text(encoding="utf-8"))["vector"]:
            yield _vector(f"{file.stem}: {table.pop('name')}", table)


def text_bytes(table: dict[str, Any], key: str) -> bytes:
    """The bytes that `key` stands for, repeated `key_times` times if that is given."""
    text: str = table.pop(key, "")
    times: int = table.pop(f"{key}_times", 1)
    return text.encode("latin-1") * times


def _vector(name: str, table: dict[str, Any]) -> Vector:
    table.pop("why", None)
    request = table.pop("request", {})
    native, twin, omitted = _both_expected(table)
    vector = Vector(
        name=name,
        program=table.pop("program", "git-credential-keyturn"),
        arguments=_arguments(table),
        input=text_bytes(table, "input"),
        input_open=table.pop("input_open", False),
        environment=_environment(table),
        without=tuple(table.pop("without", ())),
        place=(place := table.pop("place", "private")),
        socket=table.pop("socket", "run/keyturn/socket"),
        redirect=table.pop("redirect", ""),
        terminal=table.pop("terminal", False),
        short_deadline=table.pop("short_deadline", False),
        daemon_uid=(daemon_uid := table.pop("daemon_uid", None)),
        needs_root=daemon_uid is not None or place.startswith("foreign"),
        script=_script(table.pop("answer", None)),
        request_head=_request_head(request),
        request_body=text_bytes(request, "body") if "body" in request else None,
        no_request=request.get("none", False),
        native=native,
        twin=twin,
        omitted=omitted,
    )
    assert not table, f"{name}: unknown keys {sorted(table)}"
    return vector


def _arguments(table: dict[str, Any]) -> tuple[str, ...]:
    """`arguments`, after `padding` of an argument and a number of times it is given."""
    padding, times = table.pop("padding", ("", 0))
    return (*[padding] * times, *map(_repeated, table.pop("arguments", ["get"])))


def _request_head(request: dict[str, Any]) -> tuple[str, ...] | None:
    padding = "x" * request.get("padding", 0)
    return tuple(line.replace("{padding}", padding) for line in request["head"]) if "head" in request else None


def _environment(table: dict[str, Any]) -> dict[str, str]:
    return {name: _repeated(value) for name, value in table.pop("environment", {}).items()}


def _repeated(value: str | list[Any]) -> str:
    """A text, or a text and a number of times it is repeated."""
    return value if isinstance(value, str) else str(value[0]) * int(value[1])


def _script(table: dict[str, Any] | None) -> Script | None:
    if table is None:
        return None
    body = text_bytes(table, "body")
    head = table.pop("head", HEAD).replace("{length}", str(len(body))).replace("{exit}", str(table.pop("exit", 0)))
    head = head.replace("{padding}", "a" * table.pop("padding", 0))
    script = Script(head.encode("latin-1") + body, piece=table.pop("piece", 0), then=table.pop("then", "close"))
    assert not table, f"unknown keys of an answer: {sorted(table)}"
    return script


def _both_expected(table: dict[str, Any]) -> tuple[Expected | None, Expected | None, str]:
    """What native program and twin are to do; None with a reason where one of them is not to be run."""
    native, twin = table.pop("native"), table.pop("twin")
    omitted = [said for said in (native, twin) if isinstance(said, str) and said != "same"]
    native_expected = None if isinstance(native, str) else _expected(native)
    if twin == "same":
        return native_expected, native_expected, ""
    return native_expected, None if isinstance(twin, str) else _expected(twin), "".join(omitted)


def _expected(table: dict[str, Any]) -> Expected:
    expected = Expected(
        stdout=text_bytes(table, "stdout"),
        exit=table.pop("exit", 0),
        stderr=tuple(table.pop("stderr", ())),
        explains=table.pop("explains", False),
        becomes_twin=table.pop("becomes_twin", False),
    )
    assert not table, f"unknown keys of an expectation: {sorted(table)}"
    return expected
