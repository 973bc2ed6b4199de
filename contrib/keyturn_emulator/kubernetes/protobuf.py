"""Kubernetes' protobuf, as far as reading a review takes it: kubectl sends those so since 1.32, and takes JSON back.

An object comes in an envelope (k8s.io/apimachinery, runtime/generated.proto: Unknown) behind four bytes of magic.
"""

from __future__ import annotations

MEDIA_TYPE = "application/vnd.kubernetes.protobuf"
MAGIC = b"k8s\x00"

VARINT, FIXED_64, LENGTH_DELIMITED, FIXED_32 = 0, 1, 2, 5

Message = dict[int, bytes]


def envelope(body: bytes) -> tuple[str, str, Message]:
    """apiVersion, kind and message of an object. Raises ValueError."""
    if not body.startswith(MAGIC):
        raise ValueError("the magic is missing")
    outer = fields(body[len(MAGIC) :])
    kind = fields(outer.get(1, b""))
    return kind.get(1, b"").decode(), kind.get(2, b"").decode(), fields(outer.get(2, b""))


def fields(message: bytes) -> Message:
    """The texts and messages in `message` by number, the last one counts; numbers are passed over.

    Raises ValueError for what is no message.
    """
    found: Message = {}
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        kind, length = key & 7, 0
        if kind == VARINT:
            _, place = _varint(message, place)
        elif kind == LENGTH_DELIMITED:
            length, place = _varint(message, place)
            found[key >> 3] = message[place : place + length]
        elif kind in {FIXED_64, FIXED_32}:
            length = 8 if kind == FIXED_64 else 4
        else:
            raise ValueError("an unknown kind of field")
        place += length
    if place != len(message):
        raise ValueError("it ends in the middle of a field")
    return found


def _varint(message: bytes, place: int) -> tuple[int, int]:
    """The number at `place`, and the place behind it."""
    number = shift = 0
    while place < len(message):
        byte = message[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
        shift += 7
    raise ValueError("it ends in the middle of a number")
