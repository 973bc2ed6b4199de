"""What AWX's refusals mean, and what the user can do about them (the tables of reference/awx.md section 2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from keyturn import hints, moves
from keyturn.errors import ProviderRefused, SignInNeeded, one_line
from keyturnd.acquire.awx.credentials import hidden_in
from keyturnd.acquire.awx.dialects import no_tokens
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyturn.errors import KeyturnError
    from keyturn.kinds_of_hints import Hint
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


class TokenGone(Denied):
    """The server does not know a token of its own: it has expired, or somebody has deleted it there.

    A login alone would be content with the token that the daemon has in memory, so the hint has it replaced.
    """

    def __init__(self, api: Api, hint: Hint | None = None) -> None:
        profile = api.identity.profile
        sentence = f"{api.place} takes the token of profile {profile} no longer"
        cure = hint or hints.login_again(profile)
        super().__init__(ProviderRefused, sentence, cure, dead=True, other_credential=True)


class Unusable(Failed):
    """The server did it, and answered with something nobody can use."""


def refusal(api: Api, reply: Reply, credential: Credential) -> Failed:
    """The failure that a status other than success stands for."""
    if reply.document is None:
        return _page(api, reply)
    match reply.status:
        case 401:
            return TokenGone(api) if credential.is_token else _unknown(api)
        case 403:
            return _forbidden(api, said(reply.document, credential.forms))
        case 400:
            return _bad_request(api, said(reply.document, credential.forms))
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


def external(api: Api, text: str) -> Denied | None:
    """The refusal of a user of an external directory, if `text` says that it is one."""
    found = _EXTERNAL.search(text)
    if found is None:
        return None
    identity, source = api.identity, f" ({found[1]})" if found[1] else ""
    who = identity.username or "who signed in"
    return Denied(
        ProviderRefused,
        f"{who} is a user of an external directory{source}, for whom {api.place} creates no tokens",
        moves.servers.external_user(identity.profile),
    )


def _forbidden(api: Api, reason: str) -> Denied:
    denied = Denied(ProviderRefused, f"{api.place} does not allow it: {reason}", _check(api), other_credential=True)
    return external(api, reason) or denied


def _bad_request(api: Api, reason: str) -> Denied:
    return Denied(ProviderRefused, f"{api.place} does not take the request: {reason}", _check(api))


def _page(api: Api, reply: Reply) -> Failed:
    """Not AWX's own word: its refusals are JSON. Whether the request got through is unknown."""
    return Failed(
        ProviderRefused,
        f"{api.place} answered with status {reply.status} and no reason",
        moves.configuration.check("url", of=f"[profile.{api.identity.profile}]", also="the proxy if there is one"),
    )


def _check(api: Api) -> Hint:
    if api.identity.application is None:
        return moves.configuration.check("username", "scope", of=f"[profile.{api.identity.profile}]")
    return moves.servers.other_application(api.identity.profile)


def said(document: dict[str, Any], secrets: Iterable[str]) -> str:
    """The server's reason, without the `secrets` it was sent: `detail`, or the first field it finds fault with."""
    detail = document.get("detail")
    if isinstance(detail, str):
        return _shown(detail, secrets)
    for field, faults in document.items():
        first = faults[0] if isinstance(faults, list) and faults else faults
        if isinstance(first, str):
            return _shown(f"{field}: {first}", secrets)
    return "it gives no reason"


def _shown(text: str, secrets: Iterable[str]) -> str:
    # Hidden first: folded or cut in two, an echoed password is no longer found, and yet can be read.
    hidden = hidden_in(text, secrets)
    return one_line(hidden[: 10 * DETAIL_LIMIT])[:DETAIL_LIMIT].rstrip(". ")
