"""Strict parsing of hosts, ports, paths and URLs.

A token goes to the place a name means, so two programs must never read one name differently. Whatever is not in
the plain form (RFC 952/1123 labels, a decimal port, whole path segments) does not parse, and what does not parse is
not ours. docker-credential-acr-env gave tokens to `x.azurecr.io.attacker.com` for want of this (GO-2026-6225).
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

HTTPS_PORT = 443
HOST_LIMIT = 253
LIMIT = 8192
"""Characters of a URL or path: more than servers take, and few enough to be looked at while others wait. Submodules
of a stranger's repository may have any."""

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_SCHEME = re.compile(r"(?:https?://)?", re.ASCII)
_PORT = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)


class UnfitName(ValueError):
    """A name not in the plain form; its text says what was expected and never repeats the name."""


class Place(NamedTuple):
    """What an https URL names: `host` in lower case, `segments` percent-decoded."""

    host: str
    port: int
    segments: tuple[str, ...] = ()

    @property
    def netloc(self) -> str:
        """`host`, or `host:port` where that is not the default."""
        return self.host if self.port == HTTPS_PORT else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """In its one spelling: no default port, no slash at its end, percent-encoded where it has to be."""
        return "/".join([f"https://{self.netloc}", *(quote(segment, safe="") for segment in self.segments)])


def host_name(text: str) -> str:
    """`text` in lower case. Raises UnfitName for everything but ASCII labels joined by single dots.

    Checked before lower-casing: KELVIN SIGN lower-cases to an ASCII k.
    """
    if not text.isascii():
        raise UnfitName("expected an ASCII host name (xn--… for other alphabets)")
    host = text.lower()
    if len(host) > HOST_LIMIT or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise UnfitName("expected a plain host name")
    return host


def host_and_port(text: str) -> tuple[str, int]:
    """`host`, at the port of https, or `host:port`. Raises UnfitName, also for userinfo and IPv6 literals."""
    host, colon, port = text.partition(":")
    if not colon:
        return host_name(host), HTTPS_PORT
    if not _PORT.fullmatch(port) or int(port) > 0xFFFF:
        raise UnfitName("expected a port from 1 to 65535")
    return host_name(host), int(port)


def path_segments(path: str) -> tuple[str, ...]:
    """The segments of a percent-decoded path without its leading slash; one trailing slash is fine.

    Raises UnfitName for empty, `.` and `..` segments, for a `%` that is left (encoded twice), for a backslash
    (some servers read it as a slash), and for invisible characters.
    """
    check_length(path)
    if not path:
        return ()
    segments = tuple(path.removesuffix("/").split("/"))
    for segment in segments:
        _check_segment(segment)
    return segments


def https_url(text: str) -> Place:
    """The place of an https URL as a person writes it, percent-encoded at most once. Raises UnfitName."""
    check_length(text)
    if not text.startswith("https://"):
        raise UnfitName("expected a URL that starts with https://")
    authority, _, path = text.removeprefix("https://").partition("/")
    if "@" in authority:
        raise UnfitName("expected a URL without a user name")
    if "?" in path or "#" in path:
        raise UnfitName("expected a URL without query and fragment")
    host, port = host_and_port(authority)
    encoded = path.removesuffix("/").split("/") if path else []
    segments = tuple(_decoded(segment) for segment in encoded)
    for segment in segments:
        _check_segment(segment)
    return Place(host, port, segments)


def check_length(text: str) -> None:
    """Raises UnfitName for what is longer than LIMIT."""
    if len(text) > LIMIT:
        raise UnfitName(f"expected no more than {LIMIT} characters")


def without_userinfo(url: str) -> str:
    """`url` fit to be shown: a user name or password in it, up to the last @, is blotted out."""
    userinfo, at, rest = url.rpartition("@")
    scheme = _SCHEME.match(userinfo)
    return f"{scheme[0] if scheme else ''}***@{rest}" if at else url


def _decoded(segment: str) -> str:
    try:
        return unquote_to_bytes(segment).decode()
    except UnicodeError:
        raise UnfitName("expected a path in UTF-8") from None


def _check_segment(segment: str) -> None:
    if segment in {"", ".", ".."}:
        raise UnfitName("expected a path without empty, . and .. segments")
    if any(character in segment for character in "/\\%") or not segment.isprintable():
        raise UnfitName("expected a path without encoded slashes, backslashes, stray % and invisible characters")
