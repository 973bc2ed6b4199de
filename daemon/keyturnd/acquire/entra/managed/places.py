"""Which endpoint the variables of a caller lead to, and whether that is one of its machine's own."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keyturn import moves
from keyturn.errors import ConfigError
from keyturn.protocols.surroundings import ENDPOINT, HEADER, OWN_HEADER
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network.answers import is_token

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCAL_NAME = "localhost"


def told(variables: Mapping[str, str], name: str) -> str:
    """A variable, empty where it is not set. Raises Failed for what no header and no URL takes."""
    value = variables.get(name, "")
    if value and not is_token(value):
        sentence = f"{name} is too long, or not of visible ASCII alone"
        raise Failed(ConfigError, sentence, moves.machines.as_told(name))
    return value


def check_not_ours(variables: Mapping[str, str]) -> None:
    """Raises Failed where the endpoint is keyturn's own, which would ask itself in a circle."""
    if told(variables, HEADER).startswith(OWN_HEADER):
        sentence = f"{ENDPOINT} leads to keyturn itself, which would have to ask itself for the token"
        raise Failed(ConfigError, sentence, moves.machines.not_keyturns_own())


def check_local(url: str, variable: str) -> None:
    """Raises Failed unless `url` is plain http to this machine or its own link.

    What goes there are secrets, and what comes back is a token: neither is for any other machine, or a proxy.
    """
    try:
        parts = urlsplit(url)
        sound = (
            parts.scheme == "http" and parts.username is None and is_local(parts.hostname or "") and parts.port != 0
        )
    except ValueError:
        sound = False
    if not sound:
        raise Failed(
            ConfigError, f"{variable} names no place on this machine, or not by http", moves.machines.on_azure()
        )


def is_local(host: str) -> bool:
    """Whether it is `localhost`, or an address of the loopback or of the link: those that IMDS has, too."""
    if host == LOCAL_NAME:
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_link_local
