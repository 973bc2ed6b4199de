"""One job at an AWX, and what is known of its tokens as it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturnd.acquire.awx.credentials import Client
from keyturnd.messages.states import AwxState

if TYPE_CHECKING:
    from keyturnd.acquire.awx.server import Server
    from keyturnd.acquire.channel import Channel
    from keyturnd.messages.identities import AwxIdentity


class Session:
    """`state` is what is durable by now. An AWX failure never calls it dead: see the module awx."""

    def __init__(
        self,
        identity: AwxIdentity,
        channel: Channel,
        server: Server,
        state: AwxState | None,
        client_secret: str | None = None,
        *,
        elsewhere: bool = False,
    ) -> None:
        """`elsewhere`: whether the person's browser is on another machine."""
        self.elsewhere = elsewhere
        self.identity = identity
        self.client = Client(identity.client_id, client_secret or "")
        self.channel = channel
        self.server = server
        self.state = state or AwxState(identity.username)

    def seal(self, state: AwxState) -> None:
        """Make `state` durable, and the current one."""
        if state != self.state:
            self.channel.seal(state)
            self.state = state
