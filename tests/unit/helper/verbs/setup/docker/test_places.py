"""Where docker looks for us, and where it cannot."""

from __future__ import annotations

import pytest

from keyturn.kinds_of_hints import printed
from keyturn.verbs.setup.docker import places


@pytest.mark.parametrize(
    ("found", "told"),
    [("/snap/bin/docker", True), ("/usr/bin/docker", False), ("/home/a/snap/docker", False), (None, False)],
)
def test_a_docker_from_snap_sees_no_helper(found: str | None, told: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - a parameter
    """It has a configuration of its own, and a PATH on which we are not (reference/docker.md section 1)."""
    monkeypatch.setattr("shutil.which", lambda _: found)
    advice = places.confined()
    assert (advice is not None) is told
    if advice is not None:
        assert advice.sentence == "/snap/bin/docker is docker from snap, which cannot start keyturn"
        assert "snap" not in printed(advice.hint).partition(" ")[0]
