"""The daemon's log: one line per event, a constant message and its values, never a secret.

2026-11-21T09:30:00Z info request path=/v1/git/get status=200 pid=4711 ms=0.4
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import stat
import time
from contextlib import suppress
from io import FileIO, TextIOWrapper
from pathlib import Path

import msgspec

from keyturnd.aside import Aside

LOG_NAME = "keyturnd.log"
LOG_SIZE = 1 << 20
"""Bytes before the log starts anew; the one before is kept."""

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
BEHIND = 1.0
"""Seconds that the line of an answer may wait, unless something else is noted: writing one takes longer than most
answers do, and a build asks many times a second."""
MOST_BEHIND = 64
"""Lines that may: more would be memory that the process never gives back."""


class AnswerNote(msgspec.Struct, frozen=True, gc=False):
    """An answer whose line is not written yet. moment: when, in UTC epoch seconds. took: seconds."""

    moment: float
    path: str
    status: int
    pid: int
    took: float

    def line(self) -> str:
        """Without its moment."""
        return f"request path={_quoted(self.path)} status={self.status} pid={self.pid} ms={self.took * 1000:.1f}"


_gathered: list[AnswerNote] = []

logger = logging.getLogger("keyturnd")


class LogFile(logging.FileHandler):
    """The log, where it is a file: opening a FIFO in its place would wait for a reader, and everybody with it.

    It starts anew at LOG_SIZE, as logging.handlers would have it with 80 KiB of memory for other handlers. One that
    cannot be put away grows no longer: without end it would take the room of others.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write it, to a new file where this one is long enough; what cannot be written is done without."""
        with suppress(OSError):
            self.stream = self.stream or self._open()
            if os.fstat(self.stream.fileno()).st_size + len(self.format(record)) >= LOG_SIZE:
                self._start_anew()
            super().emit(record)

    def _start_anew(self) -> None:
        self.close()
        Path(self.baseFilename).replace(f"{self.baseFilename}.1")

    def _open(self) -> TextIOWrapper:
        return TextIOWrapper(
            FileIO(self.baseFilename, self.mode, opener=_open_file), "utf-8", "backslashreplace", write_through=True
        )


def _open_file(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a file")
    return descriptor


def open_log(state_directory: Path, level: str) -> None:
    """Write to the log in `state_directory` from now on, at `level`: error, info or debug."""
    # The process's umask (077) makes the file private; the directory is, too.
    path = state_directory / LOG_NAME
    _use(LogFile(path, delay=True, encoding="utf-8"), level)


def write_aside() -> None:
    """From now on, by a thread (keyturnd.aside): a start does not wait for it to be there."""
    logger.handlers[:] = map(_aside, logger.handlers)


def _aside(handler: logging.Handler) -> Aside:
    return handler if isinstance(handler, Aside) else Aside(handler)


def log_to_stderr(level: str) -> None:
    """Write to stderr, for `keyturn daemon run`."""
    _use(logging.StreamHandler(), level)


def set_level(level: str) -> None:
    """Log at `level` from now on: error, info or debug. What came before is written as it would have been."""
    write_gathered()
    logger.setLevel(level.upper())


def note(message: str, level: int = logging.INFO, **values: object) -> None:
    """Log the constant `message` with `values`."""
    if logger.isEnabledFor(level):
        write_gathered()
        logger.log(level, "%s", _line(message, values))


def note_answer(path: str, status: int, pid: int, began: float) -> None:
    """Log that a request was answered, and how long that took since `began` (time.perf_counter).

    Written a moment later, together with what comes until then: no answer waits for the disk.
    """
    if not logger.isEnabledFor(logging.INFO):
        return
    if not _gathered:
        asyncio.get_running_loop().call_later(BEHIND, write_gathered)
    _gathered.append(AnswerNote(time.time(), path, status, pid, time.perf_counter() - began))
    if len(_gathered) >= MOST_BEHIND:
        write_gathered()


def write_gathered() -> None:
    """Write what `note_answer` was told."""
    if _gathered:
        first, *others = _gathered
        stamped = (f"{time.strftime(TIME_FORMAT, time.gmtime(one.moment))} INFO {one.line()}" for one in others)
        text = "\n".join([first.line(), *stamped])
        _gathered.clear()
        record = logger.makeRecord(logger.name, logging.INFO, "", 0, text, (), None)
        record.created = first.moment
        logger.handle(record)


def _line(message: str, values: dict[str, object]) -> str:
    return " ".join([message, *(f"{name}={_quoted(value)}" for name, value in values.items())])


def _use(handler: logging.Handler, level: str) -> None:
    write_gathered()  # where it belongs: the log before this one
    formatter = logging.Formatter("%(asctime)s %(levelname)s %(message)s", TIME_FORMAT)
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    replaced = list(logger.handlers)
    for old in replaced:
        logger.removeHandler(old)
        with suppress(OSError):  # a full disk, for what it still held back
            old.close()
    logger.addHandler(_aside(handler) if any(isinstance(old, Aside) for old in replaced) else handler)
    set_level(level)
    logger.propagate = False
    logging.logProcesses = logging.logThreads = False  # nobody reads them, and each line asked the kernel
    logging.raiseExceptions = False  # a full disk must not print tracebacks with our arguments in them


def _quoted(value: object) -> str:
    text = str(value)
    return text if text.isprintable() and " " not in text else ascii(text)
