"""Who gets which token: held, joined or newly fetched; signing in and out; renewal ahead of time."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from keyturn import hints
from keyturn.errors import ConfigError, KeyturnError, SignInNeeded, StateError
from keyturnd import flows
from keyturnd.broker import policy
from keyturnd.broker.awx.orphans import Orphans
from keyturnd.broker.flights import Flights
from keyturnd.broker.leaving import Leaving
from keyturnd.broker.memory import Memory
from keyturnd.broker.rejections import Rejections
from keyturnd.broker.renewal import Renewal
from keyturnd.broker.replacements import Replacements
from keyturnd.fetching.remote import Remote
from keyturnd.messages.states import AwxState

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn.configuration.config import Config
    from keyturnd.broker.failures import Failures
    from keyturnd.broker.memory import Held
    from keyturnd.broker.signin import SignIns, Waiter
    from keyturnd.clock import Clock
    from keyturnd.fetching.fetch import Fetcher
    from keyturnd.fetching.wants import Want
    from keyturnd.vault.holdings import Holdings
    from keyturnd.vault.records import RecordName
    from keyturnd.vault.tokens import Token


class Broker:
    """Decides who gets a token in memory, and sees to everything that replaces one.

    chance: gives a number from -1 to 1, another each time.
    """

    def __init__(
        self, *, holdings: Holdings, fetcher: Fetcher, sign_ins: SignIns, failures: Failures, clock: Clock,
        chance: Callable[[], float],
    ) -> None:  # fmt: skip
        self.holdings = holdings
        self.sign_ins = sign_ins
        self.failures = failures
        self.memory = Memory(holdings, fetcher.challenges, clock, chance)
        self.rejections = Rejections(self.memory, fetcher.challenges, clock)
        self._logging_out: Counter[str] = Counter()
        self._flights = Flights(
            fetcher=fetcher, failures=failures, memory=self.memory, clock=clock, chance=chance,
            logging_out=self._logging_out,
        )  # fmt: skip
        self.flights = self._flights.under_way
        self.reject = self.rejections.reject
        replacements = Replacements(
            memory=self.memory, rejections=self.rejections, flights=self._flights,
            challenges=fetcher.challenges,
        )  # fmt: skip
        self.doubt = replacements.doubt
        self.replace = replacements.replace
        self.remote = Remote(fetcher)
        self.orphans = Orphans(
            remote=self.remote, holdings=holdings, flights=self._flights, clock=clock, config=fetcher.config,
            logging_out=self._logging_out, signing_in=sign_ins.under_way,
        )  # fmt: skip
        self._renewal = Renewal(
            memory=self.memory, flights=self._flights, failures=failures, fetcher=fetcher, holdings=holdings,
            clock=clock, logging_out=self._logging_out,
        )  # fmt: skip
        self.logout = Leaving(
            flights=self._flights, orphans=self.orphans, sign_ins=sign_ins, remote=self.remote, holdings=holdings,
            forget=self.forget, logging_out=self._logging_out,
        ).logout  # fmt: skip
        sign_ins.on_success, sign_ins.alone = self._signed_in, self._flights.alone
        holdings.on_new_sign_in = self.forget
        self._fetcher = fetcher
        self._clock = clock

    async def keep_fresh(self) -> None:
        """Renew what is due and look for lost tokens, for ever: no silent provider of the one holds up the other."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._renewal.keep_fresh())
            both.create_task(self.orphans.keep_looking())

    def at_hand(self, want: Want) -> Held | None:
        """The token in memory, for answers that wait for nothing: if it has life enough and nobody has refused it."""
        if want.surroundings is not None:
            return None  # the request holds secrets, and its bytes are remembered beside the answer
        key = want.key
        return None if self.rejections.concern(key) else self._good(want, key)

    def _good(self, want: Want, key: RecordName) -> Held | None:
        """The token in memory if it has life enough for `want`; renewed behind the answer when that is due."""
        held = self.memory.held.get(key)
        if held is None or held.want.profile != want.profile or want.profile.name in self._logging_out:
            return None
        if not self.memory.fresh(held, want.protocol):
            return None
        self.memory.serve(held, want.protocol)
        if self.memory.due(held) and want.protocol != policy.CHECK:
            self._renewal.begin(want, asked=True)
        return held

    def lasts(self, held: Held) -> bool:
        """Whether `held` may be handed out as it is and is not due for renewal."""
        if self.rejections.concern(held.key) or held.key.profile in self._logging_out:
            return False
        return self.memory.lasts(held)

    def answer_by(self, want: Want) -> float:
        """Until when (boot time) whoever asks for `want` now has to be answered."""
        return self._clock.boottime() + policy.ANSWER_WITHIN[want.protocol]

    async def token(self, want: Want, waiter: Waiter, by: float | None = None) -> Token:
        """A token with life enough for `want`, `by` this boot time (default: see `answer_by`), a person's part aside.

        Raises SignInNeeded when a person has to sign in and `waiter` has none, ProviderUnreachable when time is up,
        ProviderError and InternalError as keyturnd.fetching.fetch does.
        """
        by = self.answer_by(want) if by is None else by
        held = await self.rejections.settle(want, await self._look_up(want))
        self._fetcher.check_allowed(want)  # opening the vault may have taken a while, and a new configuration
        if (good := self._good(want, want.key)) is not None:
            return good.token
        old = self.memory.last_resort(held) if self.failures.holds_back(want) else None
        try:
            if old is None:
                return await self._fetch_or_ask(want, waiter, by)
        except KeyturnError as error:
            # What cannot be read now may no longer allow the token that is held.
            old = self.memory.last_resort(held) if error.passes and not isinstance(error, ConfigError) else None
            if old is None:
                raise
        self.memory.serve(old, want.protocol)
        return old.token

    def left_of(self, token: Token) -> float:
        """Seconds until the token expires."""
        return token.expires_at - self._clock.wall()

    async def fresh(self, want: Want, waiter: Waiter, by: float) -> Token:
        """A new token whatever is held, for a caller who needs more life than that has; raises as `token` does."""
        self._fetcher.check_allowed(want)
        return await self._fetch_or_ask(want, waiter, by)

    async def has(self, want: Want) -> bool:
        """Whether there is a token with life enough for `want`, so that nothing has to be fetched."""
        held = await self._look_up(want)
        return held is not None and not self.rejections.concern(want.key) and self._good(want, want.key) is not None

    async def renewed(self, want: Want, waiter: Waiter, by: float) -> Token:
        """Another token than the one there is, `by` this boot time, for somebody whom the server refused with it.

        One that an AWX keeps is replaced in any case: it is a person who says so, and may have revoked the last one a
        moment ago. Raises as `token` does, and Refused as `reject` does.
        """
        self.failures.clear(want.profile.name)  # a person's try again is not answered by the last failure
        held = await self._look_up(want)
        own_state = flows.row(want.profile).state is AwxState and want.key not in self.flights
        if own_state and await self.holdings.doubt(want.profile):
            await self.memory.drop(want.key)
        elif held is not None:
            await self.reject(want, held.token.digest)
        return await self.token(want, waiter, by)

    async def _look_up(self, want: Want) -> Held | None:
        """What is held for `want`; nothing where the vault cannot be asked, but could not hold a sign-in anyway."""
        try:
            return await self.memory.look_up(want)
        except StateError:
            if flows.row(want.profile).state is not None:
                raise
            return None

    async def login(self, want: Want, waiter: Waiter, *, again: bool) -> Token:
        """A token that proves `want`'s profile is signed in; with `again` by a new sign-in in any case.

        So too for what a sign-in was refused for: what there is would prove nothing.

        Without a person in it, the provider is asked in any case: the secret may have changed since the last token.
        """
        name, by = want.profile.name, self.answer_by(want)
        self.failures.clear(name)
        if not flows.row(want.profile).person:
            return await self._fetch_or_ask(want, waiter, by)
        try:
            anew, again = again, again or await self._proves_nothing(want)
            if again and waiter.waits:
                return await self._sign_in(want, waiter, by, again=anew)
            if not again:
                return await self.token(want, waiter, by)
        except SignInNeeded:
            if waiter.waits:
                raise
        raise SignInNeeded(f"signing in to profile {name} takes a terminal", hints.login(name))

    async def _proves_nothing(self, want: Want) -> bool:
        """Whether a token that is held for `want` says nothing of a sign-in: it was refused since, or has ended."""
        profile = want.profile
        return self._fetcher.refused.first(profile) == want or not await self._fetcher.is_signed_in(profile)

    def reconfigured(self, config: Config) -> None:
        """Forget what memory holds of profiles that `config` changed; what was refused them may be right by now."""
        self.failures.reconfigured(config)
        self.memory.reconfigured(config)
        self._fetcher.refused.reconfigured(config)

    def forget(self, profile: str) -> None:
        """Forget what memory holds of `profile`; the vault keeps it."""
        self.failures.clear(profile)
        self.memory.forget(profile)
        self._fetcher.refused.forget(profile)

    async def _fetch_or_ask(self, want: Want, waiter: Waiter, by: float) -> Token:
        """A new token, with a person's help where it takes one and `waiter` has one."""
        try:
            return await self._fetch_for_use(want, by, told=waiter.told)
        except SignInNeeded as error:
            if not waiter.waits or not flows.asks(want.profile):
                raise self.sign_ins.pending(want.profile.name) or error from None
        return await self._sign_in(want, waiter, by)

    async def _fetch_for_use(self, want: Want, by: float, *, told: bool = False) -> Token:
        token = await self._flights.token(want, by, told=told)
        self.memory.use(want)
        return token

    async def _sign_in(self, want: Want, waiter: Waiter, by: float, *, again: bool = False) -> Token:
        await self.orphans.end(want.profile.name)
        self._flights.check_not_leaving(want)
        key, token = await self.sign_ins.join(want, waiter, again=again)
        if key != want.key:  # the person's part is beside the deadline, unless the caller counts it in
            return await self._fetch_for_use(want, self.answer_by(want) if waiter.patience is None else by)
        self.memory.use(want)
        return token

    def _signed_in(self, want: Want, token: Token) -> None:
        """Somebody did; whoever waited for it may have lost patience, and will ask again."""
        try:
            self._fetcher.check_allowed(want)
        except ConfigError:
            return
        self.failures.clear(want.profile.name)
        self.memory.receive(want, token)
