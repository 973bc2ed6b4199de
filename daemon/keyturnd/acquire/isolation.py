"""What an acquisition process does to itself before it sees a secret."""

from __future__ import annotations

import ctypes
import logging
import os
import resource
import signal
import sys
import warnings

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4


def isolate() -> int:
    """Shut every way in which secrets could leak or the process could linger.

    Returns the descriptor on which the channel is written. What stdout was is out of reach of libraries that
    print: a stray line would corrupt the channel, and might hold what it should not.
    """
    _die_with_parent()
    _leave_no_core()
    os.umask(0o077)
    os.chdir("/")  # of a `keyturn daemon run` it was the caller's directory, which may have to be unmounted
    # MSAL_FORCE_REGION, SSLKEYLOGFILE, KEYRING_PROPERTY_*: settings travel in the job, never in the environment.
    os.environ.clear()
    _silence_libraries()
    return _take_stdout()


def _die_with_parent() -> None:
    """Die when the daemon does (Linux); elsewhere, and if it is dead already, stdin is at its end and says so."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died just before the request: no signal would come any more
        os._exit(1)


def _leave_no_core() -> None:
    """No core file, and no ptrace or /proc/PID/mem for others of the same user (reference/agents.md section 2)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        _prctl(PR_SET_DUMPABLE, 0)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _silence_libraries() -> None:
    """A library must not write to stderr: msal logs whole answers there that it cannot parse, httpx logs URLs."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")


def _take_stdout() -> int:
    channel = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return channel
