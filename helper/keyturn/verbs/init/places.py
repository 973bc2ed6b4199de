"""What somebody begins with: a URL, a login server, a context of kubectl's, or the repository this is run in."""

from __future__ import annotations

import subprocess
from typing import NamedTuple

from keyturn import hints, moves, shell
from keyturn.configuration.hosts import UnfitName, https_url
from keyturn.configuration.targets.git import is_azure_devops
from keyturn.configuration.targets.recognized import recognize, with_scheme, without_user
from keyturn.errors import UsageError
from keyturn.verbs.init.contexts import find_context
from keyturn.verbs.init.sources import for_job

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from keyturn.configuration.targets.entries import Protocol
    from keyturn.kinds_of_hints import Command

    Service = Literal["azure-devops", "aks", "acr", "awx"]

OTHERS = {"github.com", "gitlab.com", "bitbucket.org"}
"""Whose clones people stand in, jobs of GitHub's among them, when they want to get at something of Azure."""
PROTOCOLS: dict[Service, Protocol] = {"azure-devops": "git", "aks": "kube", "acr": "docker"}


class Place(NamedTuple):
    """Where tokens are wanted. `key`: as config.toml writes it; `given` as it was typed or found."""

    service: Service
    key: str
    given: str
    named_in: str = ""
    """The file of somebody else's choice, a repository's or a kubeconfig, that the URL comes from; empty if typed."""
    context: str = ""
    """Of kubectl, where it was named by that."""
    tenant: str = ""
    """What that context's user names; only ever proposed."""

    @property
    def is_inside(self) -> bool:
        """Whether an image, or another part of a registry, was named in place of the registry."""
        return self.service == "acr" and self.given.lower().removeprefix("https://").rstrip("/") != self.key

    @property
    def names_its_service(self) -> bool:
        """Whether the name alone tells what answers there, so that no `service` has to say it."""
        return _tells_its_service(self.key) and self.service == _service_of(self.key)


def places_of(words: Sequence[str], service: Service | None, again: Command) -> list[Place]:
    """What `words` name, each place once. One that was also typed is nobody else's choice. Raises UsageError.

    again: all that was typed, to be said once more with what it lacks.
    """
    found: dict[str, Place] = {}
    for word in words:
        alone = tuple(typed for typed in again if typed == word or typed not in words)
        place = place_of(word, service, alone)
        known = found.setdefault(place.key, place)
        if known.named_in and not place.named_in:
            found[place.key] = known._replace(named_in="", given=place.given)
        elif place.context:
            found[place.key] = known._replace(context=place.context, tenant=place.tenant)
    return list(found.values())


def place_of(text: str, service: Service | None, again: Command = ()) -> Place:
    """What `text` names. Raises UsageError where it does not tell, and nobody said, what answers there.

    A word without a dot can only be a context's name.
    """
    text = with_scheme(text)
    context = None if service not in {None, "aks"} or _tells_its_service(text) else find_context(text)
    if context is not None and (service == "aks" or context.is_aks):
        server = context.server
        return Place("aks", recognize(server, "kube", "init").key, server, context.file, text, context.tenant)
    if service is None and not any(mark in text for mark in ".:/@"):
        sentence = (
            "no context of kubectl has that name, and it is no URL (https://…) or login server of Azure's own either"
        )
        raise UsageError(sentence, shell.kubectl("config", "get-contexts"))
    found = service or _service_of(text, again)
    if found == "awx":
        return Place(found, _url(text), text)
    return Place(found, recognize(text, PROTOCOLS[found], "init").key, text)


def of_this_repository() -> Place | None:
    """The remote of the clone that is the current directory, None where there is none that keyturn is for."""
    command = ["git", "remote", "get-url", "origin"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        url = without_user(done.stdout.strip())
        return place_of(url, None)._replace(named_in="this repository") if done.returncode == 0 else None
    except (OSError, UnicodeDecodeError, UsageError):
        return None


def _tells_its_service(text: str) -> bool:
    try:
        _service_of(text)
    except UsageError:
        return False
    return True


def _service_of(text: str, again: Command = ()) -> Service:
    """What a host is, by its name: never guessed for one that anybody may have. again: see `places_of`."""
    target = recognize(text, None, "init")
    if target.protocol == "docker":
        return "acr"
    if target.protocol == "kube":
        return "aks"
    host = https_url(target.key).host
    if is_azure_devops(host):
        return "azure-devops"
    if host in OTHERS:
        command = ("keyturn", "init", "PLACE", *for_job())
        raise UsageError(f"{host} takes no token of Entra ID or of an AWX", moves.configuration.name_purpose(command))
    raise UsageError(
        f"nothing tells what answers at {target.key}: {', '.join(PROTOCOLS)} or awx?",
        moves.configuration.name_it(again or ("keyturn", "init", target.key), "--service", "SERVICE"),
    )


def _url(text: str) -> str:
    try:
        return https_url(text).url
    except UnfitName as error:
        raise UsageError(f"the URL of an AWX: {error}", hints.usage("keyturn init")) from None
