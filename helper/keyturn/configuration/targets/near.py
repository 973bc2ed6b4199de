"""What somebody may have meant, where a host has git targets and the URL is none of them (DESIGN 5.10)."""

from __future__ import annotations

from keyturn.configuration.targets.git import GitTarget, GitTargets, place_of, today
from keyturn.errors import NoTarget
from keyturn.hints import set_up
from keyturn.kinds_of_hints import printed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.protocols.git import GitRequest


def check_near(targets: GitTargets, request: GitRequest) -> None:
    """Raises NoTarget where `request`, which no target covers, names a host that has some: a typing mistake."""
    asked = place_of(request)
    if asked is None or (place := today(asked))[:2] not in targets.hosts:
        return
    if not place.segments:
        told = f"git does not say which repository of {asked.url} it means, as it has to: "
        raise NoTarget(f"{told}{printed(set_up('git'))}")
    meant = _nearest(targets, place.segments, place[:2])
    raise NoTarget(f"{asked.url} is none of the git targets; the nearest is {meant.url}")


def _nearest(targets: GitTargets, segments: tuple[str, ...], host: tuple[str, int]) -> GitTarget:
    from difflib import get_close_matches  # noqa: PLC0415 - only a typing mistake pays for it

    there = {_path(today(target.place).segments): target for target in targets if today(target.place)[:2] == host}
    return there[get_close_matches(_path(segments), there, n=1, cutoff=0.0)[0]]


def _path(segments: tuple[str, ...]) -> str:
    return "/".join(segments).lower()
