"""Runs `git http-backend` as the CGI program it is, with both bodies streamed."""

from __future__ import annotations

import asyncio
import socket
from subprocess import DEVNULL, Popen
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

CHUNK = 65536


class BackendError(RuntimeError):
    """The program ended without an answer; holds its exit status only."""


def variables(request: Request, path: str, user: str) -> dict[str, str]:
    """The request in the words of CGI (RFC 3875 section 4.1)."""
    headers = request.headers
    found = {
        "REQUEST_METHOD": request.method,
        "PATH_TRANSLATED": path,
        "QUERY_STRING": request.url.query,
        "REMOTE_USER": user,
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "GIT_HTTP_EXPORT_ALL": "1",
        "CONTENT_TYPE": headers.get("content-type", ""),
        # Absent for chunked bodies: the program then reads to the end.
        "CONTENT_LENGTH": headers.get("content-length", ""),
        "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
        "GIT_PROTOCOL": headers.get("git-protocol", ""),
    }
    return {name: value for name, value in found.items() if value}


class Backend:
    """One run of the program for one request; an ASGI application."""

    def __init__(self, git: str, environment: Mapping[str, str]) -> None:
        self._git = git
        self._environment = environment

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Feed the request, pass the answer on; a client that leaves ends the program."""
        process, reader, writer = await self._start()
        feeding = asyncio.create_task(_feed(process, writer, receive))
        try:
            await _relay(reader, send)
        finally:
            feeding.cancel()
            writer.close()
            # Over, or not wanted any more. Popen knows whether it is still the process it started;
            # asyncio's own subprocesses can lose the exit status to a kill at this moment.
            process.kill()
            await asyncio.to_thread(process.wait)

    async def _start(self) -> tuple[Popen[bytes], asyncio.StreamReader, asyncio.StreamWriter]:
        """The program with a socket for stdin and stdout: one stream each way, and each can end alone."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = Popen(  # noqa: ASYNC220 - it returns after the fork, a few milliseconds
                [self._git, "http-backend"],
                env=self._environment,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=DEVNULL,
            )
        reader, writer = await asyncio.open_connection(sock=ours)
        return process, reader, writer


async def _feed(process: Popen[bytes], writer: asyncio.StreamWriter, receive: Receive) -> None:
    """Copy the request's body; once it is through, a disconnect can only mean that nobody reads the answer."""
    more = True
    while (message := await receive())["type"] != "http.disconnect":
        if not more:
            continue
        more = message.get("more_body", False)
        try:
            writer.write(message.get("body", b""))
            await writer.drain()
            if not more:
                writer.write_eof()
        except OSError:
            # The program has read enough to refuse; its answer says why.
            more = False
    process.kill()


async def _relay(reader: asyncio.StreamReader, send: Send) -> None:
    status, headers = await _read_head(reader)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    while chunk := await reader.read(CHUNK):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _read_head(reader: asyncio.StreamReader) -> tuple[int, list[tuple[bytes, bytes]]]:
    """Status and headers (RFC 3875 section 6.2.1); BackendError if the program ended before them."""
    status, headers = 200, []
    while (line := await reader.readline()).strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"status":
            status = int(value.split()[0])
        else:
            headers.append((name.strip().lower(), value.strip()))
    if not line:
        raise BackendError("git http-backend ended without an answer")
    return status, headers
