"""The registry in the name of an image, as it is copied from a docker command, a chart's address or an error."""

from __future__ import annotations

import re

from keyturn.configuration.hosts import Place, UnfitName, host_and_port

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_TAG, _DIGEST = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[A-Za-z0-9=_-]+"
_HOST = r"localhost|[^/@]*[.:][^/@]*"
"""All else is a user of Docker Hub, as in `library/ubuntu` (distribution/reference, splitDockerDomain)."""
_IMAGE = re.compile(rf"(?:(?:oci|docker)://)?({_HOST})(?:/{_PART})+/?(?::{_TAG})?(?:@{_DIGEST})?", re.ASCII)
"""Of the OCI distribution specification ("Pulling manifests") and image specification ("Digests"); helm and skopeo
put schemes of their own in front."""


def is_of_docker_hub(image: str) -> bool:
    """Whether it names no registry at all, as `ubuntu` and `library/ubuntu`, so that clients go to Docker Hub."""
    return re.fullmatch(_HOST, image.partition("/")[0]) is None


def registry_of(image: str) -> Place | None:
    """Host and port in front of a repository; None where `image` names none, or is something else."""
    found = _IMAGE.fullmatch(image)
    try:
        return None if found is None else Place(*host_and_port(found[1]))
    except UnfitName:
        return None
