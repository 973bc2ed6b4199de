"""The AWX of awx_in_memory.py behind a real TLS socket, and the acquisition process that is sent there."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from keyturnd.acquire.awx.credentials import Credential
from keyturnd.messages.channel import Ack, Answer, Ask, Seal
from keyturnd.messages.identities import Network
from keyturnd.messages.jobs import RevokeJob, SettleJob, TokenJob
from keyturnd.messages.outcomes import Done, Failure, Result
from keyturnd.messages.states import AwxState
from support.acquisition.driver import Acquisition
from support.acquisition.scripted_provider import Reply, ScriptedProvider, Seen, reply
from support.awx.in_memory import IDENTITY, PASSWORD, InMemoryAwx

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn_emulator.certificates import Certificates
    from keyturnd.messages.channel import FromAcquisition
    from keyturnd.messages.identities import AwxIdentity
    from keyturnd.messages.outcomes import Outcome

CONTROLLER = {"current_version": "/api/v2/", "available_versions": {"v2": "/api/v2/"}, "oauth2": "/api/o/"}


class AwxOverTls(ScriptedProvider):
    """`instead` may give another reply than AWX's, or None to close the connection; `awx` has the rules."""

    def __init__(self, certificates: Certificates, **identity: Any) -> None:
        super().__init__(certificates, lambda _: None)
        self.identity: AwxIdentity = replace(IDENTITY, url=self.base, **identity)
        self.awx = InMemoryAwx(self.identity)
        self.instead: Callable[[Seen], Reply | bool | None] = lambda _: True

    def _reply_to(self, seen: Seen) -> Reply | None:
        instead = self.instead(seen)
        if not isinstance(instead, bool):
            return instead
        if urlsplit(seen.target).path == "/api/":
            return reply(CONTROLLER)
        header = seen.headers.get("authorization", "")
        body = json.loads(seen.body) if seen.body else None
        try:
            credential = Credential(header, "", writes=True)
            status, document, *_ = self.awx.call(seen.method, f"{self.base}{seen.target}", credential, body)
        except ConnectionAbortedError:
            return None
        return reply(b"" if document is None else document, status)

    def token_job(self, state: AwxState | None = None, **members: Any) -> TokenJob:
        """A job for a token of this server."""
        members.setdefault("deadline", 20.0)
        return TokenJob(self.identity, (self.identity.scope,), Network(ca_file=self.ca_file), state=state, **members)

    def revoke_job(self, state: AwxState, secret: str | None = None) -> RevokeJob:
        """A job that ends what `state` tells of."""
        return RevokeJob(self.identity, Network(ca_file=self.ca_file), 20.0, state, secret)


class Vault:
    """The daemon as far as an acquisition of AWX sees it: keeps what is sealed, and types the password.

    `step`: called before and after each seal becomes durable, with the process id.
    """

    def __init__(self, typed: str = PASSWORD) -> None:
        self.state: AwxState | None = None
        self.step: Callable[[int], None] = lambda _: None
        self.typed = typed
        self.seen: list[FromAcquisition] = []
        self.raw = b""

    def run(
        self, job: TokenJob | RevokeJob | SettleJob, began: Callable[[int], object] = lambda _: None
    ) -> Outcome | None:
        """The outcome of `job`, None when the process died before it had one. `began`: told the process id."""
        with Acquisition() as acquisition:
            began(acquisition.pid)
            acquisition.send(job)
            while (message := acquisition.next()) is not None:
                self._serve(acquisition, message)
            self.seen, self.raw = acquisition.seen, acquisition.raw
        assert acquisition.stderr == b""
        last = acquisition.seen[-1] if acquisition.seen else None
        return last if isinstance(last, Result | Done | Failure) else None

    def _serve(self, acquisition: Acquisition, message: FromAcquisition) -> None:
        match message:
            case Seal(state=AwxState() as state):
                self.step(acquisition.pid)
                if acquisition_ended(acquisition.pid):
                    return
                self.state = state
                self.step(acquisition.pid)
                acquisition.send(Ack())
            case Ask():
                acquisition.send(Answer(message.id, self.typed))
            case _:
                pass


def acquisition_ended(pid: int) -> bool:
    """Whether the process, a child of ours that nobody has waited for, is dead."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def kill(pid: int) -> None:
    """End it as the system would, and return when it is dead."""
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
