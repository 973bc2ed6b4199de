"""One kept credential, and git's rules of which request it answers (credential.c, credential_match).

What a request leaves out matches anything; what it says has to be the same, byte for byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from keyturn.protocols.git import GitRequest


class Place(NamedTuple):
    """Where a credential is for, as git writes it."""

    protocol: str
    host: str
    """With `:port` when the URL names one."""

    @property
    def url(self) -> str:
        """For people."""
        return f"{self.protocol}://{self.host}"


class Credential(msgspec.Struct, frozen=True):
    """What a server has accepted: user name and password, or an Authorization header. Secret."""

    place: Place
    path: str | None = None
    username: str | None = None
    password: str | None = None
    authtype: str | None = None
    credential: str | None = None
    oauth_refresh_token: str | None = None
    password_expiry_utc: int | None = None
    """UTC epoch seconds."""
    stored_at: float = 0.0
    """UTC epoch seconds."""

    def __repr__(self) -> str:
        return f"Credential({self.place.url!r})"

    def spent(self, wall: float) -> bool:
        """Whether nobody has a use for it any more.

        Git drops a password that has expired, and hands the refresh token to the helper behind us, which would ask
        for a sign-in in a browser without it (git-credential-oauth; git's own cache gives it, too).
        """
        expired = self.password_expiry_utc is not None and self.password_expiry_utc <= wall
        return expired and self.oauth_refresh_token is None

    def answers(self, request: GitRequest) -> bool:
        """Whether this is what `request` asks for, in a form that its caller takes.

        One that knows of no `authtype` would have no use for a header, and be asked for a password by git.
        """
        takes = self.credential is None or "authtype" in request.capabilities
        return takes and self.meant_by(request)

    def refused_by(self, request: GitRequest) -> bool:
        """Whether this is what `request` has erased: with another password than this one, it is not."""
        return (
            self.meant_by(request)
            and _same(request.password, self.password)
            and _same(request.credential, self.credential)
        )

    def meant_by(self, request: GitRequest) -> bool:
        """Whether it is for the place, path and user of `request`."""
        return (
            self.place == (request.protocol, request.host)
            and _same(request.path, self.path)
            and _same(request.username, self.username)
        )


def accepted(request: GitRequest, wall: float) -> Credential | None:
    """The credential that a `store` of `request` has approved; None where there is nothing to keep.

    What is ephemeral is never kept (gitcredentials(7)), nor what is only a part.
    """
    whole = None not in (request.username, request.password) or None not in (request.authtype, request.credential)
    if request.ephemeral or not whole:
        return None
    return Credential(
        place=Place(request.protocol, request.host),
        path=request.path,
        username=request.username,
        password=request.password,
        authtype=request.authtype,
        credential=request.credential,
        oauth_refresh_token=request.oauth_refresh_token,
        password_expiry_utc=request.password_expiry_utc,
        stored_at=wall,
    )


def _same(wanted: str | None, had: str | None) -> bool:
    return wanted is None or wanted == had
