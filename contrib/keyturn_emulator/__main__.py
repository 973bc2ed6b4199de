"""`python -m keyturn_emulator`: serve until Ctrl-C, SIGTERM, or the end of stdin where that is asked for."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn_emulator import ready, world
from keyturn_emulator.git.repositories import NoGitError
from keyturn_emulator.ledger import Ledger
from keyturn_emulator.services import services
from keyturn_emulator.serving import server

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SERVICES = ("entra", "git", "registry", "cluster", "controller", "gateway", "gateway-2026", "identity", "jobs")
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, whoever ends us, and a terminal that is closed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0 when told to stop, 1 if it could not start."""
    options = _parser().parse_args(arguments)
    os.umask(0o077)
    # Until they are heeded: one that ended us here would leave the directory, and git's half-made repositories in it.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    try:
        directory, temporary = _directory(options.directory)
        try:
            asyncio.run(_run(options, directory))
        finally:
            if temporary:
                shutil.rmtree(directory, ignore_errors=True)
    except (OSError, NoGitError) as error:
        sys.stderr.write(f"keyturn-emulator: error: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m keyturn_emulator", description=__doc__)
    parser.add_argument(
        "--directory", type=Path, help="where to keep CA and repositories; must not exist or be empty"
    )
    parser.add_argument(
        "--port",
        action="append",
        default=[],
        type=_port,
        metavar="SERVICE=PORT",
        help="entra=8443, git=8444, registry=8445, cluster=8446, controller=8447, gateway=8448, "
        "gateway-2026=8451, "
        "identity=8449, jobs=8450; default any",
    )
    parser.add_argument(
        "--name", action="append", default=[], metavar="HOST", help="another host name for the certificate"
    )
    parser.add_argument(
        "--login-server", metavar="HOST", help="the registry's name, which a proxy leads to its port (default: none)"
    )
    parser.add_argument(
        "--login-host", metavar="HOST", help="Entra ID's name, in the challenges of git's host (default: its address)"
    )
    parser.add_argument(
        "--arc-directory",
        type=Path,
        metavar="DIR",
        help="where Azure Arc's key files are; clients look in /var/opt/azcmagent/tokens (default: one of its own)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON line instead of text")
    parser.add_argument("--exit-on-eof", action="store_true", help="stop when stdin ends")
    parser.add_argument("--log", action="store_true", help="one JSON line per request on stderr, without secrets")
    return parser


def _port(text: str) -> tuple[str, int]:
    service, _, number = text.partition("=")
    if service not in SERVICES:
        raise argparse.ArgumentTypeError(f"SERVICE is one of {', '.join(SERVICES)}")
    return service, int(number)


def _directory(wanted: Path | None) -> tuple[Path, bool]:
    """An empty directory that is ours alone, and whether to remove it in the end."""
    if wanted is None:
        return Path(tempfile.mkdtemp(prefix="keyturn-emulator-")), True
    wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = wanted.lstat()
    if status.st_uid != os.geteuid() or status.st_mode & 0o77 or any(wanted.iterdir()):
        raise OSError(f"{wanted} is not an empty directory of yours with mode 0700")
    return wanted.resolve(), False


async def _run(options: argparse.Namespace, directory: Path) -> None:
    ports = dict.fromkeys(SERVICES, 0) | dict(options.port)
    sockets = {name: server.listen(port) for name, port in ports.items()}
    chosen = {name: pair[0].getsockname()[1] for name, pair in sockets.items()}
    ledger = Ledger(_echo if options.log else None)
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: ledger.failed(context.get("exception")))
    names = [*options.name, *filter(None, (options.login_server, options.login_host))]
    made = world.World(
        directory,
        chosen,
        names,
        ledger,
        login_server=options.login_server,
        login_host=options.login_host,
        arc_directory=options.arc_directory,
    )
    stop = _stop_event(exit_on_eof=options.exit_on_eof)
    facts = ready.describe(made, world.ORGANISATIONS, world.FIRST_REPOSITORY, world.SECRET_FILE)
    # The sockets listen already: whoever reads this line can connect.
    sys.stdout.write(facts.to_json() + "\n" if options.json else facts.help())
    sys.stdout.flush()
    try:
        await server.serve(
            services(made),
            sockets,
            made.certificates,
            ledger=ledger,
            faults=made.faults,
            clock=made.clock,
            stop=stop,
        )
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # a terminal's end is told twice, by the kernel and the shell


def _stop_event(*, exit_on_eof: bool) -> asyncio.Event:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in ENDS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            loop.add_signal_handler(number, stop.set)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
    if exit_on_eof:
        # A thread, because stdin may be anything: a pipe, a file, a terminal, /dev/null.
        threading.Thread(target=_read_to_end, args=(loop, stop), daemon=True).start()
    return stop


def _read_to_end(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    while os.read(0, 4096):
        pass
    # A signal may have ended the loop in the meantime.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(stop.set)


def _echo(entry: Mapping[str, object]) -> None:
    sys.stderr.write(json.dumps(entry) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
