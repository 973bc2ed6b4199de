"""The wheels of this source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from native import build_hook
from native.build_hook import Kind
from support.helper.scripted_daemon import Script, ScriptedDaemon
from support.installation import packages
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path

    from support.installation.packages import Installation


HELPERS = {
    "git-credential-keyturn": "get",
    "docker-credential-keyturn": "list",
    "kube-credential-keyturn": "get-token",
}
ANSWER = Script(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeyturn-Exit: 7\r\n\r\nok")
freestanding = pytest.mark.skipif(
    Kind.FREESTANDING not in build_hook.kinds(), reason="for this platform the helper has a C library"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the sdist of this source tree, and the wheel made from it with a compiler."""
    need("cc")
    target = tmp_path_factory.mktemp("built")
    packages.build(packages.REPOSITORY, target)
    return target


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def source(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source tree that the sdist holds."""
    return packages.unpacked(next(built.glob("*.tar.gz")), tmp_path_factory.mktemp("source"))


def check(installed: Installation, tmp_path: Path, *, compiled: bool) -> None:
    """The programs are there; the helpers ask the daemon, and all become the Python that was installed with them."""
    version = installed.run("keyturn", "--version")
    assert (version.stdout, version.stderr) == (b"keyturn 0.1.0\n", b"")
    (tmp_path / "private").mkdir(mode=0o700)
    path = tmp_path / "private" / "socket"
    for helper, operation in HELPERS.items():
        start = (installed.programs / helper).read_bytes()[:9]
        assert start.startswith(b"\x7fELF" if compiled else b"#!/bin/sh")
        with ScriptedDaemon(path, ANSWER) as daemon:
            answered = installed.run(helper, operation, KEYTURN_SOCKET=str(path))
        path.unlink()
        assert (answered.returncode, answered.stdout, answered.stderr) == (7, b"ok", b"")
        assert len(daemon.requests) == 1
        twin = installed.run(helper, operation, KEYTURN_SOCKET="relative")
        assert twin.returncode == 2
        assert twin.stdout.startswith(b"keyturn: KEYTURN_SOCKET is" if helper.startswith("docker") else b"")
        assert twin.stderr.startswith(b"keyturn: error: KEYTURN_SOCKET is 'relative'")
