"""Who follows an acquisition: the people who watch it, and what makes its sign-in state durable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from keyturn import moves
from keyturn.errors import Refused
from keyturnd import flows
from keyturnd.messages.jobs import TokenJob
from keyturnd.messages.states import AwxState, EntraState

if TYPE_CHECKING:
    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.messages.channel import Ask, Event
    from keyturnd.messages.jobs import EndingJob
    from keyturnd.messages.outcomes import Result
    from keyturnd.messages.states import State
    from keyturnd.vault.holdings import Holdings


class Audience(Protocol):
    """The people who watch a sign-in."""

    def on_event(self, event: Event) -> None: ...

    async def on_ask(self, ask: Ask) -> str: ...

    async def before_seal(self) -> None:
        """Something is about to be kept. Raises ProviderUnreachable where its turn for that does not come in time."""


class Nobody:
    """Nobody watches: a silent fetch has nothing to show and nobody to ask."""

    def on_event(self, event: Event) -> None:
        pass

    async def on_ask(self, ask: Ask) -> str:
        raise Refused(f"a silent acquisition asked for a {ask.kind}")

    async def before_seal(self) -> None:
        """It has had its turn since it began."""


class NothingToSeal(Nobody):
    """Follows an acquisition that has no state to keep."""

    async def on_seal(self, state: object) -> None:
        """Nothing of it is kept."""


class Overheard:
    """An audience whose typed password may be entrusted afterwards, if that is what its profile says."""

    def __init__(self, audience: Audience) -> None:
        self.password: str | None = None
        self.on_event = audience.on_event
        self.before_seal = audience.before_seal
        self._audience = audience

    async def on_ask(self, ask: Ask) -> str:
        answer = await self._audience.on_ask(ask)
        if ask.kind == "password":
            self.password = answer
        return answer


class Replaced(Refused):
    """Somebody signed in while a token of the sign-in before was fetched: it is nobody's any more."""

    def __init__(self, profile: str) -> None:
        super().__init__(f"profile {profile} is being signed in elsewhere", moves.waiting.again())


class Keeper:
    """Follows one acquisition of a profile and makes its sign-in state durable."""

    def __init__(self, holdings: Holdings, profile: Profile, job: TokenJob | EndingJob, audience: Audience) -> None:
        self._holdings = holdings
        self._profile = profile
        self._state = job.state
        self._begins = isinstance(job, TokenJob) and job.interactive and job.state is None
        self.on_event = audience.on_event
        self.on_ask = audience.on_ask
        self._before_seal = audience.before_seal

    async def on_seal(self, state: State) -> None:
        """Keep `state`, unless a sign-in has meanwhile brought a newer one than this acquisition began with.

        An AWX token that nobody noted would live on the server for ever, so there the loser ends before it has
        created one.
        """
        flows.check_account(self._profile, state.account)
        await self._before_seal()
        numbered = self._numbered(state)
        if await self._holdings.keep_state(self._profile, numbered, self._goes_on):
            self._state, self._begins = numbered, False

    def _goes_on(self, current: State | None) -> bool:
        """Whether what this acquisition seals takes the place of `current`. Raises Refused, for an AWX's."""
        if current == self._state:
            return True
        if flows.row(self._profile).state is AwxState:
            raise Replaced(self._profile.name)
        return self._state is None

    async def sign_in(self, result: Result) -> str:
        """The sign-in that `result` came from.

        One that brought no refresh token is noted too, or the one before it would go on in its place.
        """
        if self._begins and flows.row(self._profile).state is EntraState:
            await self.on_seal(EntraState("", result.account, result.account_id))
        return flows.sign_in_of(self._state)

    def _numbered(self, state: State) -> State:
        if not isinstance(state, EntraState):
            return state
        before = self._state.generation if isinstance(self._state, EntraState) else ""
        return replace(state, generation=flows.new_generation() if self._begins else before)
