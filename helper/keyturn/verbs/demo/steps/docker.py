"""Real skopeo, with a registry's refresh token that the daemon exchanges the Entra token for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from keyturn.verbs.demo.step import Step
from keyturn.verbs.demo.verdicts import Skipped, check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.verbs.demo.stage import Stage

POLICY = '{"default": [{"type": "insecureAcceptAnything"}]}'
"""Whose signatures skopeo shall check: without an answer to that it copies nothing."""


def set_up(stage: Stage) -> str:
    _need_skopeo()
    ready = stage.emulator.ready
    containers = stage.home / ".config/containers"
    certificates = containers / "certs.d" / ready.registry
    certificates.mkdir(parents=True, mode=0o700)
    shutil.copyfile(ready.ca_file, certificates / "ca.crt")
    (containers / "policy.json").write_text(POLICY, encoding="utf-8")
    stage.run("keyturn", "setup", "docker")
    helpers = json.loads((containers / "auth.json").read_text(encoding="utf-8"))["credHelpers"]
    check(helpers.get(ready.registry) == "keyturn", "containers' auth.json does not name keyturn")
    return "docker and podman's family ask keyturn for this registry, and for no other"


def copy_image(stage: Stage) -> str:
    _need_skopeo()
    from keyturn_emulator.registry.sample import write_image  # noqa: PLC0415 - an extra

    image = write_image(stage.home / "image")
    there = f"docker://{stage.emulator.ready.registry}/team/app:1"
    before = stage.emulator.control.count("registry.exchange")
    stage.run("skopeo", "copy", "--quiet", image, there)
    stage.run("skopeo", "copy", "--quiet", there, f"dir:{stage.home / 'copied'}")
    check((Path(stage.home) / "copied/manifest.json").exists(), "nothing came back")
    gained = stage.emulator.control.count("registry.exchange") - before
    check(gained == 1, f"it took {gained} exchanges at the registry instead of one")
    return "there and back again, with one exchange at the registry"


def _need_skopeo() -> None:
    if shutil.which("skopeo") is None:
        raise Skipped("skopeo is not installed")


STEPS = (
    Step("docker, podman and skopeo learn whom to ask", set_up),
    Step("an image is copied", copy_image),
)
