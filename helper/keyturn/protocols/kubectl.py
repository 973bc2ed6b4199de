"""kubectl's exec credentials: bytes in, bytes out, nothing else (reference/kubernetes.md section 1).

The request is the variable KUBERNETES_EXEC_INFO, never stdin: that is kubectl's own (`-f -`), or under the JavaScript
client an open pipe that never ends.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import time
from typing import NamedTuple

from keyturn import hints, shell
from keyturn.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

GROUP = "client.authentication.k8s.io"
V1 = f"{GROUP}/v1"
V1BETA1 = f"{GROUP}/v1beta1"
VERSIONS = (V1, V1BETA1)
KIND = "ExecCredential"
VARIABLE = "KUBERNETES_EXEC_INFO"

_TOKEN = re.compile(r"[\x21-\x7e]+", re.ASCII)
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+", re.ASCII)
"""RFC 6749 section 3.3: what a server id becomes a part of."""
_YEAR_10000 = 253402300800
_SHOWN = 60


class Trust(NamedTuple):
    """Whom a client takes for the cluster: what decides where a token really goes."""

    authority: str = ""
    """SHA-256 of the CA's bytes, in hexadecimal; empty: the system's own CAs."""
    authority_file: str = ""
    """As the kubeconfig names it. Python's client passes on the name, client-go the content."""
    proxy: str = ""
    tls_server_name: str = ""
    insecure: bool = False
    """Whether the server's certificate is not verified at all."""


class ExecRequest(NamedTuple):
    """What the client says about itself and, with provideClusterInfo, about the cluster."""

    api_version: str = V1
    """To be echoed: a client takes no answer of another version."""
    interactive: bool = False
    """Whether a person may be asked. The Python client means its stdout, kubectl its stdin."""
    cluster_server: str | None = None
    """The URL of the API server as the kubeconfig writes it: somebody else's text."""
    trust: Trust = Trust()
    """Only where the cluster is named."""


class KubeOptions(NamedTuple):
    """The arguments behind get-token."""

    profile: str | None = None
    server_id: str | None = None
    api_version: str | None = None
    """Of the stanza: what is answered where the client says nothing."""
    server: str | None = None
    """Of the cluster that `keyturn setup kube` wrote the stanza for."""
    word: str | None = None
    """What it put there to know the stanza by."""


OPTIONS = {
    "--profile": "NAME",
    "--server-id": "ID",
    "--api-version": "v1beta1",
    "--server": "URL",
    "--word": "WORD",
}


def parse(info: bytes) -> ExecRequest:
    """The request in the variable's value; empty when it is unset, as the JavaScript client leaves it.

    Unknown members are passed over, and so is the cluster's `config`. Raises UsageError.
    """
    if not info.strip():
        return ExecRequest()
    document = _object(info)
    version, spec = document.get("apiVersion"), document.get("spec") or {}
    if document.get("kind") != KIND or not isinstance(spec, dict):
        raise UsageError(f"{VARIABLE} is no {KIND}", shell.unset(VARIABLE))
    if version not in VERSIONS:
        shown = str(version or "none")[:_SHOWN]
        raise UsageError(f"{VARIABLE} is of another version: {shown}", hints.set_up("kube"))
    cluster = spec.get("cluster")
    return ExecRequest(version, spec.get("interactive") is True, _cluster_server(cluster), _trust(cluster))


def options(arguments: Sequence[str]) -> KubeOptions:
    """The arguments behind get-token; of an option given twice the last one counts. Raises UsageError."""
    found: dict[str, str] = {}
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if name not in OPTIONS:
            raise UsageError(f"kube-credential-keyturn has no option {argument}", hints.set_up("kube"))
        found[name] = value if equals else next(rest, "")
        if not found[name]:
            raise UsageError(f"{name} lacks a value", hints.set_up("kube"))
    return KubeOptions(
        found.get("--profile"),
        _server_id(found.get("--server-id")),
        _api_version(found.get("--api-version")),
        found.get("--server"),
        found.get("--word"),
    )


def version_of(info: bytes, request: ExecRequest, asked: KubeOptions) -> str:
    """The version to answer in: the client's, or the stanza's where it says nothing."""
    return request.api_version if info.strip() else asked.api_version or request.api_version


def fingerprint(authority: bytes) -> str:
    """SHA-256 of a CA's bytes, in hexadecimal."""
    return hashlib.sha256(authority).hexdigest()


def answer(token: str, expires_at: float, api_version: str) -> bytes:
    """One compact document with a token that the client may use until `expires_at` (UTC epoch seconds).

    Rounded down to a whole second of zone Z, the one form that every client reads. Raises ValueError for what a
    client would take and fail on later: an unprintable token (`invalid header field value`), an expiry it cannot
    read. The text never shows the token.
    """
    if api_version not in VERSIONS:
        raise ValueError("the version is none of kubectl's")
    if not _TOKEN.fullmatch(token):
        raise ValueError("the token is empty or holds characters that fit no header")
    if not (math.isfinite(expires_at) and 1 <= expires_at < _YEAR_10000):
        raise ValueError("the expiry is not a time from 1970 to 9999")
    expiry = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(math.floor(expires_at)))
    status = {"expirationTimestamp": expiry, "token": token}
    document = {"kind": KIND, "apiVersion": api_version, "status": status}
    return json.dumps(document, separators=(",", ":")).encode("ascii") + b"\n"


def _object(info: bytes) -> dict[str, Any]:
    try:
        document = json.loads(info.decode())
    except (ValueError, RecursionError):  # ValueError: not JSON, not UTF-8, a number of over 4300 digits
        document = None
    if not isinstance(document, dict):
        raise UsageError(f"{VARIABLE} is not a JSON object", shell.unset(VARIABLE))
    return document


def _cluster_server(cluster: object) -> str | None:
    """None when no cluster is named. One that is named but cannot be read must not pass for none."""
    if cluster is None:
        return None
    server = cluster.get("server") if isinstance(cluster, dict) else None
    if not isinstance(server, str) or not server:
        raise UsageError(f"{VARIABLE} names a cluster without a server", shell.kubectl("config", "view"))
    return server


def _trust(cluster: object) -> Trust:
    """What is no text there stands for itself, and agrees with nothing that was recorded."""
    if not isinstance(cluster, dict):
        return Trust()
    data = cluster.get("certificate-authority-data")
    try:
        authority = fingerprint(base64.b64decode(str(data), validate=True)) if data else ""
    except ValueError:  # binascii.Error is one
        authority = "no base64"
    return Trust(
        authority=authority,
        authority_file=str(cluster.get("certificate-authority") or ""),
        proxy=str(cluster.get("proxy-url") or ""),
        tls_server_name=str(cluster.get("tls-server-name") or ""),
        insecure=bool(cluster.get("insecure-skip-tls-verify")),
    )


def _api_version(text: str | None) -> str | None:
    version = None if text is None else f"{GROUP}/{text}"
    if version is not None and version not in VERSIONS:
        raise UsageError("--api-version is none of kubectl's", hints.set_up("kube"))
    return version


def _server_id(text: str | None) -> str | None:
    """`text`, if it can be an audience; what other tools take off its end or put there does not count."""
    if text is None:
        return None
    server_id = text.removesuffix("/.default").rstrip("/")
    if not _SCOPE.fullmatch(server_id):
        raise UsageError("--server-id is not the id of an application", hints.set_up("kube"))
    return server_id
