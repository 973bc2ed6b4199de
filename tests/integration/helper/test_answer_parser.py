"""The C helper's parser of answers, built with sanitizers, against a second opinion on invented answers."""

from __future__ import annotations

import os
import re
import struct
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from native.build_hook import SOURCES, compiler
from support import places
from support.helper.programs import SANITIZER_SETTINGS, SANITIZERS
from support.needs import need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DRIVER = places.SUPPORT / "helper" / "answer_driver.c"

LINE = rb"[\t\x20-\x7e\x80-\xff]*\r\n"
HEAD = re.compile(rb"HTTP/1\.1 200 " + LINE + rb"((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:" + LINE + rb")*)\r\n")

Verdict = tuple[int, int, int] | None


def second_opinion(answer: bytes) -> Verdict:
    """Exit status, start and length of the body of a good answer, by another route than the parser's."""
    match = HEAD.match(answer)
    if match is None or match.end() > 16 << 10:
        return None
    pairs = [line.partition(b":") for line in match[1].split(b"\r\n")[:-1]]
    fields = [(name.lower(), value.strip(b" \t")) for name, _, value in pairs]
    values = {name: [value for other, value in fields if other == name] for name, _ in fields}
    lengths, exits = values.get(b"content-length", []), values.get(b"keyturn-exit", [])
    if b"transfer-encoding" in values or len(lengths) != 1 or len(exits) != 1:
        return None
    if not re.fullmatch(rb"[0-9]+", lengths[0]) or not re.fullmatch(rb"[0-9]+", exits[0]):
        return None
    body = len(answer) - match.end()
    if int(lengths[0]) != body or int(exits[0]) > 255 or body > 1 << 20:
        return None
    return int(exits[0]), match.end(), body


class Parser:
    """The C parser in a process of its own, asked one answer at a time."""

    def __init__(self, program: Path) -> None:
        self.process = subprocess.Popen(
            [program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | SANITIZER_SETTINGS,
        )

    def __call__(self, answer: bytes) -> Verdict:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.stdin.write(struct.pack("=I", len(answer)) + answer)
        self.process.stdin.flush()
        said = self.process.stdout.readline()
        assert said, self.process.stderr.read().decode()
        if said == b"refused\n":
            return None
        exit_status, start, length = map(int, said.split())
        return exit_status, start, length


@pytest.fixture(scope="module")
def parser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parser]:
    need("cc")
    program = tmp_path_factory.mktemp("driver") / "driver"
    subprocess.run(
        [*compiler(), "-std=c11", *SANITIZERS, "-I", SOURCES, DRIVER, SOURCES / "asking/answer.c", "-o", program],
        check=True,
    )
    running = Parser(program)
    with running.process:
        yield running
        _, complaints = running.process.communicate()
    assert (running.process.returncode, complaints) == (0, b"")


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """Mostly good answers, with a few things wrong."""
    body = draw(st.binary(max_size=20))
    length = str(len(body)).encode()
    names = st.sampled_from([b"Keyturn-Exit", b"Content-Length", b"X", b"transfer-encoding", b"", b"A B", b"\x80"])
    values = st.sampled_from([length, b"0", b"7", b"255", b"256", b"0255", b"-1", b"", b"a\tb", b"\0", b" \t9 "])
    extra = draw(st.lists(st.tuples(names, values), max_size=2))
    fields = [(b"content-LENGTH", length), (b"keyturn-exit", draw(values)), *extra]
    colon = draw(st.sampled_from([b":", b":", b": ", b" :", b""]))
    line_end = draw(st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r"]))
    first = draw(st.sampled_from([b"HTTP/1.1 200 OK", b"HTTP/1.1 200 ", b"HTTP/1.1 200", b"HTTP/1.1 204 x", b""]))
    lines = [first, *(name + colon + value for name, value in draw(st.permutations(fields)))]
    whole = line_end.join([*lines, b"", b""]) + body
    place = draw(st.integers(0, len(whole)))
    cut = draw(st.integers(0, 3))
    return draw(st.sampled_from([whole, whole, whole[:place] + draw(st.binary(max_size=3)) + whole[place + cut :]]))


@settings(max_examples=1500, derandomize=True)
@given(answer=answers())
@example(answer=b"")
@example(answer=b"HTTP/1.1 200 \r\nContent-Length:1\r\nKeyturn-Exit:9\r\n\r\nx")
@example(answer=b"HTTP/1.1 200 \r\nContent-Length:0\r\nKeyturn-Exit:9\r\nX:" + b"a" * 16322 + b"\r\n\r\n")
@example(answer=b"HTTP/1.1 200 \r\nContent-Length:0\r\nKeyturn-Exit:9\r\nX:" + b"a" * 16323 + b"\r\n\r\n")
def test_two_opinions_agree(parser: Parser, answer: bytes) -> None:
    assert parser(answer) == second_opinion(answer)


@settings(max_examples=300, derandomize=True)
@given(answer=st.binary(max_size=300))
def test_noise_is_refused(parser: Parser, answer: bytes) -> None:
    assert parser(answer) is None
