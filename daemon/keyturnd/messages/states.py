"""What must survive between two acquisitions of one profile: secret, and sealed by the daemon."""

from __future__ import annotations

import functools

import msgspec


class EntraState(msgspec.Struct, frozen=True, omit_defaults=True, tag="entra"):
    """What must survive between two acquisitions of one profile. Secret."""

    refresh_token: str
    account: str = ""
    """The signed-in user's name, as git shall present it."""
    home_account_id: str = ""
    generation: str = ""
    """Tells this sign-in from every other one; a rotated refresh token keeps it. The daemon's own: no acquisition
    sets it. Empty in states of keyturn 0.1.0."""

    def __repr__(self) -> str:
        return f"EntraState(account={self.account!r})"


class AwxState(msgspec.Struct, frozen=True, omit_defaults=True, tag="awx"):
    """The token that lives on the server, and what an interrupted acquisition may have left there. Secret.

    Times are UTC epoch seconds.
    """

    account: str
    token: str = ""
    token_id: int = 0
    created_at: float = 0.0
    expires_at: float = 0.0
    scope: str = ""
    """What the server granted: read or write."""
    requested: str = ""
    """What the token was asked for with, to tell whether it still is what the configuration wants."""
    mark: str = ""
    """The description, with a nonce in it, that `token` has on the server; its successor gets the same."""
    intent: str = ""
    """The description of a token about to be created. Sealed before the request leaves, empty once the server has
    shown that no token but `token` has it: until then others may, unknown to us."""
    superseded: tuple[int, ...] = ()
    """The ids of tokens that `token` replaced and that may still live."""
    refresh_token: str = ""
    """What the successor of an application's token is got by; empty for a personal one."""
    asked_at: float = 0.0
    """When a token was asked for whose answer has not come; 0 when none is missing. The server may still carry out
    such a request, after whoever sent it has died."""
    noted: int = 0
    """The highest id of the user's tokens before an application's was asked for: those have no description to look
    for until we have given them one."""
    unanswered: tuple[float, float] | None = None
    """When the first and the last of an application's tokens was asked for whose answer has not come: what it told of
    is newer than `noted`, and from then. So too for one that was replaced before anybody could tell its id. None once
    the server has shown that there is none."""
    controller: str = ""
    """The path of the controller's API below the configured URL, for tools that have to be told; empty where nobody
    has asked the server yet, or it named none."""
    doubted: bool = False
    """Whether somebody was refused with `token`: it is not given out again, but may create its successor."""
    refused: str = ""
    """A digest of the entrusted password that the server refused last, so that it is not sent again at once."""
    refused_at: float = 0.0

    def __repr__(self) -> str:
        return f"AwxState(account={self.account!r}, token_id={self.token_id})"


State = EntraState | AwxState


@functools.cache
def decoder() -> msgspec.json.Decoder[State]:
    """Of what a state is kept as. Made when the first is read: many profiles have none."""
    return msgspec.json.Decoder(State)
