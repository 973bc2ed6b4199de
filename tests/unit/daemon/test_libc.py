"""keyturnd.libc: the C library without ctypes."""

from __future__ import annotations

import os
import threading

from keyturnd import libc


def test_what_it_returns() -> None:
    assert libc.call("getpid") == os.getpid()
    assert libc.call("atoi", b"-7") == -7


def test_it_writes_where_there_is_room() -> None:
    room = libc.room(8)
    assert libc.call("snprintf", room, 8, b"%d", 1234567890) == 10
    assert bytes(room) == b"1234567\0"


def test_texts_end_with_a_null_pointer() -> None:
    texts = libc.texts(["a", "ä"])
    assert list(texts) == [b"a", "ä".encode(), None]


def test_other_threads_go_on_meanwhile() -> None:
    """Else nobody could write what this one waits for."""
    reading, writing = os.pipe()
    room = libc.room(1)
    waiting = threading.Thread(target=libc.call, args=("read", reading, room, 1))
    waiting.start()
    os.write(writing, b"x")
    waiting.join()
    os.close(reading)
    os.close(writing)
    assert bytes(room) == b"x"
