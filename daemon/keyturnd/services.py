"""The parts of the daemon, put together."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol

from keyturn import moves
from keyturn.errors import Bug, StateError
from keyturn.protocols.surroundings import is_text
from keyturnd.broker.awx.tokens import Maker
from keyturnd.broker.broker import Broker
from keyturnd.broker.failures import Failures
from keyturnd.broker.signin import SignIns
from keyturnd.callers.complaints import Complaints
from keyturnd.callers.handed import Handed
from keyturnd.fetching.fetch import Fetcher
from keyturnd.fetching.keeper import NothingToSeal
from keyturnd.fetching.processes.acquisitions import Acquisitions
from keyturnd.fetching.processes.failures import error_of
from keyturnd.journal import note
from keyturnd.messages.jobs import KeyringJob
from keyturnd.messages.outcomes import Failure, KeyringResult
from keyturnd.store.store import Store
from keyturnd.vault.holdings import Holdings
from keyturnd.vault.keys import KeyringAbsent, KeyringLocked, open_key
from keyturnd.vault.made import MadeTokens
from keyturnd.vault.vault import Vault, vault_directory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyturnd.clock import Clock
    from keyturnd.configuration import Configuration

KEYRING_DEADLINE = 8.0
"""Seconds for the OS keyring, of which a person may need some to unlock it. The native helper waits 30 in all."""
KEYRING_ENVIRONMENT = (
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
    "HOME",
    "XDG_DATA_HOME",
)


class Leave(Protocol):
    """Ends the daemon's service, or begins it anew."""

    def __call__(self, *, again: bool) -> None: ...


class Services:
    """What routes work with."""

    def __init__(self, *, configuration: Configuration, state_directory: Path, clock: Clock) -> None:
        self.configuration = configuration
        self.state_directory = state_directory
        self.acquisitions = Acquisitions()
        self.holdings = Holdings(self._open_vault, vault_directory(state_directory))
        fetcher = Fetcher(self.acquisitions, self.holdings, configuration.current, self._tell)
        self.fetcher = fetcher
        self.broker = Broker(
            holdings=self.holdings,
            fetcher=fetcher,
            sign_ins=SignIns(fetcher),
            failures=Failures(clock),
            clock=clock,
            chance=_chance,
        )
        configuration.on_change.append(self.broker.reconfigured)
        if configuration.error is None:
            self.broker.reconfigured(configuration.known)
        self.understood: dict[bytes, Any] = {}
        """What callers' words were taken to mean, by a digest of the words, while the configuration stays."""
        configuration.on_change.append(lambda _: self.understood.clear())
        self.store = Store(self.holdings.vault, clock)
        self.made = MadeTokens(self.holdings.vault)
        self.maker = Maker(self.broker.remote, self.made, clock)
        self.broker.orphans.also = self.maker.settle
        self.complaints = Complaints(clock)
        configuration.on_change.append(lambda _: self.complaints.clear())
        self.handed = Handed(clock)
        self.key_source: str | None = None
        self.vault_error: StateError | None = None
        self.warnings: list[str] = []
        """Those that stay true for as long as the daemon runs."""
        self._untold: list[str] = []
        self.facts: Callable[[], dict[str, Any]] = dict
        self.leave: Leave = lambda *, again: None  # noqa: ARG005 - the service puts its own in

    def untold_warnings(self) -> list[str]:
        """The warnings no person has been told yet; once returned, they count as told."""
        untold, self._untold = self._untold, []
        return [warning for warning in untold if not self.fetcher.certificates.is_over(warning)]

    async def _open_vault(self) -> Vault:
        """Why it cannot be opened is kept in mind for whoever looks."""
        source = self.configuration.current().daemon.key
        try:
            key = await open_key(self.state_directory, source, Keyring(self.acquisitions), self._warn)
            self.key_source, self.vault_error = key.source, None
            # In no thread: all who ask now wait for it, and a start waits for the first thread as long again.
            return Vault(vault_directory(self.state_directory), key.key, key.key_id)
        except StateError as error:
            self.vault_error = error
            raise

    def _warn(self, sentence: str) -> None:
        self.warnings.append(sentence)
        self._tell(sentence)

    def _tell(self, sentence: str) -> None:
        self._untold.append(sentence)
        note("warning", reason=sentence)


class Keyring:
    """The OS keyring, asked by an acquisition process: it may prompt, and hang."""

    def __init__(self, acquisitions: Acquisitions) -> None:
        self._acquisitions = acquisitions

    async def fetch(self, account: str, create: str | None) -> KeyringResult:
        """See keyturnd.vault.keys.KeyringPort."""
        environment = {name: os.environ[name] for name in KEYRING_ENVIRONMENT if name in os.environ}
        environment = {name: value for name, value in environment.items() if is_text(value)}
        job = KeyringJob(account, KEYRING_DEADLINE, environment, create)
        outcome = await self._acquisitions.run(job, NothingToSeal())
        if isinstance(outcome, Failure):
            raise _keyring_error(outcome)
        if not isinstance(outcome, KeyringResult):
            raise Bug("the keyring's acquisition ended with a token")
        return outcome


def _chance() -> float:
    """A number from -1 to 1: random.SystemRandom.uniform, without the 100 KiB of memory for all else in `random`."""
    return int.from_bytes(os.urandom(7)) / (1 << 55) - 1


def _keyring_error(failure: Failure) -> Exception:
    classes = {"keyring-absent": KeyringAbsent, "keyring-locked": KeyringLocked, "keyring-silent": KeyringLocked}
    if failure.code in classes:
        return classes[failure.code](failure.sentence, error_of(failure).hint)
    if failure.kind == "provider-unreachable":  # the deadline: a prompt nobody answered
        return KeyringLocked("the OS keyring did not answer", moves.secrets.unlock_keyring())
    return error_of(failure)
