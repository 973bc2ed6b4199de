"""How the real acquisition process ends: at its deadline, with its parent, and when the daemon hangs up."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from keyturnd.messages.channel import Event, encode_line
from keyturnd.messages.outcomes import Failure
from support.acquisition.driver import COMMAND, Acquisition, Finished, job, run, seal_of, signed_in
from support.acquisition.processes import NOWHERE, PATIENCE, certificates, patched, rotating, silent
from support.acquisition.scripted_provider import ScriptedProvider, reply

if TYPE_CHECKING:
    from keyturn_emulator.certificates import Certificates


__all__ = ["certificates", "rotating", "silent"]


CODE = {
    "device_code": "d",
    "user_code": "ABCDEFGHJ",
    "verification_uri": "https://microsoft.com/devicelogin",
    "expires_in": 900,
    "interval": 1,
}


def test_it_ends_when_the_daemon_hangs_up_before_the_job() -> None:
    with Acquisition() as acquisition:
        acquisition.hang_up()
        assert Finished(acquisition).seen == []


def test_it_ends_when_the_daemon_hangs_up_during_the_exchange(silent: ScriptedProvider) -> None:
    with Acquisition() as acquisition:
        acquisition.send(job(silent.authority, silent.ca_file, deadline=600.0))
        silent.wait_for_post()
        acquisition.hang_up()
        finished = Finished(acquisition)
    assert finished.seen == []
    assert finished.stderr == b""


def test_it_ends_when_the_daemon_hangs_up_instead_of_an_ack(rotating: ScriptedProvider) -> None:
    with Acquisition() as acquisition:
        acquisition.send(signed_in(rotating.authority, rotating.ca_file))
        seal_of(acquisition)
        acquisition.hang_up()
        assert [type(message).__name__ for message in Finished(acquisition).seen] == ["Seal"]


def test_it_ends_when_the_daemon_hangs_up_during_a_sign_in(certificates: Certificates) -> None:
    slow = reply(CODE | {"interval": 300})
    with ScriptedProvider(certificates, lambda _: slow) as provider, Acquisition() as acquisition:
        acquisition.send(
            signed_in(provider.authority, provider.ca_file, state=None, interactive=True, deadline=900.0)
        )
        assert isinstance(acquisition.next(), Event)
        acquisition.hang_up()
        assert len(Finished(acquisition).seen) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it relies on the end of its input")
def test_it_dies_with_its_parent_though_its_input_stays_open(silent: ScriptedProvider) -> None:
    """The write end of its stdin is held here, not by the parent: only the kernel's signal can end it."""
    stdin, ours = os.pipe()
    start = (
        f"import subprocess\nchild = subprocess.Popen({COMMAND!r}, stdin={stdin}, env={{}})\n"
        "print(child.pid, flush=True)\nchild.wait()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", start], stdout=subprocess.PIPE, pass_fds=(stdin,), stderr=subprocess.DEVNULL
    ) as parent:
        os.close(stdin)
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        os.write(ours, encode_line(job(silent.authority, silent.ca_file, deadline=600.0)))
        silent.wait_for_post()
        assert not select.select([child], [], [], 0)[0]
        parent.kill()
        assert select.select([child], [], [], PATIENCE)[0]
    os.close(child)
    os.close(ours)


def test_a_deadline_ends_it_wherever_it_hangs(silent: ScriptedProvider) -> None:
    finished = run(job(silent.authority, silent.ca_file, deadline=1.0))
    assert isinstance(finished.outcome, Failure)
    assert finished.outcome.kind == "provider-unreachable"
    assert finished.stderr == b""


def test_a_deadline_ends_work_that_never_returns() -> None:
    with Acquisition(patched("threading.Event().wait()")) as acquisition:
        acquisition.send(job(NOWHERE, deadline=0.2))
        told = Finished(acquisition).outcome
    assert told == Failure(
        "provider-unreachable", "Entra ID gave profile ci no answer within 0 seconds", "try again later"
    )


def test_a_daemon_that_does_not_read_does_not_keep_it_alive() -> None:
    """The result is larger than a pipe holds."""
    with Acquisition(patched("return Result('x' * 500_000, 2.0, 1.0)")) as acquisition:
        acquisition.send(job(NOWHERE, deadline=0.2))
        acquisition.wait()
