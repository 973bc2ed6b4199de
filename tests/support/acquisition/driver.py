"""The daemon's side of the acquisition channel, for tests: starts the real process and talks JSON lines with it."""

from __future__ import annotations

import contextlib
import select
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Self

from keyturnd.messages.channel import encode_line, from_acquisition
from keyturnd.messages.identities import EntraIdentity, Network
from keyturnd.messages.jobs import TokenJob
from keyturnd.messages.outcomes import Outcome
from keyturnd.messages.states import EntraState

if TYPE_CHECKING:
    from keyturnd.messages.channel import FromAcquisition, FromDaemon, Seal

COMMAND = (sys.executable, "-E", "-P", "-m", "keyturnd.acquire")
PATIENCE = 30.0
"""Seconds after which a process that does not end fails its test."""


class Acquisition:
    """One acquisition process, started as the daemon starts it: no environment, cwd `/`, pipes.

    As the daemon does, it closes its side behind an outcome, and does not wait until the process leaves by itself.

    `seen` holds every message in order, `raw` and `stderr` all bytes the process wrote.
    """

    def __init__(self, command: tuple[str, ...] = COMMAND) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={},
            cwd="/",
        )
        self.seen: list[FromAcquisition] = []
        self.raw = b""
        self.stderr = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Never leave one behind."""
        if self._process.poll() is None:
            self._process.kill()
        self._finish()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def send(self, message: FromDaemon | bytes) -> None:
        """One message, or bytes as they are."""
        assert self._process.stdin is not None
        line = message if isinstance(message, bytes) else encode_line(message)
        # When it has ended, what it said before is still to be read.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def hang_up(self) -> None:
        """Close the channel as a dying daemon does."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def next(self) -> FromAcquisition | None:
        """The next message, None when the process has said all."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self.raw += line
        if not line:
            return None
        message: FromAcquisition = from_acquisition().decode(line)
        self.seen.append(message)
        if isinstance(message, Outcome):
            self.hang_up()
        return message

    def silent(self) -> bool:
        """Whether it says nothing more for now: it waits for us. Costs a tenth of a second when that is so."""
        assert self._process.stdout is not None
        return not select.select([self._process.stdout], [], [], 0.1)[0]

    def wait(self) -> int:
        """How it ended, without reading what it says."""
        return self._process.wait(PATIENCE)

    def exit_status(self) -> int:
        """How it ended, after reading all it still had to say."""
        while self.next() is not None:
            pass
        return self._finish()

    def _finish(self) -> int:
        status = self._process.wait(PATIENCE)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        if self._process.stderr is not None and not self._process.stderr.closed:
            self.stderr = self._process.stderr.read()
            self._process.stderr.close()
        return status


class Finished:
    """All there is to know about an acquisition that has ended."""

    def __init__(self, acquisition: Acquisition) -> None:
        self.status = acquisition.exit_status()
        self.seen = acquisition.seen
        self.raw = acquisition.raw
        self.stderr = acquisition.stderr

    @property
    def outcome(self) -> Outcome:
        """The last message, which must be the only outcome."""
        outcomes = [message for message in self.seen if isinstance(message, Outcome)]
        assert len(outcomes) == 1, self.seen
        assert outcomes[0] is self.seen[-1], self.seen
        return outcomes[0]


def run(*messages: FromDaemon | bytes) -> Finished:
    """Send `messages` at once and let the process run to its end."""
    with Acquisition() as acquisition:
        for message in messages:
            acquisition.send(message)
        return Finished(acquisition)


def job(authority: str, ca_file: str | None = None, **members: Any) -> TokenJob:
    """A token job with sensible members: an application with a secret, unless `members` say otherwise."""
    network = members.pop("network", None) or Network(ca_file=ca_file)
    identity = EntraIdentity(
        profile=members.pop("profile", "ci"),
        flow=members.pop("flow", "client-secret"),
        application_id=members.pop("application_id", "11111111-1111-1111-1111-111111111111"),
        authority=authority,
        credential=members.pop("credential", None),
    )
    members.setdefault("scopes", ("499b84ac-1321-427f-aa17-267ca6975798/.default",))
    members.setdefault("deadline", 20.0)
    if identity.flow == "client-secret":
        members.setdefault("secret", SECRET)
    return TokenJob(identity=identity, network=network, **members)


SECRET = "planted-client-secret~0123456789"
REFRESH_TOKEN = "planted-refresh-token.0123456789"


def signed_in(authority: str, ca_file: str | None = None, **members: Any) -> TokenJob:
    """A job of a user whose refresh token is REFRESH_TOKEN."""
    members.setdefault("state", EntraState(REFRESH_TOKEN, "alice@contoso.example", "u.t"))
    return job(authority, ca_file, flow="device-code", profile="work", **members)


def seal_of(acquisition: Acquisition) -> Seal:
    """The next message, which must be a seal."""
    message = acquisition.next()
    assert message.__class__.__name__ == "Seal", message
    return message  # type: ignore[return-value]  # just asserted
