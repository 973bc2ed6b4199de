"""Which proxy a host is reached through, if any: `proxy` and `no_proxy` of the job, never the environment."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

from keyturn import moves
from keyturn.errors import ConfigError
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from keyturnd.messages.identities import Network


class Proxy(NamedTuple):
    """A proxy, its credentials kept apart from the URL so that no message can show them.

    configured: in [network], where somebody looks for it then.
    """

    url: str
    credentials: tuple[str, str] | None = None
    configured: bool = False

    def __repr__(self) -> str:
        return f"Proxy({self.url!r})"


def proxy_for(network: Network, host: str, port: int) -> Proxy | None:
    """The proxy for `host`:`port`, None for a direct connection. Raises Failed when `proxy` is no http URL."""
    if not network.proxy or is_direct(network.no_proxy or "", host, port):
        return None
    return parse(network.proxy)._replace(configured=network.proxy_configured)


def parse(url: str) -> Proxy:
    """The parts of a proxy URL; a bare host:port means http, as curl has it."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or parts.scheme not in {"http", "https"}:
        raise Failed(
            ConfigError,
            "the proxy is not an http:// or https:// URL",
            moves.configuration.add('proxy = "http://HOST:PORT"', "[network]"),
        )
    place = f"[{host}]" if ":" in host else host
    clean = urlunsplit((parts.scheme, place if port is None else f"{place}:{port}", "", "", ""))
    user = None if parts.username is None else (unquote(parts.username), unquote(parts.password or ""))
    return Proxy(clean, user)


def is_direct(no_proxy: str, host: str, port: int) -> bool:
    """Whether `no_proxy` exempts `host`: names with their subdomains, `*`, ports, addresses and CIDR ranges.

    The loopback is always direct, as Go has it: no proxy reaches it.
    """
    host = host.lower().rstrip(".")
    return _is_loopback(host) or any(
        _exempts(entry, host, port) for entry in re.split(r"[,\s]+", no_proxy.lower()) if entry
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _exempts(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    if "/" in entry:
        return _in_range(entry, host)
    name, entry_port = _split_port(entry)
    if entry_port not in {"", str(port)}:
        return False
    name = name.removeprefix("*").strip(".")
    return bool(name) and (host == name or (host.endswith(f".{name}") and not _is_address(host)))


def _in_range(entry: str, host: str) -> bool:
    try:
        return ip_address(host) in ip_network(entry, strict=False)
    except ValueError:  # a name, or not a range
        return False


def _split_port(entry: str) -> tuple[str, str]:
    """`[::1]:443`, `host:443`, `host`, `::1`: the name without brackets, and the port or nothing."""
    bracketed = re.fullmatch(r"\[([^]]*)](?::(\d+))?", entry)
    if bracketed:
        return bracketed[1], bracketed[2] or ""
    name, colon, port = entry.rpartition(":")
    return (name, port) if colon and ":" not in name else (entry, "")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
