"""What the endpoints of one server share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyturn_emulator.awx import refusals
from keyturn_emulator.awx.state.codes import Codes
from keyturn_emulator.awx.state.people import USERS
from keyturn_emulator.awx.state.store import AccessToken, Application, Store

if TYPE_CHECKING:
    from keyturn_emulator.awx.dialect import Dialect
    from keyturn_emulator.awx.state.people import People, User
    from keyturn_emulator.clock import Clock
    from keyturn_emulator.ledger import Ledger
    from keyturn_emulator.settings import Settings

APPLICATION_NAME = "keyturn"


@dataclass
class Server:
    """A controller or one of the gateways: its dialect, its accounts, and what it has issued."""

    dialect: Dialect
    people: People
    clock: Clock
    settings: Settings
    ledger: Ledger

    def __post_init__(self) -> None:
        """Furnish it."""
        self.reset()

    def reset(self) -> None:
        """Forget every token and application but the one that is there from the start.

        That one keeps its identifiers: whoever read them in the ready line may go on using them.
        """
        first: Application | None = getattr(self, "application", None)
        self.store = Store(self.clock)
        self.codes = Codes(self.clock)
        self.jobs: list[float] = []
        """When each job was started, by its number less one."""
        self.application = self.store.register(APPLICATION_NAME, "public", "password", USERS[0])
        if first is not None:
            self.application.client_id = first.client_id

    def issue(
        self, user: User, scope: str, way: str, application: Application | None = None, description: str = ""
    ) -> AccessToken:
        """A token for `user`; Refusal for an external account. way: basic, bearer, password, code or refresh."""
        if user.external and not self.settings.awx_allow_external:
            raise refusals.external(self.dialect)
        by_api = way in {"basic", "bearer"}
        lifetime = self.settings.awx_token_lifetime if by_api else self.settings.awx_grant_lifetime
        if self.dialect.longest_life is not None:
            lifetime = min(lifetime, self.dialect.longest_life)
        self.count("created", f"created.{way}")
        return self.store.issue(user, scope, lifetime, application, description)

    def count(self, *names: str) -> None:
        """Count `names` as this server's."""
        self.ledger.count(*(f"{self.dialect.name}.{name}" for name in names))
