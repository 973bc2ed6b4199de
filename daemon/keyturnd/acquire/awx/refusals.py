"""What AWX's refusals mean, and what the user can do about them (the tables of reference/awx.md section 2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from keyturn import hints, moves
from keyturn.errors import ProviderRefused, SignInNeeded, one_line
from keyturnd.acquire.awx.dialects import no_tokens
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from keyturn.errors import KeyturnError
    from keyturn.hints import Hint
    from keyturnd.acquire.awx.api import Api, Reply
    from keyturnd.acquire.awx.credentials import Credential

DETAIL_LIMIT = 200
_EXTERNAL = re.compile(r"external authentication provider(?: \(([A-Za-z0-9 ._-]{1,40})\))?")


class Denied(Failed):
    """A refusal: the server did nothing.

    `dead`: it does not know the credential (401). `other_credential`: another one may be allowed what this is not.
    """

    def __init__(
        self,
        error: type[KeyturnError],
        sentence: str,
        hint: Hint,
        *,
        dead: bool = False,
        other_credential: bool = False,
    ) -> None:
        super().__init__(error, sentence, hint)
        self.dead = dead
        self.other_credential = other_credential


class Unusable(Failed):
    """The server did it, and answered with something nobody can use."""


def refusal(api: Api, reply: Reply, credential: Credential) -> Failed:
    """The failure that a status other than success stands for."""
    if reply.document is None:
        return _page(api, reply)
    match reply.status:
        case 401:
            return _unknown(api)
        case 403:
            return _forbidden(api, _said(reply.document, credential))
        case 400:
            return _bad_request(api, _said(reply.document, credential))
        case 404 | 410:
            return no_tokens(api)
        case status:
            return Denied(ProviderRefused, f"{api.place} refused with status {status}", _check(api))


def needs_person(api: Api, why: str) -> Failed:
    """Nothing there is can fetch a token, and a password would."""
    profile = api.identity.profile
    return Failed(SignInNeeded, f"{why}: profile {profile} needs a password", hints.login(profile))


def _unknown(api: Api) -> Denied:
    # AWX says "not provided" to a wrong password, too, and to any when Basic is switched off (awx#3393).
    return Denied(
        ProviderRefused,
        f"{api.place} refused the name or the password of {api.identity.username}, or takes no passwords",
        hints.login(api.identity.profile),
        dead=True,
        other_credential=True,
    )


def _forbidden(api: Api, said: str) -> Denied:
    identity = api.identity
    if (external := _EXTERNAL.search(said)) is not None:
        source = f" ({external[1]})" if external[1] else ""
        return Denied(
            ProviderRefused,
            f"{identity.username} is a user of an external directory{source}, for whom {api.place} creates no tokens",
            moves.external_user(identity.profile),
        )
    return Denied(ProviderRefused, f"{api.place} does not allow it: {said}", _check(api), other_credential=True)


def _bad_request(api: Api, said: str) -> Denied:
    return Denied(ProviderRefused, f"{api.place} does not take the request: {said}", _check(api))


def _page(api: Api, reply: Reply) -> Failed:
    """Not AWX's own word: its refusals are JSON. Whether the request got through is unknown."""
    return Failed(
        ProviderRefused,
        f"{api.place} answered with status {reply.status} and no reason",
        moves.check("url", of=f"[profile.{api.identity.profile}]", also="the proxy if there is one"),
    )


def _check(api: Api) -> Hint:
    if api.identity.application is None:
        return moves.check("username", "scope", of=f"[profile.{api.identity.profile}]")
    return moves.check(
        "application", of=f"[profile.{api.identity.profile}]", also="whether its organisation is yours"
    )


def _said(document: dict[str, Any], credential: Credential) -> str:
    """The server's reason: `detail`, or the first field that it finds fault with."""
    detail = document.get("detail")
    if isinstance(detail, str):
        return _shown(detail, credential)
    for field, faults in document.items():
        first = faults[0] if isinstance(faults, list) and faults else faults
        if isinstance(first, str):
            return _shown(f"{field}: {first}", credential)
    return "it gives no reason"


def _shown(text: str, credential: Credential) -> str:
    # Hidden first: folded or cut in two, an echoed password is no longer found, and yet can be read.
    hidden = credential.hidden_in(text)
    return one_line(hidden[: 10 * DETAIL_LIMIT])[:DETAIL_LIMIT].rstrip(". ")
