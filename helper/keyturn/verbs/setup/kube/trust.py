"""Whom the entry of a cluster in a kubeconfig takes for that cluster."""

from __future__ import annotations

import base64
import binascii
import errno
import os
import stat

from keyturn.configuration.hosts import without_userinfo
from keyturn.protocols.kubectl import Trust, fingerprint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

AUTHORITY_LIMIT = 120_000
"""Bytes of base64 that a cluster's CA may have: kubectl passes it on in one variable, which holds 128 KiB in all."""
CA_LIMIT = 4 << 20
"""Bytes; a bundle of all public authorities has a quarter of a MiB."""
UNREADABLE = "unreadable"
"""In the place of a CA's SHA-256 where the file cannot be read: no request agrees with it."""


def trust_of(cluster: Mapping[str, Any], directory: Path) -> Trust:
    """What the entry `cluster` of a kubeconfig in `directory` trusts, as client-go tells it to a plugin."""
    named = str(cluster.get("certificate-authority") or "")
    return Trust(
        authority=_authority(cluster.get("certificate-authority-data"), directory / named if named else None),
        authority_file="" if cluster.get("certificate-authority-data") else named,
        proxy=str(cluster.get("proxy-url") or ""),
        tls_server_name=str(cluster.get("tls-server-name") or ""),
        insecure=bool(cluster.get("insecure-skip-tls-verify")),
    )


def _authority(data: object, file: Path | None) -> str:
    try:
        if data:
            return fingerprint(base64.b64decode(str(data), validate=True))
        return fingerprint(_content(file)) if file is not None else ""
    except (OSError, binascii.Error):
        return UNREADABLE


def _content(file: Path) -> bytes:
    """Raises OSError for what is no regular file of a CA's size: a stranger's kubeconfig may name a FIFO."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as opened:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > CA_LIMIT:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return opened.read(CA_LIMIT)


def shown(trust: Trust | None) -> str:
    """What a person compares."""
    if trust is None:
        return "nothing"
    parts = [f"the CA with SHA-256 {trust.authority}" if trust.authority else "the CAs of the system"]
    parts += [f"the proxy {without_userinfo(trust.proxy)}"] if trust.proxy else []
    parts += [f"the name {trust.tls_server_name}"] if trust.tls_server_name else []
    return ", ".join(parts)


def fits_a_variable(cluster: Mapping[str, Any], directory: Path) -> bool:
    """Whether kubectl can tell the helper about the cluster: with a large CA it could not even start it."""
    if data := cluster.get("certificate-authority-data"):
        return len(str(data)) <= AUTHORITY_LIMIT
    if file := cluster.get("certificate-authority"):
        try:
            return (directory / str(file)).stat().st_size * 4 // 3 <= AUTHORITY_LIMIT
        except OSError:
            pass  # kubectl itself will say so
    return True
