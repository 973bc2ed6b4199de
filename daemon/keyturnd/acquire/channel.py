"""The acquisition's end of the channel in keyturnd.messages: reads the job, sends messages, ends at EOF."""

from __future__ import annotations

import os
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import sleep
from typing import TYPE_CHECKING

import msgspec

from keyturn import hints, moves
from keyturn.errors import Bug, ProviderRefused
from keyturnd.acquire.failed import Failed, without
from keyturnd.messages.channel import LINE_LIMIT, Ack, Answer, Ask, Seal, encode_line, from_daemon
from keyturnd.messages.jobs import CHANNEL_VERSION, Job
from keyturnd.messages.outcomes import Failure

if TYPE_CHECKING:
    from keyturnd.messages.channel import Event, FromAcquisition, FromDaemon
    from keyturnd.messages.outcomes import Outcome
    from keyturnd.messages.states import State

CHUNK = 1 << 16
FINISH_PATIENCE = 1.0
"""Seconds a second outcome waits for the first one to be written. A daemon that does not read would otherwise
hold the process for ever, deadline or not."""

FAREWELL = 1.0
"""Seconds until it ends by itself."""


class Version(msgspec.Struct, frozen=True):
    """The part of the first line that every version of the channel has."""

    version: int = 0


class Channel:
    """Messages to and from the daemon. One thread reads; sending is for the thread that does the work."""

    def __init__(self, receiving: int, sending: int) -> None:
        self._receiving = receiving
        self._sending = sending
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()  # None: see wake
        self._finishing = Lock()
        self._asked = 0
        self._status = 1  # of an end without an outcome
        self.secrets: tuple[str, ...] = ()
        """What may appear in no failure."""

    def listen(self) -> None:
        """Start reading. From here on the process ends as soon as the daemon closes its side."""
        Thread(target=self._read, name="channel", daemon=True).start()

    def job(self) -> Job:
        """The first line. Raises Failed when it is of another version, or no job."""
        line = self._lines.get() or b""
        try:
            version = msgspec.json.decode(line, type=Version).version
        except msgspec.MsgspecError:
            raise Failed(Bug, "the acquisition process was sent a line that is no message") from None
        if version != CHANNEL_VERSION:
            # An upgrade replaced our files under a running daemon, whose code is the older one.
            raise Failed(
                Bug,
                f"the daemon speaks version {version} of the acquisition channel, not {CHANNEL_VERSION}",
                hints.restart_daemon(),
            )
        job = self._decode(line)
        if not isinstance(job, Job):
            raise Failed(Bug, "the acquisition process was sent no job")
        return job

    def tell(self, event: Event) -> None:
        """Show `event` to whoever waits."""
        self._send(event)

    def ask(self, kind: str, prompt: str) -> str:
        """The person's answer to a question."""
        self.pose(kind, prompt)
        while (answer := self.answer_within(None)) is None:
            pass
        return answer

    def pose(self, kind: str, prompt: str) -> None:
        """Ask a question, for `answer_within` to return its answer. The next one, or a seal, takes it back."""
        self._asked += 1
        self._send(Ask(self._asked, kind, prompt))

    def answer_within(self, seconds: float | None) -> str | None:
        """The person's answer to the last question; None after so long, or when `wake` was called."""
        match self._next(seconds):
            case Answer(id=self._asked, value=value):
                return value
            case _:
                return None

    def wake(self) -> None:
        """Let whoever waits for an answer look at something else. For other threads to call."""
        self._lines.put(None)

    def seal(self, state: State) -> None:
        """Return when `state` is durable."""
        self._send(Seal(state))
        while not isinstance(self._next(None), Ack):
            pass

    def _next(self, seconds: float | None) -> FromDaemon | None:
        try:
            line = self._lines.get(timeout=seconds)
        except Empty:
            return None
        return None if line is None else self._decode(line)

    def finish(self, outcome: Outcome) -> None:
        """Send the one outcome and end the process as the daemon closes its side: not while it reads.

        The end of a process takes a processor for 3 ms, and the daemon would wait there. When another thread has sent
        an outcome, just end.
        """
        line = _told(without(self.secrets, outcome) if isinstance(outcome, Failure) else outcome)
        if self._finishing.acquire(timeout=FINISH_PATIENCE):
            self._status = 0  # before it is sent: the daemon may be quicker to close its side than we to go on
            self._write(line)
            sleep(FAREWELL)
        os._exit(0)

    def _send(self, message: FromAcquisition) -> None:
        self._write(encode_line(message))

    def _write(self, line: bytes) -> None:
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[os.write(self._sending, rest) :]
        except BrokenPipeError:
            os._exit(1)

    @staticmethod
    def _decode(line: bytes) -> FromDaemon:
        try:
            message: FromDaemon = from_daemon().decode(line)
        except msgspec.MsgspecError:
            raise Failed(Bug, "the acquisition process was sent a line that is no message") from None
        return message

    def _read(self) -> None:
        pending = b""
        while chunk := os.read(self._receiving, CHUNK):
            *lines, pending = (pending + chunk).split(b"\n")
            for line in lines:
                self._lines.put(line)
            if len(pending) >= LINE_LIMIT:
                self.finish(Failure(Bug.kind, "the acquisition process was sent a line of more than 1 MiB"))
        os._exit(self._status)


def _told(outcome: Outcome) -> bytes:
    """`outcome` as a line; where it is too long for one, that."""
    try:
        return encode_line(outcome)
    except ValueError:
        sentence = "the provider's answer is longer than the 1 MiB that can be passed on"
        return encode_line(Failed(ProviderRefused, sentence, moves.servers.ask_for_fewer()).failure)
