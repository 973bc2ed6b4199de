"""`contrib/peers.sh`: what cannot be had is said, and the rest is still fetched."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from support import places
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path

TOOLS = ("dirname", "grep", "ln", "mkdir")
GO = """#!/bin/sh
echo "$GOBIN $*" >>"$CALLS"
case "$*" in *kubelogin*) exit 1 ;; esac
"""


class Host:
    """A machine that has what a test puts on PATH, and a few of POSIX' tools."""

    def __init__(self, directory: Path) -> None:
        self.peers, self.calls, self._bin = directory / "peers of ours", directory / "calls", directory / "bin"
        self._bin.mkdir()
        for tool in TOOLS:
            (self._bin / tool).symlink_to(need(tool))

    def add(self, name: str, content: str) -> None:
        (self._bin / name).write_text(content, encoding="ascii")
        (self._bin / name).chmod(0o700)

    def get(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [need("sh"), places.REPOSITORY / "contrib/peers.sh", *words],
            env={"PATH": str(self._bin), "CALLS": str(self.calls)}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_without_go_and_packages_it_says_what_is_left_out(host: Host) -> None:
    done = host.get(str(host.peers))
    said = "keyturn: left out, as go is needed to build them: kubelogin, git-credential-oauth\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")
    assert (host.peers / "bin").is_dir()


def test_one_that_cannot_be_built_keeps_nobody_from_the_next(host: Host) -> None:
    host.add("go", GO)
    done = host.get(str(host.peers))
    assert done.returncode == 0
    assert [line for line in done.stdout.splitlines() if "not to be had" in line] == [
        "keyturn: not to be had: kubelogin v0.2.19"
    ]
    built = [line.removeprefix(f"{host.peers}/bin install ") for line in host.calls.read_text().splitlines()]
    assert [module.partition("@")[0] for module in built] == [
        "github.com/Azure/kubelogin", "github.com/hickford/git-credential-oauth",
    ]  # fmt: skip


def test_packages_are_named_where_only_root_may_install_them(host: Host) -> None:
    host.add("apt-get", "#!/bin/sh\nexit 1\n")
    host.add("dpkg-query", "#!/bin/sh\ncase $3 in pass) echo 'install ok installed' ;; *) exit 1 ;; esac\n")
    host.add("id", "#!/bin/sh\necho 1000\n")
    missing = "dbus gnome-keyring gnupg golang-docker-credential-helpers oidc-agent-cli"
    said = f"keyturn: left out, as only root may: apt-get install --no-install-recommends {missing}"
    assert host.get(str(host.peers)).stdout.splitlines()[0] == said


def test_what_is_there_is_not_fetched_again(host: Host) -> None:
    host.add("go", GO)
    (host.peers / "bin").mkdir(parents=True)
    for program in ("kubelogin", "git-credential-oauth", "az"):
        (host.peers / "bin" / program).symlink_to("/bin/true")
    done = host.get("--az", str(host.peers))
    assert (done.returncode, done.stdout, host.calls.exists()) == (0, "", False)


def test_it_takes_one_directory(host: Host) -> None:
    done = host.get()
    assert (done.returncode, done.stderr.splitlines()) == (
        1, ["keyturn: error: peers.sh takes one directory", "keyturn: hint: sh contrib/peers.sh /tmp/peers"],
    )  # fmt: skip
