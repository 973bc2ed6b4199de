"""Azure Arc: who asks shows that it can read a key that only root and the group himds can."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

from keyturn import moves, shell
from keyturn.configuration.trusted import PASSING, until_it_passes
from keyturn.errors import ProviderRefused, Refused, StateError
from keyturnd.acquire.failed import Failed

if TYPE_CHECKING:
    from keyturn.kinds_of_hints import Hint
    from keyturnd.acquire.network.transport import Answer, Request, Transport

KEYS = "/var/opt/azcmagent/tokens"
"""The only directory that the agent may have us read from: whoever answers in its place gets no other file."""
SIZE_LIMIT = 4096
_REALM = re.compile(r"Basic realm=\"?([^\"\s]+)\"?", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}\.key", re.ASCII)


def exchange(request: Request, transport: Transport) -> Answer:
    """The answer to `request`, after the challenge. Raises Failed."""
    challenge = transport.exchange(request)
    if challenge.status != 401:
        return challenge
    key = _key(challenge.headers.get("www-authenticate", ""))
    return transport.exchange(request._replace(headers={**request.headers, "Authorization": f"Basic {key}"}))


def _key(challenge: str) -> str:
    named = _REALM.fullmatch(challenge.strip())
    directory, _, name = (named[1] if named else "").rpartition("/")
    if directory != KEYS or not _NAME.fullmatch(name):
        raise _odd("the agent of Azure Arc names a key that is none of its own", moves.machines.on_azure())
    try:
        return _read(f"{KEYS}/{name}")
    except PermissionError:
        raise Failed(
            Refused, f"you may not read {KEYS}, the keys of Azure Arc", moves.machines.arc_member()
        ) from None
    except OSError as error:
        sentence = f"cannot read {KEYS}/{name}: {error.strerror}"
        if error.errno in PASSING:
            raise Failed(StateError, sentence, until_it_passes(error)) from None
        raise _odd(sentence, shell.listing(KEYS)) from None


def _read(path: str) -> str:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        content = os.read(descriptor, SIZE_LIMIT + 1)
    finally:
        os.close(descriptor)
    if not stat.S_ISREG(status.st_mode) or len(content) > SIZE_LIMIT:
        raise _odd(f"{path} is no key of Azure Arc: it is no file, or larger than 4 KiB", shell.listing(path))
    return content.decode("ascii", "replace").strip()


def _odd(sentence: str, hint: Hint) -> Failed:
    return Failed(ProviderRefused, sentence, hint)
