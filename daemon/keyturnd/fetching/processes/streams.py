"""The daemon's ends of a process's standard streams."""

from __future__ import annotations

import asyncio
import os
from asyncio import StreamReader, StreamReaderProtocol, StreamWriter
from io import FileIO
from typing import TYPE_CHECKING

from keyturnd.messages.channel import LINE_LIMIT

if TYPE_CHECKING:
    from contextlib import ExitStack


class Streams:
    """Pipes: `input` is for us to write, `output` and `errors` to read."""

    def __init__(self) -> None:
        self.output, self.errors = StreamReader(limit=LINE_LIMIT), StreamReader()
        self.input: StreamWriter
        self._transports: list[asyncio.BaseTransport] = []

    async def open(self, theirs: ExitStack) -> list[int]:
        """The other ends in the order of their numbers; `theirs` closes them."""
        return [
            await self._writing(theirs),
            await self._reading(self.output, theirs),
            await self._reading(self.errors, theirs),
        ]

    def close(self) -> None:
        """Whoever else holds the other ends: a program that the process has started may outlive it."""
        for transport in self._transports:
            transport.close()

    async def _writing(self, theirs: ExitStack) -> int:
        end, ours = os.pipe()
        theirs.callback(os.close, end)
        loop = asyncio.get_running_loop()
        flow = StreamReaderProtocol(StreamReader())  # of which drain() learns when to wait
        transport, _ = await loop.connect_write_pipe(lambda: flow, FileIO(ours, "w"))
        self._transports.append(transport)
        self.input = StreamWriter(transport, flow, None, loop)
        return end

    async def _reading(self, reader: StreamReader, theirs: ExitStack) -> int:
        ours, end = os.pipe()
        theirs.callback(os.close, end)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: StreamReaderProtocol(reader), FileIO(ours))
        self._transports.append(transport)
        return end
