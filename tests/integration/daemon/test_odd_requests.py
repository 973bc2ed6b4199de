"""Whatever is sent gets one answer: a status, and where it is a refusal a sentence with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.daemon import wire
from support.machine.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


MIB = 1 << 20
NOT_OURS = b"protocol=https\nhost=github.com\n"


@pytest.fixture(scope="module")
def shared_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of one daemon for all tests that only send something odd."""
    with Machine(tmp_path_factory.mktemp("shared")) as machine:
        machine.run("keyturn", "daemon", "start", status=0)
        yield machine.socket


def head_of(size: int) -> bytes:
    return b"GET /v1/status HTTP/1.1\r\nX: " + b"x" * size + b"\r\n\r\n"


CHUNKED = b"POST /v1/git/get HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKED_REQUEST = CHUNKED + b"f\r\nprotocol=https\n\r\n10\r\nhost=github.com\n\r\n0\r\n\r\n"
REQUESTS = {
    "HTTP/1.0": (b"GET /v1/status HTTP/1.0\r\n\r\n", 200),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "an upgrade": (b"GET /v1/status HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 400),
    "a tunnel": (b"CONNECT keyturn:443 HTTP/1.1\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100), 400),
    "noise": (bytes(range(256)) * 10, 400),
    "an unknown path": (b"GET /v1/nothing HTTP/1.1\r\n\r\n", 404),
    "a path with dots": (b"GET /v1/../v1/status HTTP/1.1\r\n\r\n", 404),
    "a path in bytes": (b"GET /v1/\xc3\xbc\xff HTTP/1.1\r\n\r\n", 400),
    "a family of later": (wire.post("/v1/terraform/get", b"x"), 404),
    "the wrong method": (b"DELETE /v1/status HTTP/1.1\r\n\r\n", 405),
    "the wrong method for git": (b"GET /v1/git/get HTTP/1.1\r\n\r\n", 405),
    "a query that is no argument": (wire.post("/v1/git/get?profile=x"), 400),
    "arguments": (wire.post("/v1/git/get?arg=--profile&arg=x%20y", NOT_OURS), 200),
    "arguments that are no option": (wire.post("/v1/git/get?" + "&".join(["arg=x"] * 64), NOT_OURS), 400),
    "too many arguments": (wire.post("/v1/git/get?" + "&".join(["arg=x"] * 65), NOT_OURS), 400),
    "arguments in bytes": (wire.post("/v1/git/get?arg=--profile&arg=%ff%00%0d%0a", NOT_OURS), 200),
    "a long target": (wire.post("/v1/git/get?arg=" + "x" * 8192, NOT_OURS), 414),
    "a large head": (head_of(60 << 10), 200),
    "a too large head": (head_of(70 << 10), 431),
    "an endless head": (head_of(3 * MIB)[:-4], 431),
    "many headers": (b"GET /v1/status HTTP/1.1\r\n" + b"A: b\r\n" * 20_000 + b"\r\n", 431),
    "the largest body": (wire.post("/v1/git/get", b"a=" + b"x" * (MIB - 2)), 200),
    "a too large body": (wire.post("/v1/git/get", bytes(MIB + 1)), 413),
    "a too large announcement": (b"POST /v1/git/get HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n", 413),
    "a negative length": (b"POST /v1/git/get HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
    "two lengths": (b"POST /v1/git/get HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    "a length and chunks": (CHUNKED[:-2] + b"Content-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 400),
    "chunks": (CHUNKED_REQUEST, 411),
    "endless chunks": (CHUNKED + b"10\r\n" + b"x" * 16 + (b"\r\n10\r\n" + b"x" * 16) * 80_000, 411),
    "tiny chunks with large extensions": (CHUNKED + (b"1;" + b"x" * 1000 + b"\r\ny\r\n") * 3000, 411),
    "an endless trailer": (CHUNKED + b"0\r\nX: " + b"x" * 3 * MIB, 411),
    "a chunk that is none": (CHUNKED + b"zz\r\n", 411),
    "a body in bytes": (wire.post("/v1/git/get", b"protocol=https\nhost=\xff\xfe\n"), 200),
    "JSON in bytes": (wire.post("/v1/token", b'{"profile": "\xff"}'), 400),
    "deep JSON": (wire.post("/v1/token", b"[" * 100_000), 400),
    "JSON with more than asked": (wire.post("/v1/token", b'{"profile": "x", "realm": "y"}'), 400),
    "a lone surrogate": (wire.post("/v1/token", rb'{"profile": "\ud800"}'), 400),
    "a profile that breaks lines": (wire.post("/v1/logout", rb'{"profile": "x\r\nkeyturn: error: y"}'), 422),
    "an answer to nobody's question": (wire.post("/v1/asks/x", b'{"value": "y"}'), 403),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_every_request_is_answered_once(shared_path: Path, name: str) -> None:
    content, status = REQUESTS[name]
    answer = wire.exchange(shared_path, content)
    assert answer.status == status, answer
    if status != 200:
        problem = answer.problem
        assert "\n" not in problem["detail"] + problem.get("hint", "")
        assert problem["exit"] in {1, 2}
        assert problem["type"] != "urn:keyturn:bug"
