"""What both sides say to each other: JSON lines, at most 1 MiB each.

The daemon sends one job, then `Answer` and `Ack`; the acquisition process sends `Event`, `Ask` and `Seal` as it
goes, and ends with one outcome.
"""

from __future__ import annotations

import functools

import msgspec

from keyturnd.messages.jobs import Job
from keyturnd.messages.outcomes import Outcome
from keyturnd.messages.states import AwxState, EntraState  # noqa: TC001 - msgspec reads it at run time

LINE_LIMIT = 1 << 20


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """A person's answer to an `Ask`. Secret."""

    id: int
    value: str

    def __repr__(self) -> str:
        return f"Answer(id={self.id})"


class Ack(msgspec.Struct, frozen=True, tag="ack"):
    """The last `Seal` is durable."""


class Event(msgspec.Struct, frozen=True, omit_defaults=True, tag="event"):
    """Something a waiting person should see."""

    kind: str
    """device-code, browser, request or progress."""
    message: str
    url: str | None = None
    code: str | None = None
    expires_at: float | None = None
    """When the code dies, UTC epoch seconds."""
    otherwise: str | None = None
    """The flow that would do without a browser."""


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """A question only a person can answer."""

    id: int
    kind: str
    """password, passphrase, redirect-url or confirmation."""
    prompt: str


class Seal(msgspec.Struct, frozen=True, tag="seal"):
    """Make this state durable, then send `Ack`."""

    state: EntraState | AwxState


FromDaemon = Job | Answer | Ack
FromAcquisition = Event | Ask | Seal | Outcome
encoder = msgspec.json.Encoder()


@functools.cache
def from_daemon() -> msgspec.json.Decoder[FromDaemon]:
    """Reads what the daemon says; the acquisition's. Made when it is wanted, as each side has use for one alone."""
    return msgspec.json.Decoder(FromDaemon)


@functools.cache
def from_acquisition() -> msgspec.json.Decoder[FromAcquisition]:
    """Reads what an acquisition says; the daemon's, which at its start waits for nothing of the kind."""
    return msgspec.json.Decoder(FromAcquisition)


def encode_line(message: FromDaemon | FromAcquisition) -> bytes:
    """One message as one line. Raises ValueError when it exceeds the limit both sides read."""
    line = encoder.encode(message) + b"\n"
    if len(line) > LINE_LIMIT:
        raise ValueError("message too long for the acquisition channel")
    return line
