"""At most one sign-in per profile, however many wait for it.

The sign-in belongs to the daemon: everybody who waits sees the same code, one approval serves all, and it ends when
the last one leaves. Browsers opened once per waiting process are what users of other agents complain of most
(reference/agents.md section 3).
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

from keyturn import moves
from keyturn.errors import Refused, SignInNeeded
from keyturnd import flows
from keyturnd.broker.questions import ANSWERED, Questions, as_shown, whose
from keyturnd.broker.waiting import joined
from keyturnd.messages.states import AwxState

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from contextlib import AbstractAsyncContextManager

    from keyturnd.fetching.fetch import Fetcher
    from keyturnd.fetching.wants import Want
    from keyturnd.messages.channel import Ask, Event
    from keyturnd.vault.records import RecordName
    from keyturnd.vault.tokens import Token


LINGER = 120.0
"""Seconds a sign-in goes on without anybody waiting, after a caller's patience ended before the person was done:
the command that is run again then finds it, and the code on the screen stays good."""


class Waiter(Protocol):
    """Somebody who waits for a token."""

    @property
    def waits(self) -> bool:
        """Whether a person is there who can sign in."""

    @property
    def patience(self) -> float | None:
        """Seconds it can wait for the person, None for as long as it takes."""

    @property
    def told(self) -> bool:
        """Whether it was told a moment ago why there is no token: a helper's twin, which says so to a person."""

    @property
    def opens_browser(self) -> bool:
        """Whether it can open a browser on this machine's screen, before the person's eyes."""

    def show(self, event: dict[str, Any]) -> None:
        """Let the person see `event`."""


class Absent:
    """Nobody: for callers that can't wait for a person, whatever they say of themselves."""

    waits = False
    patience: float | None = None
    opens_browser = False

    def __init__(self, *, told: bool = False) -> None:
        self.told = told

    def show(self, event: dict[str, Any]) -> None:
        """Nothing."""


class SignIns:
    """The sign-ins under way, by profile.

    on_success: told what each brought, also one that nobody waits for any more.
    """

    def __init__(self, fetcher: Fetcher, linger: float = LINGER) -> None:
        self._fetcher = fetcher
        self._linger = linger
        self.on_success: Callable[[Want, Token], None] = lambda want, token: None  # noqa: ARG005 - the broker's place
        self.alone: Callable[[Want], AbstractAsyncContextManager[None]] = lambda want: nullcontext()  # noqa: ARG005
        """See keyturnd.broker.flights; the broker puts it in."""
        self.under_way: dict[str, SignIn] = {}
        self._beside: set[Questions] = set()

    @contextmanager
    def beside(self, questions: Questions) -> Iterator[None]:
        """Take answers to `questions`, too: those of a sign-in that is of no profile."""
        self._beside.add(questions)
        try:
            yield
        finally:
            self._beside.discard(questions)

    async def join(self, want: Want, waiter: Waiter, *, again: bool = False) -> tuple[RecordName, Token]:
        """Wait for the sign-in of `want`'s profile, begun now if there is none; the token it brought and its name.

        again: the person wants to sign in anew, as another user perhaps.

        That is the token the sign-in was begun for, which may be another waiter's. Cancelling this is leaving.
        Raises what ended the sign-in.
        """
        name = want.profile.name
        sign_in = self.under_way.get(name)
        if sign_in is not None and sign_in.want.profile != want.profile:
            sign_in.abandon()  # it would go on unseen, and sign in to what the configuration no longer says
        if sign_in is None or sign_in.abandoned:
            sign_in = self.under_way[name] = SignIn(
                want, self._fetcher, self._linger, self.alone, elsewhere=not waiter.opens_browser, again=again
            )
            sign_in.task.add_done_callback(lambda _: self._ended(sign_in))
        token = await sign_in.wait(waiter)
        return sign_in.want.key, token

    def pending(self, profile: str) -> SignInNeeded | None:
        """What to tell who cannot wait while somebody signs `profile` in; None where nobody does."""
        sign_in = self.under_way.get(profile)
        return None if sign_in is None or sign_in.abandoned else still_pending(profile)

    def answer(self, ask: str, value: str) -> None:
        """A person's answer. Raises Refused when nobody asks that (any more)."""
        open_ones = (*(sign_in.questions for sign_in in self.under_way.values()), *self._beside)
        if any(questions.take_answer(ask, value) for questions in open_ones):
            return
        raise Refused("that question is no longer open")

    def end(self) -> None:
        """End them all: we are leaving, and a person may take minutes. Whoever waits is told."""
        for sign_in in list(self.under_way.values()):
            sign_in.task.cancel()

    def _ended(self, sign_in: SignIn) -> None:
        if self.under_way.get(sign_in.want.profile.name) is sign_in:
            del self.under_way[sign_in.want.profile.name]
        # Asking for the exception also keeps asyncio from complaining where nobody waited any more.
        if not sign_in.task.cancelled() and sign_in.task.exception() is None:
            self.on_success(sign_in.want, sign_in.task.result())


def still_pending(profile: str) -> SignInNeeded:
    """What a caller is told who does not wait any longer, or never could."""
    return SignInNeeded(f"the sign-in of profile {profile} is still pending", moves.waiting.finish_sign_in())


class SignIn:
    """One sign-in: an interactive acquisition and the people who watch it."""

    def __init__(
        self, want: Want, fetcher: Fetcher, linger: float,
        alone: Callable[[Want], AbstractAsyncContextManager[None]], *, elsewhere: bool, again: bool,
    ) -> None:  # fmt: skip
        """`elsewhere`: whoever begins it has the browser on another machine, if at all. alone: see SignIns."""
        self.want = want
        self.abandoned = False
        self._linger = linger
        self._waiters: list[Waiter] = []
        self._shown: list[dict[str, Any]] = []
        self.questions = Questions(self._show)
        self._opened = False
        self._alone = alone
        self._turn = AsyncExitStack()
        self._creates = flows.row(want.profile).state is AwxState
        self._has_turn = False
        work = self._run(lambda: fetcher.with_a_person(want, self, elsewhere=elsewhere, again=again))
        self.task = asyncio.get_running_loop().create_task(work)

    async def _run(self, work: Callable[[], Coroutine[Any, Any, Token]]) -> Token:
        if self._creates:
            async with self._alone(self.want):
                pass  # what a fetch that is at it seals in between would be replaced before the person is done
        async with self._turn:
            return await work()

    async def before_seal(self) -> None:
        """From here on, until a person is asked, no fetch has a token created at the same AWX, nor deletes ours.

        Both look for what has the description that the sealed state tells, and would take the other's for lost.
        """
        if self._creates and not self._has_turn:
            await self._turn.enter_async_context(self._alone(self.want))
            self._has_turn = True

    async def on_ask(self, ask: Ask) -> str:
        """A person's answer. For a password that was refused, nobody waits: nothing is being created meanwhile."""
        await self._turn.aclose()
        self._has_turn = False
        return await self.questions.ask(ask)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiters)

    async def wait(self, waiter: Waiter) -> Token:
        """Show `waiter` what the others have seen, and wait with them."""
        for event in self._shown:
            self._show_to(waiter, event)
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(waiter.patience):
                return await joined(self.task)
        except TimeoutError:
            self._stay()
            raise still_pending(self.want.profile.name) from None
        finally:
            self._leave(waiter)

    def on_event(self, event: Event) -> None:
        self._show({**as_shown(event), **whose(self.want.profile)})

    def abandon(self) -> None:
        """End it; whoever still waits is told."""
        self.abandoned = True
        self.task.cancel()

    def _leave(self, waiter: Waiter) -> None:
        self._waiters.remove(waiter)
        if not self._waiters:
            self.abandon()

    def _stay(self) -> None:
        """Go on for whoever will run the command again, with the same code."""
        successor = Absent()
        self._waiters.append(successor)
        asyncio.get_running_loop().call_later(self._linger, self._leave, successor)

    def _show(self, event: dict[str, Any]) -> None:
        if event["event"] == ANSWERED:
            self._shown = [shown for shown in self._shown if shown.get("id") != event["id"]]
        else:
            self._shown.append(event)
        for waiter in self._waiters:
            self._show_to(waiter, event)

    def _show_to(self, waiter: Waiter, event: dict[str, Any]) -> None:
        """One tab for all who wait: the first who can open it does, and everybody sees where it leads."""
        if event["event"] == "browser":
            event = {**event, "open": waiter.opens_browser and not self._opened}
            self._opened |= event["open"]
        waiter.show(event)
