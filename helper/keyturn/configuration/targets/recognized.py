"""What a place that somebody names is for: a URL or a login server, and the table of `[targets]` it belongs to."""

from __future__ import annotations

import re
from typing import NamedTuple

from keyturn import hints
from keyturn.configuration.hosts import HTTPS_PORT, UnfitName, host_and_port, https_url
from keyturn.configuration.targets.docker import is_azure
from keyturn.configuration.targets.git import AZURE_DEVOPS_HOST, is_azure_devops
from keyturn.configuration.targets.images import registry_of
from keyturn.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.hosts import Place
    from keyturn.configuration.targets.entries import Protocol

_SSH = re.compile(
    r"(?:ssh://)?[^@/:]+@(?:ssh\.dev\.azure\.com|vs-ssh\.visualstudio\.com)[:/]v3/([A-Za-z0-9-]+)/", re.ASCII
)
"""As Azure Repos shows the address of a clone beside the one for https ("Use SSH key authentication")."""
CLONE = "_git"
"""What stands before a repository's name in its URL."""
AKS_SUFFIX = ".azmk8s.io"
"""Of AKS's API servers in Azure's public cloud; for others somebody has to say what they are."""


class RecognizedTarget(NamedTuple):
    """`key` as config.toml writes it."""

    protocol: Protocol
    key: str


def recognize(text: str, protocol: Protocol | None = None, verb: str = "target add") -> RecognizedTarget:
    """Which target `text` would be; `protocol` where somebody says it. Raises UsageError, with the usage of `verb`.

    A clone's URL becomes its organization, an image's name its registry: what is below belongs to the same sign-in.
    """
    _check_transport(text, verb)
    text = with_scheme(text)
    image = registry_of(text) if protocol in {None, "docker"} else None
    if image is not None and (protocol == "docker" or is_azure(image.host, image.port)):
        return RecognizedTarget("docker", image.netloc)
    try:
        if not text.startswith("https://"):
            return _registry(text.removesuffix("/"), protocol, verb)
        place = https_url(without_user(text))
    except UnfitName as error:
        raise UsageError(f"no target: {error}", hints.usage(f"keyturn {verb}")) from None
    if protocol == "docker" or (protocol is None and is_azure(place.host, place.port)):
        return RecognizedTarget("docker", place.netloc)  # as its page in the portal has it, or its interface
    if protocol is None:
        protocol = "kube" if place.host.endswith(AKS_SUFFIX) else "git"
    if protocol == "git":
        place = place._replace(segments=_of_organization(place))
    return RecognizedTarget(protocol, place.url)


def _check_transport(text: str, verb: str) -> None:
    """Raises UsageError, with the place that is meant, for an address for SSH: git asks nobody for a token there."""
    found = _SSH.match(text)
    if found is not None:
        url = f"https://{AZURE_DEVOPS_HOST}/{found[1]}"
        told = f"git asks for no token over SSH: the same place over https is {url}"
        error = UsageError(told, hints.verb(*verb.split(), url))
        error.mistyped = text, url
        raise error


def _of_organization(place: Place) -> tuple[str, ...]:
    """The part of a clone's path that its organization or, on a host of one's own, its project has.

    A path without a clone in it is meant as it is: a project may be another profile's than its organization.
    """
    if CLONE not in place.segments:
        return place.segments
    if is_azure_devops(place.host):
        return place.segments[:1] if place.host == AZURE_DEVOPS_HOST else ()
    return place.segments[: place.segments.index(CLONE)]


def _registry(text: str, protocol: Protocol | None, verb: str) -> RecognizedTarget:
    neither = UnfitName("expected a URL that starts with https://, or a login server of Azure's own")
    if protocol not in {None, "docker"} or (protocol is None and ("/" in text or "@" in text)):
        raise neither  # as for http://, and for what ssh takes
    host, port = host_and_port(text)
    if protocol is None and not is_azure(host, port):
        raise _of_another_name(text, verb) if "." in host else neither
    return RecognizedTarget("docker", host if port == HTTPS_PORT else f"{host}:{port}")


def _of_another_name(text: str, verb: str) -> UsageError:
    """A registry perhaps, behind a domain of its owner's: only somebody who knows it can say so."""
    error = UsageError(
        f"no target: {text} has no scheme, as a registry, but is no login server of Azure's own",
        hints.verb(*verb.split(), text, "--service", "acr"),
    )
    error.lacking = "--service", "acr"
    return error


def with_scheme(text: str) -> str:
    """`text` behind the `https://` that browsers do not show, where it can be nothing else than such a URL."""
    host = text.partition("/")[0]
    return f"https://{text}" if is_azure_devops(host) or host.endswith(AKS_SUFFIX) else text


def without_user(url: str) -> str:
    """Azure Repos shows clone URLs with the organization as user name (https://ORG@dev.azure.com/ORG/…)."""
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    return f"{scheme}://{host}{slash}{path}" if at and ":" not in user else url
