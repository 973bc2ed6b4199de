"""Which directory az may be started with, and when its sign-in counts as another one."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from keyturn.configuration.config import Config
from keyturn.configuration.kubelogin.az_directory import own_directory, stamp
from keyturn.configuration.kubelogin.stand_in import stand_in
from keyturn.errors import ConfigError, Refused, StateError, UsageError
from keyturn.protocols.kubelogin.wish import Wish

AKS = "6dae42f8-4368-4678-94ff-3960e28e3630"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    made = tmp_path / "az"
    made.mkdir(mode=0o700)
    return made


def test_ones_own(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_directory(str(directory)) == str(directory)
    monkeypatch.setenv("HOME", str(directory))
    assert own_directory(f"{directory}/.azure") is None, "az's own, extensions and all"


def test_a_link_is_followed_once_and_for_all(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = directory.parent / "link"
    link.symlink_to(directory)
    assert own_directory(str(link)) == str(directory)
    monkeypatch.setenv("HOME", str(directory.parent))
    (directory.parent / ".azure").symlink_to(directory)
    assert own_directory(str(link)) is None
    circle = directory.parent / "circle"
    circle.symlink_to(circle)
    with pytest.raises(Refused, match="too many levels of symbolic links"):
        own_directory(str(circle))


def test_one_that_others_can_write(directory: Path) -> None:
    directory.chmod(0o770)
    with pytest.raises(Refused, match="not a directory of your own"):
        own_directory(str(directory))


def test_one_that_depends_on_where_the_client_runs(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(directory.parent)
    with pytest.raises(Refused, match="not a directory of your own"):
        own_directory("az")


@pytest.mark.parametrize("trouble", [errno.EIO, errno.ENOMEM])
def test_the_machines_trouble_says_nothing_of_it(
    directory: Path, trouble: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: Path) -> os.stat_result:
        raise OSError(trouble, os.strerror(trouble))

    monkeypatch.setattr(Path, "stat", failing)
    with pytest.raises(StateError, match=os.strerror(trouble).lower()):
        own_directory(str(directory))


def test_none(directory: Path) -> None:
    with pytest.raises(Refused, match="no such file"):
        own_directory(f"{directory}/none")


@pytest.mark.parametrize("name", ["cliextensions", "azcliextensions"])
def test_programs_in_it(directory: Path, name: str) -> None:
    (directory / name).mkdir()
    with pytest.raises(Refused, match="has extensions of az"):
        own_directory(str(directory))


@pytest.mark.parametrize(
    "configuration",
    [
        "[core]\noutput = json\n[extension]\ndir = /elsewhere\n",
        "[core]\routput = json\r[extension]\rdev_sources = /elsewhere\r",
        "[core]\r\noutput = json\r\n\r\n[extension]\r\ndev_sources = /elsewhere\r\n",
        "\u2003[extension]\ndir = /elsewhere\n",
        "no configuration",
    ],
)
def test_programs_by_its_configuration(directory: Path, configuration: str) -> None:
    (directory / "config").write_bytes(configuration.encode())
    with pytest.raises(Refused, match="has extensions of az"):
        own_directory(str(directory))


def test_a_link_in_it_would_be_written_through(directory: Path) -> None:
    """A clone may bring one."""
    shared = directory.parent / "shared"
    shared.write_text("[core]\noutput = json\n")
    (directory / "config").symlink_to(shared)
    assert own_directory(str(directory)) == str(directory)
    (directory / "az.json").symlink_to(directory.parent / "mine")
    with pytest.raises(Refused, match="has symbolic links"):
        own_directory(str(directory))


def test_an_ordinary_configuration(directory: Path) -> None:
    (directory / "config").write_text("[core]\noutput = json\n[cloud]\nname = AzureCloud\n")
    assert own_directory(str(directory)) == str(directory)


def test_a_configuration_that_nobody_writes_is_not_waited_for(directory: Path) -> None:
    os.mkfifo(directory / "config", 0o600)
    with pytest.raises(ConfigError, match="is not a file"):
        own_directory(str(directory))


def test_another_sign_in_of_az_is_another_identity(directory: Path) -> None:
    wish = Wish("azurecli", AKS, azure_config_dir=str(directory))
    profile = directory / "azureProfile.json"
    names = []
    for text in ("", "one", "another"):
        if text:
            profile.with_suffix(".new").write_text(text)
            profile.with_suffix(".new").replace(profile)
        names.append(stand_in(Config(source=Path("/none")), wish).profile.name)
    assert len(set(names)) == 3
    assert stamp(str(directory)) == stamp(str(directory))


@pytest.mark.parametrize("subscription", ["--query=x", "a;b", "-"])
def test_a_subscription_that_is_an_option(subscription: str) -> None:
    with pytest.raises(UsageError, match="--subscription"):
        stand_in(Config(source=Path("/none")), Wish("azurecli", AKS, subscription=subscription))
