"""Requests out of bytes: whole or in pieces, good or bad, within limits."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.errors import UsageError
from keyturn.reach.client import quote
from keyturnd.callers.peer import Peer
from keyturnd.server.http import ARGUMENT_LIMIT, Request, split_target
from keyturnd.server.reading import BODY_LIMIT, HEAD_LIMIT, BodyTooLarge, LengthRequired, RequestReader

US = Peer(pid=1, uid=0)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
PIECES_OF_HTTP = st.sampled_from(
    [
        b"GET / HTTP/1.1\r\n",
        b"POST /v1/git/get?arg=x HTTP/1.1\r\n",
        b"Content-Length: 5\r\n",
        b"\r\n",
        b"\r",
        b"\n",
        b"Transfer-Encoding: chunked\r\n",
        b"5\r\nhello\r\n",
        b"0\r\n\r\n",
        b"hello",
        b"Upgrade: h2c\r\n",
        b": ",
        b"\0",
        b"Connection: Upgrade\r\n",
        b"Connection: close\r\n",
        b"Expect: 100-continue\r\n",
        b" HTTP/1.0",
        b"CONNECT ",
    ]
)
anything = st.lists(st.one_of(PIECES_OF_HTTP, st.binary(max_size=40)), max_size=20)


def read(*pieces: bytes) -> Request | None:
    """What comes of these bytes; None while the request is not complete."""
    reader = RequestReader()
    for piece in pieces:
        reader.feed(piece)
    return reader.request(US) if reader.complete else None


def outcome(*pieces: bytes) -> object:
    """The request, None, or the error."""
    try:
        return read(*pieces)
    except UsageError as error:
        return type(error), error.sentence


@given(arguments=st.lists(texts, max_size=20), body=st.binary(max_size=200), data=st.data())
def test_a_request_is_the_same_however_it_is_cut(arguments: list[str], body: bytes, data: st.DataObject) -> None:
    query = "&".join(f"arg={quote(argument)}" for argument in arguments)
    whole = f"POST /v1/git/get?{query} HTTP/1.1\r\nX: y\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=10)))
    pieces = [whole[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    request = read(*pieces)
    assert request is not None
    assert (request.method, request.path, request.arguments) == ("POST", "/v1/git/get", tuple(arguments))
    assert (request.body, request.headers["x"]) == (body, "y")


@given(pieces=anything)
def test_whatever_arrives_is_a_request_or_a_usage_error(pieces: list[bytes]) -> None:
    request = outcome(*pieces)
    if isinstance(request, Request):
        assert request.method
        assert len(request.body) <= 1 << 20


@given(pieces=anything)
def test_what_follows_a_request_changes_nothing_of_it(pieces: list[bytes]) -> None:
    first = b"POST /v1/token HTTP/1.1\r\nX: y\r\nContent-Length: 3\r\n\r\nabc"
    alone = read(first)
    assert read(first + b"".join(pieces)) == alone
    assert read(first, *pieces) == alone


@given(target=st.binary(max_size=100))
def test_a_target_is_read_or_refused(target: bytes) -> None:
    with suppress(UsageError):
        path, arguments = split_target(target)
        assert isinstance(path, str)
        assert len(arguments) <= ARGUMENT_LIMIT


@given(arguments=st.lists(texts, min_size=1, max_size=ARGUMENT_LIMIT))
def test_arguments_arrive_as_they_were(arguments: list[str]) -> None:
    query = "&".join(f"arg={quote(argument)}" for argument in arguments)
    assert split_target(f"/x?{query}".encode()) == ("/x", tuple(arguments))


def test_bytes_that_are_no_text_arrive_as_they_were() -> None:
    argument = b"\xff\xfe".decode("utf-8", "surrogateescape")
    assert split_target(f"/x?arg={quote(argument)}".encode()) == ("/x", (argument,))


@pytest.mark.parametrize("head", [b"", b"GET /x HTTP/1.1\r\n", b"GET /x HTTP/1.1\r\nX: ", b"GET /x HTTP/1.1\r\nX"])
def test_an_unfinished_head_is_never_kept_beyond_its_limit(head: bytes) -> None:
    reader = RequestReader()
    reader.feed(head)
    taken = fed_until_refused(reader, b"x" * 1024)
    assert taken + len(head) <= HEAD_LIMIT + 1024


@pytest.mark.parametrize("coding", ["chunked", "Chunked", "gzip, chunked", "identity"])
def test_chunks_are_refused_before_the_first(coding: str) -> None:
    with pytest.raises(LengthRequired):
        read(f"POST /x HTTP/1.1\r\nTransfer-Encoding: {coding}\r\n\r\n".encode())


@pytest.mark.parametrize(
    "head",
    [
        b"GET /x HTTP/1.1\n\n",
        b"GET  /x HTTP/1.1\r\n\r\n",
        b"GET /x HTTP/1.1 \r\n\r\n",
        b"GET /x HTTP/1.2\r\n\r\n",
        b"GET x HTTP/1.1\r\n\r\n",
        b"GET http://keyturn/x HTTP/1.1\r\n\r\n",
        b"GET /x\x7f HTTP/1.1\r\n\r\n",
        b"get /x HTTP/1.1\r\n\r\n",
        b"GET /x HTTP/1.1\r\nA : b\r\n\r\n",
        b"GET /x HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
        b"GET /x HTTP/1.1\r\nA: b\nC: d\r\n\r\n",
        b"GET /x HTTP/1.1\r\nA: b\rc\r\n\r\n",
        b"GET /x HTTP/1.1\r\nA: \0\r\n\r\n",
        b"GET /x HTTP/1.1\r\n: b\r\n\r\n",
        b"GET /x HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
        b"GET /x HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n",
        b"GET /x HTTP/1.1\r\nContent-Length: 0\r\ncontent-length: 0\r\n\r\n",
        b"GET /x HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n",
        b"GET /x HTTP/1.1\r\nContent-Length:\r\n\r\n",
    ],
)
def test_only_the_strict_form_is_a_request(head: bytes) -> None:
    assert outcome(head) == (UsageError, "the request is not plain HTTP/1.1")


def test_it_says_how_much_it_keeps() -> None:
    reader = RequestReader()
    reader.feed(b"POST /x HTTP/1.1\r\n")
    assert reader.gathered == 18
    reader.feed(b"Content-Length: 9\r\n\r\nabc")
    assert reader.gathered == 3


def fed_until_refused(reader: RequestReader, piece: bytes) -> int:
    """How many bytes it takes in until it refuses."""
    for number in range(HEAD_LIMIT + BODY_LIMIT):
        try:
            reader.feed(piece)
        except UsageError:
            return number * len(piece)
    raise AssertionError


def test_a_body_may_have_a_mebibyte_and_no_more() -> None:
    """As much as KUBERNETES_EXEC_INFO may (DESIGN section 3)."""
    head = b"POST /v1/kube/get-token HTTP/1.1\r\nContent-Length: %d\r\n\r\n"
    whole = read(head % 1048576, b"x" * 1048576)
    assert whole is not None
    assert len(whole.body) == 1048576
    with pytest.raises(BodyTooLarge):
        read(head % 1048577)
