"""Where keyturn is put under the name of Azure's kubelogin, and what it never replaces."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from keyturn.errors import Refused
from keyturn.verbs.setup.kube import stand_in

if TYPE_CHECKING:
    from pathlib import Path

NATIVE = b"\x7fELF"


class Place:
    """A home with ~/.local/bin and keyturn's own directory, both on PATH in front of the system's."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bin, self.own, self.system = directory / ".local/bin", directory / "own", directory / "system"
        for made in (self.bin, self.own, self.system):
            made.mkdir(parents=True)
        monkeypatch.setenv("HOME", str(directory))
        monkeypatch.setattr(stand_in, "program", lambda name: str(self.own / name))
        self._path = monkeypatch
        self.on_path(self.bin, self.own, self.system)
        self.helper(NATIVE)

    def on_path(self, *directories: Path) -> None:
        self._path.setenv("PATH", ":".join(map(str, directories)))

    def helper(self, content: bytes) -> None:
        executable(self.own / "kube-credential-keyturn", content)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path, monkeypatch)


def executable(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    path.chmod(0o755)
    return path


def test_a_link_to_the_helper_and_away_again(place: Place) -> None:
    path, notes = stand_in.install()
    assert (path, notes) == (place.bin / "kubelogin", [])
    assert path.readlink() == place.own / "kube-credential-keyturn"
    assert stand_in.install() == (path, []), "once more is no other program"
    assert stand_in.remove() == [path]
    assert stand_in.remove() == []
    assert list(place.bin.iterdir()) == []


@pytest.mark.usefixtures("heeding")
def test_the_former_one_is_there_until_the_new_one_is(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kubectl may start it meanwhile, and Ctrl-C comes."""
    place.helper(b"#!/bin/sh\n")
    path, _ = stand_in.install()
    former, write = path.read_text(), type(path).write_text

    def interrupted(self: Path, *arguments: Any, **options: Any) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        assert path.read_text() == former
        assert os.access(path, os.X_OK)
        return write(self, *arguments, **options)

    monkeypatch.setattr(type(path), "write_text", interrupted)
    with pytest.raises(KeyboardInterrupt):
        stand_in.install()
    assert list(place.bin.iterdir()) == [path]
    assert os.access(path, os.X_OK)


def test_a_policy_of_kubectls_own_has_to_allow_the_link_itself(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry for what the link leads to does not (reference/kubernetes.md section 1)."""
    monkeypatch.delenv("KUBERC", raising=False)
    path, _ = stand_in.install()
    helper, policy = place.own / "kube-credential-keyturn", place.bin.parents[1] / ".kube/kuberc"
    policy.parent.mkdir()
    policy.write_text(f"credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- command: {helper}\n")
    [advice] = stand_in.hindrances()
    assert advice.sentence == f"kubectl's policy (kuberc) forbids {path}"
    assert f" --allowlist-entry=command={helper} --allowlist-entry=command={path} (" in advice.hint
    policy.write_text("credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- command: kubelogin\n")
    assert list(stand_in.hindrances()) == []


def test_what_another_user_has_on_path_stays(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = place.system / "kubelogin"
    theirs.symlink_to("/elsewhere/kube-credential-keyturn")
    monkeypatch.setattr(os, "geteuid", lambda: theirs.lstat().st_uid + 1)
    assert stand_in.remove() == []
    assert theirs.is_symlink()


def test_a_pipe_of_that_name_is_not_waited_for(place: Place) -> None:
    """A directory on PATH may be one that others write to, too."""
    os.mkfifo(place.system / "kubelogin")
    pipe = os.open(place.system / "kubelogin", os.O_RDWR)  # so that whoever reads gets something
    os.write(pipe, stand_in.MARK.ljust(1 << 13))
    assert stand_in.installed() == []
    os.close(pipe)


def test_beside_keyturn_where_nothing_else_is_on_path(place: Place) -> None:
    place.on_path(place.own)
    assert stand_in.install()[0] == place.own / "kubelogin"
    place.on_path(place.system)
    with pytest.raises(Refused, match="is on PATH and can be written"):
        stand_in.install()


@pytest.mark.parametrize("content", [b"\x7fELF of Azure", b"#!/bin/sh\necho of another\n"])
def test_another_program_of_that_name_stays(place: Place, content: bytes) -> None:
    other = executable(place.bin / "kubelogin", content)
    with pytest.raises(Refused, match="is another program"):
        stand_in.install()
    assert stand_in.remove() == []
    assert other.read_bytes() == content


def test_others_on_path_are_told(place: Place) -> None:
    other = executable(place.system / "kubelogin", NATIVE)
    path, notes = stand_in.install()
    assert notes == [f"{other} is another kubelogin on PATH: {other} is hidden by the one before it"]
    place.on_path(place.system, place.bin)
    assert stand_in.install()[1] == [f"{other} is another kubelogin on PATH: {path} is hidden by the one before it"]
    assert stand_in.remove() == [path]
    assert other.exists()


def test_a_script_where_the_helper_is_one(place: Place) -> None:
    """Without a compiler the helpers are scripts, which cannot tell by which name they are called."""
    place.helper(b"#!/bin/sh\n")
    executable(place.own / "keyturn", b'#!/bin/sh\necho "$@"\n')
    path, _ = stand_in.install()
    done = subprocess.run([path, "get-token", "a b"], capture_output=True, text=True, check=True)
    assert done.stdout == "kubelogin get-token a b\n"
    assert stand_in.remove() == [path]


def test_nothing_is_said_where_it_is_not_installed_or_all_is_well(place: Place) -> None:
    executable(place.system / "kubelogin", NATIVE)
    assert list(stand_in.hindrances()) == []
    stand_in.install()
    assert list(stand_in.hindrances()) == []


def test_another_one_that_comes_first_on_path_hides_it(place: Place) -> None:
    path, _ = stand_in.install()
    other = executable(place.system / "kubelogin", NATIVE)
    place.on_path(place.system, place.bin, place.own)
    [(told, hint)] = stand_in.hindrances()
    assert told == f"{path} is hidden by {other}, another kubelogin on PATH"
    assert hint == ("which", "-a", "kubelogin")


def test_a_link_to_a_keyturn_that_is_gone(place: Place, tmp_path: Path) -> None:
    path, _ = stand_in.install()
    path.unlink()
    path.symlink_to(tmp_path / "gone" / "kube-credential-keyturn")
    [(told, hint)] = stand_in.hindrances()
    assert told == f"{path} is of a keyturn that stood elsewhere"
    assert hint == ("keyturn", "setup", "kube", "--as-kubelogin")
    stand_in.install()
    assert list(stand_in.hindrances()) == []
