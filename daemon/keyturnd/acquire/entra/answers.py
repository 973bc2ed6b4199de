"""The shape an answer of Entra ID must have before msal or anybody else looks at it.

msal takes the shape of a 200 for granted: a lifetime that is no number, or an ID token that is no JWT, ends in
a traceback after the provider has already replaced the refresh token. So each answer is checked here first,
what does not matter and is odd is dropped, and what matters and is odd is a typed failure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from keyturn import moves
from keyturn.configuration.profiles.clouds import same_service
from keyturn.errors import ProviderRefused
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network.answers import claims_of, decoded, is_count, is_token, odd

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LONGEST_LIFE = 31 * 86_400
"""Seconds. Entra's longest access tokens live 28 hours; more is no life anybody granted."""
LONGEST_CODE_LIFE = 86_400
LONGEST_INTERVAL = 300


def discovery(answer: Mapping[str, Any], authority: str) -> dict[str, Any]:
    """The endpoints of an OpenID configuration, each on the authority's own service.

    What goes there are secrets; a document that names another host does not get them (DESIGN rule 5.1).
    """
    place = urlsplit(authority).netloc
    endpoints: dict[str, Any] = {}
    for name in ("authorization_endpoint", "token_endpoint", "device_authorization_endpoint"):
        url = answer.get(name)
        if name == "device_authorization_endpoint" and url is None:
            continue
        if not is_token(url) or len(url) > 2048 or not _is_of(url, authority):
            raise Failed(
                ProviderRefused,
                f"the discovery document of {place} names a {name} that is not its own",
                moves.configuration.check("authority", "environment", of="the profile"),
            )
        endpoints[name] = url
    return endpoints


def _is_of(url: str, authority: str) -> bool:
    try:
        theirs, ours = urlsplit(url), urlsplit(authority)
        theirs_port, ours_port = theirs.port or 443, ours.port or 443
    except ValueError:
        return False
    if theirs.scheme != "https" or theirs_port != ours_port or theirs.username is not None:
        return False
    # msal reads the tenant from the token endpoint's first path segment.
    return same_service(theirs.hostname or "", ours.hostname or "") and len(theirs.path.split("/")) > 2


def token(answer: Mapping[str, Any], place: str) -> dict[str, Any]:
    """A token answer (RFC 6749 section 5.1) with sound members only."""
    if not is_token(answer.get("access_token")):
        raise odd(place, "holds no usable access token")
    kind = answer.get("token_type")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise odd(place, "holds a token that is no bearer token")
    answer = {**answer, **{name: _counted(answer.get(name)) for name in _SECONDS}}
    if not is_count(answer["expires_in"], LONGEST_LIFE):
        raise odd(place, "says no usable lifetime")
    if "refresh_token" in answer and not is_token(answer["refresh_token"]):
        raise odd(place, "holds an unusable refresh token")
    sound = {"access_token": answer["access_token"], "token_type": "Bearer", "expires_in": answer["expires_in"]}
    return sound | {name: answer[name] for name, check in _OPTIONAL.items() if check(answer.get(name))}


def device_code(answer: Mapping[str, Any], place: str) -> dict[str, Any]:
    """A device authorization answer (RFC 8628 section 3.2) with sound members only."""
    for name in ("device_code", "user_code"):
        if not is_token(answer.get(name)):
            raise odd(place, f"holds no usable {name}")
    url = answer.get("verification_uri")
    # Shown to a person to be opened in a browser: nothing but a plain https link, on whatever host.
    if not is_token(url) or not url.startswith("https://") or len(url) > 2048 or len(answer["user_code"]) > 64:
        raise odd(place, "holds no usable sign-in address")
    life, interval = _counted(answer.get("expires_in")), _counted(answer.get("interval", 5))
    if not is_count(life, LONGEST_CODE_LIFE):
        raise odd(place, "says no usable lifetime of the code")
    if interval != 0 and not is_count(interval, LONGEST_INTERVAL):
        raise odd(place, "says no usable polling interval")
    names = ("device_code", "user_code", "verification_uri")
    return {name: answer[name] for name in names} | {"expires_in": life, "interval": interval}


def client_info(encoded: object) -> dict[str, Any]:
    """The object in msal's `client_info`, {} when there is none."""
    return decoded(encoded) if isinstance(encoded, str) else {}


def _counted(value: object) -> object:
    """Seconds that AD FS and B2C write as a text, as everybody else does: a number."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16 else value


def _is_jwt(value: object) -> bool:
    return is_token(value) and bool(claims_of(value))


def _is_client_info(value: object) -> bool:
    return bool(client_info(value))


def _is_life(value: object) -> bool:
    return is_count(value, LONGEST_LIFE)


def _is_scope(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 10_000 and value.isascii() and value.isprintable()


_SECONDS = ("expires_in", "ext_expires_in", "refresh_in")
_OPTIONAL: Mapping[str, Callable[[object], bool]] = {
    "refresh_token": is_token,
    "id_token": _is_jwt,
    "client_info": _is_client_info,
    "scope": _is_scope,
    "ext_expires_in": _is_life,
    "refresh_in": _is_life,
}
