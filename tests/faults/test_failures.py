"""All that can fail below a request, seen by git and by a person: one error, one hint, and no login is lost."""

from __future__ import annotations

import os
import resource
import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keyturn_emulator.certificates import create
from support.daemon import wire
from support.scenes.failing import LINES, PATHS, refused, sign_in, start, works
from support.scenes.scene import Scene, scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    Fault = Callable[[Scene], AbstractContextManager[None]]

__all__ = ["scene"]


@contextmanager
def ordered(scene: Scene, kind: str, endpoint: str = "token", **details: object) -> Iterator[None]:
    """A fault of the emulator, as often as it takes."""
    scene.emulator.control.fault(endpoint, kind, times=1000, **details)
    yield
    scene.emulator.control.clear_faults()


@contextmanager
def another_secret(scene: Scene) -> Iterator[None]:
    right = scene.emulator.ready.clients["service"]["secret"]
    scene.emulator.control.change_secret()
    yield
    scene.emulator.control.change_secret(right)


@contextmanager
def configured(scene: Scene, old: str, new: str) -> Iterator[None]:
    text = scene.machine.config_file.read_text()
    assert old in text
    scene.machine.config_file.write_text(text.replace(old, new))
    yield
    scene.machine.config_file.write_text(text)


@contextmanager
def full_disk(scene: Scene) -> Iterator[None]:
    """Files can be made, but nothing can be written to them."""
    pid = scene.machine.daemon_pid()
    assert pid is not None
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


FAULTS: dict[str, tuple[Fault, int, str]] = {
    "dropped": (lambda scene: ordered(scene, "close"), 4, ""),
    "busy": (lambda scene: ordered(scene, "status", status=503), 4, ""),
    "slow down": (lambda scene: ordered(scene, "status", status=429, headers={"Retry-After": "1"}), 4, ""),
    "not JSON": (lambda scene: ordered(scene, "malformed"), 4, ""),
    "a page in place of an error": (lambda scene: ordered(scene, "malformed", status=400), 1, ""),
    "somewhere else": (lambda scene: ordered(scene, "redirect", location="https://evil.example/token"), 1, ""),
    "without end": (lambda scene: ordered(scene, "huge"), 4, ""),
    "no discovery": (lambda scene: ordered(scene, "malformed", "discovery"), 4, ""),
    "full disk": (full_disk, 1, "file too large"),
}


PERSONAL = ("dropped", "not JSON", "full disk")
"""Those after which a person's sign-in might be lost."""


@pytest.mark.parametrize(
    ("name", "profile"),
    [*((name, "ci") for name in FAULTS if name != "full disk"), *((name, "me") for name in PERSONAL)],
)
def test_a_fault_is_told_in_one_way_and_passes(scene: Scene, name: str, profile: str) -> None:
    fault, status, reason = FAULTS[name]
    if profile == "me":
        sign_in(scene)
    with fault(scene):
        heard = refused(scene, profile, again=True)
    assert heard.status == status, heard
    assert reason in heard.error
    assert heard.hint
    works(scene, profile)


def test_a_wrong_client_secret(scene: Scene) -> None:
    with another_secret(scene):
        heard = refused(scene, "ci")
        assert scene.tokens_issued() == 1  # told twice, asked once
    assert heard.status == 1
    assert "AADSTS7000215" in heard.error
    assert heard.hint
    assert heard.hint.endswith("keyturn secret set ci")
    works(scene, "ci")


def test_a_failure_is_told_to_each_in_its_own_protocol(scene: Scene) -> None:
    with another_secret(scene):
        assert scene.ask().stdout == "quit=1\n"
        problem = wire.exchange(scene.machine.socket, wire.post("/v1/token", b'{"profile": "ci"}')).problem
    assert "output" not in problem  # that is git's word


def test_a_provider_that_drips_and_one_that_hangs_end_at_the_deadline(scene: Scene) -> None:
    sign_in(scene)
    for kind in ("drip", "hang"):
        scene.emulator.control.fault("token", kind)
    asking = {profile: start(scene, profile) for profile in PATHS}
    for profile, helper in asking.items():
        stdout, stderr = helper.communicate()
        found = LINES.fullmatch(stderr.decode())
        assert (helper.returncode, stdout) == (4, b"quit=1\n")
        assert found, stderr
        assert found["hint"]
        works(scene, profile)


@pytest.mark.parametrize("profile", PATHS)
def test_a_killed_acquisition(scene: Scene, profile: str) -> None:
    if profile == "me":
        sign_in(scene)
    pid = scene.machine.daemon_pid()
    assert pid is not None
    with ordered(scene, "hang"):
        asking = start(scene, profile)
        scene.emulator.control.wait("fault.hang")
        (acquisition,) = children(pid)
        os.kill(acquisition, signal.SIGKILL)
        stdout, stderr = asking.communicate()
    assert (asking.returncode, stdout) == (1, b"quit=1\n")
    assert stderr == (
        b"keyturn: error: the acquisition process was killed by signal 9\nkeyturn: hint: run the command again\n"
    )
    works(scene, profile)


def test_nobody_listens(scene: Scene) -> None:
    secret = scene.machine.home / "secret"
    secret.touch(mode=0o600)
    secret.write_text(scene.emulator.ready.clients["service"]["secret"])
    scene.machine.configure(
        scene.config.replace(scene.emulator.ready.authority, "https://127.0.0.1:9").replace(
            "[profile.me]", f'client_secret_file = "{secret}"\n[profile.me]'
        )
    )
    heard = refused(scene, "ci")
    assert (heard.status, "127.0.0.1" in heard.error) == (4, True)
    scene.machine.configure(scene.config)
    works(scene, "ci")  # with the secret in the vault, which was not sent to the other place


def test_a_certificate_that_is_not_trusted(scene: Scene, tmp_path: Path) -> None:
    ours = scene.emulator.ready.ca_file
    missing = tmp_path / "nothing.pem"
    with configured(scene, ours, str(missing)):
        heard = refused(scene, "ci")
    assert heard.status == 2
    assert str(missing) in heard.error
    other = create(tmp_path).ca_file
    with configured(scene, ours, str(other)):
        heard = refused(scene, "ci")
    assert "certificate" in heard.error
    works(scene, "ci")


def children(pid: int) -> list[int]:
    """The processes whose parent is `pid`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text(encoding="utf-8").rpartition(") ")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        if fields[1] == str(pid):
            found.append(int(entry.parent.name))
    return found


def test_a_full_disk_keeps_nobody_from_a_token_that_can_be_fetched_again(scene: Scene) -> None:
    works(scene, "ci")
    with full_disk(scene):
        scene.machine.run("keyturn", "login", "ci", status=0)
        works(scene, "ci")
        warnings = scene.machine.json("status")["warnings"]
    assert [warning for warning in warnings if "new tokens are lost" in warning]
    scene.machine.run("keyturn", "token", "ci", "--renew", status=0)
    after = scene.machine.json("status")["warnings"]
    assert not [warning for warning in after if "new tokens are lost" in warning], "the disk has room again"
