"""What git-credential-libsecret keeps in the Secret Service (git's contrib/credential/libsecret).

One item for each credential, of the schema org.git.Password: protocol, server, port, object (the path) and user are
attributes; expiry and refresh token stand as further lines behind the password.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from keyturn import moves
from keyturn.errors import Refused
from keyturn.protocols.git import fits_a_line

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = {"xdg:schema": "org.git.Password"}
BEHIND_THE_PASSWORD = {"password_expiry_utc", "oauth_refresh_token"}


def attributes() -> list[dict[str, str]]:
    """Each credential as attributes of git's protocol. Raises Refused where no keyring can be asked."""
    try:
        items = _items()
    except Exception as error:  # noqa: BLE001 - D-Bus libraries raise whatever their transport raises
        raise Refused(
            f"the OS keyring cannot be asked ({type(error).__name__})", moves.secrets.unlock_keyring()
        ) from None
    if None in items.values():
        raise Refused("the OS keyring stayed locked", moves.secrets.unlock_keyring())
    found = (of_item(dict(said), secret or "") for said, secret in items.items())
    return [one for one in found if all(map(fits_a_line, one.values()))]  # a user's name may hold anything


def _items() -> dict[tuple[tuple[str, str], ...], str | None]:
    """The secret of each item by its attributes, None for one that stays locked: its owner may be asked."""
    import secretstorage  # noqa: PLC0415 - keyring brings it, on Linux

    found: dict[tuple[tuple[str, str], ...], str | None] = {}
    with closing(secretstorage.dbus_init()) as bus:
        for item in secretstorage.search_items(bus, SCHEMA):
            locked = item.is_locked() and item.unlock()
            secret = None if locked else item.get_secret().decode("utf-8", "surrogateescape")
            found[tuple(item.get_attributes().items())] = secret
    return found


def of_item(said: Mapping[str, str], secret: str) -> dict[str, str]:
    """The attributes of one item."""
    password, *behind = secret.split("\n")
    port = said.get("port", "0")
    found = {
        "protocol": said.get("protocol", ""),
        "host": said.get("server", "") + (f":{port}" if port not in {"", "0"} else ""),
        "path": said.get("object", ""),
        "username": said.get("user", ""),
        "password": password,
    }
    for line in behind:
        name, _, value = line.partition("=")
        if name in BEHIND_THE_PASSWORD:
            found[name] = value
    return {name: value for name, value in found.items() if value or name in {"username", "password"}}
