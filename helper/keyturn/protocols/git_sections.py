"""Which URLs a section of git's configuration is for: `credential.URL.helper`, `http.URL.extraHeader`.

git compares by parts (git-config(1), "http.<url>.*"): `https://Dev.Azure.com:443/` names the host without a port too,
and a `*` stands for one label of a name. In sections of credentials scheme or host may be left out.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

HEADERS = r"^http\.(.*\.)?extraheader$"
"""The keys of headers that git sends, whatever a helper answers; for `git config --get-regexp`."""

_PARTS = re.compile(r"(?:([^:/]*)://)?([^/]*@)?([^/]*)(.*)", re.DOTALL)
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


def is_for(key: str, scheme: str, host: str) -> bool:
    """Whether the section of `key` is for some URL at `host` (with its port), with any user name, below any path."""
    named_scheme, _, named_host, _ = _parts(key)
    if not (named_scheme and named_host) and _url_of(key) and not key.startswith("credential."):
        return False
    return named_scheme in {"", scheme} and _names(named_host, host, _DEFAULT_PORTS.get(scheme, ""))


def is_for_all(key: str, scheme: str, host: str) -> bool:
    """Whether it is for each of them."""
    _, user, _, path = _parts(key)
    return not user and path in {"", "/"} and is_for(key, scheme, host)


def _url_of(key: str) -> str:
    """The URL of a key like credential.https://host.helper, empty for one without."""
    return key.partition(".")[2].rpartition(".")[0]


def _parts(key: str) -> tuple[str, str, str, str]:
    """Scheme, user name, host and path of the URL of `key`, each empty where it has none."""
    match = _PARTS.match(_url_of(key))
    scheme, user, host, path = match.groups("") if match is not None else ("", "", "", "")
    return scheme.lower(), user, host, path


def _names(pattern: str, host: str, default_port: str) -> bool:
    labels, found = (unquote(each).lower().removesuffix(default_port).split(".") for each in (pattern, host))
    if not pattern:
        return True
    return len(labels) == len(found) and all(
        label in {"*", other} for label, other in zip(labels, found, strict=True)
    )
