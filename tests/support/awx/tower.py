"""A profile on one of the emulator's AWX servers, and its daemon as far as an acquisition sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from keyturnd.messages.identities import AwxIdentity, Network
from keyturnd.messages.jobs import RevokeJob, SettleJob, TokenJob
from keyturnd.messages.outcomes import Failure, Result
from support.awx.client import AwxClient
from support.awx.over_tls import Vault

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from keyturnd.messages.states import AwxState

WEEK = 604_800.0


class Tower:
    """One of the emulator's servers, a profile there, and a daemon's vault for it."""

    def __init__(self, emulator: Emulator, dialect: str) -> None:
        self._emulator = emulator
        self.control = emulator.control
        self.dialect = dialect
        self.ready = emulator.ready
        self.password = emulator.ready.awx_users["alice"]
        self.identity = AwxIdentity(
            profile="tower",
            url=str(getattr(emulator.ready, dialect.replace("-", "_"))),
            username="alice",
            scope="write",
            max_age=WEEK,
            host="build7",
        )
        self.vault = Vault(typed=self.password)

    def become(self, **changes: Any) -> None:
        """Change the profile."""
        self.identity = replace(self.identity, **changes)
        if changes.get("username"):
            self.password = self.vault.typed = self.ready.awx_users[self.identity.username]

    def client(self) -> AwxClient:
        """Somebody else's requests to the same server."""
        return AwxClient(self._emulator, self.dialect)

    def job(self, **members: Any) -> TokenJob:
        """A token job from what is durable."""
        network = Network(ca_file=self.ready.ca_file)
        members.setdefault("state", self.vault.state)
        return TokenJob(self.identity, (self.identity.scope,), network, members.pop("deadline", 20.0), **members)

    def token(self, **members: Any) -> Result:
        """The token that is there now."""
        result = self.vault.run(self.job(**members))
        assert isinstance(result, Result), result
        return result

    def failure(self, **members: Any) -> Failure:
        failure = self.vault.run(self.job(**members))
        assert isinstance(failure, Failure), failure
        assert failure.hint
        assert not failure.state_dead
        return failure

    def end(self, secret: str | None = None) -> object:
        """A log-out."""
        assert self.vault.state is not None
        network = Network(ca_file=self.ready.ca_file)
        return self.vault.run(RevokeJob(self.identity, network, 20.0, self.vault.state, secret))

    def settle(self) -> object:
        """A look for what came of a request whose answer did not come."""
        network = Network(ca_file=self.ready.ca_file)
        return self.vault.run(SettleJob(self.identity, network, 20.0, self.state(), self.password))

    def live(self) -> list[dict[str, Any]]:
        """The tokens the server accepts now."""
        return self.control.awx_tokens(self.dialect)

    def age(self, seconds: float = 0.67 * WEEK) -> None:
        """As if the token had been there for so long."""
        state = self.state()
        self.vault.state = replace(
            state, created_at=state.created_at - seconds, expires_at=state.expires_at - seconds
        )

    def state(self) -> AwxState:
        assert self.vault.state is not None
        return self.vault.state

    def check_one_live(self) -> None:
        """One token is live on the server, it is the one we hold, and nothing is left to clean up."""
        state = self.state()
        assert [row["id"] for row in self.live()] == [state.token_id]
        assert (bool(state.token), state.intent, state.superseded) == (True, "", ())
