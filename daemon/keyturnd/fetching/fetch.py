"""Fetch one token of a profile: what the acquisition is given, and what must be kept before anybody sees it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from keyturn.configuration.profiles.secrets import Lent
from keyturn.errors import ProviderUnreachable, SignInNeeded, StateError
from keyturn.protocols.claims_challenge import merged
from keyturnd import flows, identities
from keyturnd.fetching.certificates import Certificates
from keyturnd.fetching.challenges import Challenges
from keyturnd.fetching.entrusted import fitting, named_secret, secret_at
from keyturnd.fetching.keeper import Keeper, Nobody, Overheard, Replaced
from keyturnd.fetching.loans import Loans
from keyturnd.fetching.permission import check_allowed
from keyturnd.fetching.processes.failures import error_of
from keyturnd.fetching.refused import RefusedAudiences
from keyturnd.fetching.surroundings import network_of
from keyturnd.messages.channel import Event
from keyturnd.messages.identities import EntraIdentity, Network
from keyturnd.messages.jobs import TokenJob
from keyturnd.messages.outcomes import Failure, Result
from keyturnd.messages.states import EntraState
from keyturnd.vault import tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile
    from keyturnd.fetching.keeper import Audience
    from keyturnd.fetching.processes.runner import Runner
    from keyturnd.fetching.wants import Want
    from keyturnd.messages.states import State
    from keyturnd.vault.holdings import Holdings
    from keyturnd.vault.tokens import Token

SILENT_DEADLINE = 43.0
"""Seconds for a fetch nobody watches: it outlives its callers, who come again, by less than a minute."""
ATTENDED_DEADLINE = 25.0
"""Seconds for what one caller waits for and nobody would find later: less than its 30 s, with room to explain."""
ATTEMPTS = 2
"""Fetches of one token, where a sign-in meanwhile makes the first one worthless."""
SIGN_IN_DEADLINE = 930.0
"""Seconds for a sign-in: a device code lives 15 minutes (reference/entra.md), its provider says when it died."""


class Fetcher:
    """Fetches tokens into the vault."""

    def __init__(
        self,
        acquisitions: Runner,
        holdings: Holdings,
        config: Callable[[], Config],
        warn: Callable[[str], None],
        check: Callable[[Config, Want], None] = check_allowed,
    ) -> None:
        """`warn` is told what a person should know. `check` raises when the configuration does not allow a want."""
        self.acquisitions = acquisitions
        self.holdings = holdings
        self.refused = RefusedAudiences()
        self.loans = Loans()
        self.challenges = Challenges()
        self.certificates = Certificates(acquisitions, holdings, warn)
        self.config = config
        self._warn = warn
        self._check = check
        self.lost: list[str] = []
        """The warning that tokens are not kept, for as long as that is so."""

    def check_allowed(self, want: Want) -> None:
        """Raises ConfigError when the configuration of now does not lead to `want`, or is invalid."""
        self._check(self.config(), want)

    async def silently(self, want: Want, left: Callable[[], float]) -> Token:
        """A new token without anybody's help, with so many seconds left, the tries after the first one included.

        Raises SignInNeeded when it takes a person, ProviderError for the provider's no or silence, StateError
        when it cannot be kept.
        """
        for _ in range(ATTEMPTS - 1):
            with suppress(Replaced):
                return await self._silently(want, left)
        return await self._silently(want, left)

    async def _silently(self, want: Want, left: Callable[[], float]) -> Token:
        self.check_allowed(want)
        profile = want.profile
        state = await self.holdings.state(profile) if flows.row(profile).state is not None else None
        if state is not None and state.account and flows.is_somebody_elses(profile, state.account):
            state = None  # `account` was changed: another person has to sign in
        secret = await self.secret(profile)
        if (error := flows.missing(profile, state, secret)) is not None:
            raise await self._explained(error, profile)
        return await self._run(want, self._job(want, left(), secret=secret, state=state), Nobody(), left)

    async def is_signed_in(self, profile: Profile) -> bool:
        """Whether `profile` has the sign-in of a person that it takes. Access tokens outlive one that has ended."""
        return flows.row(profile).state is not EntraState or await self.holdings.readable_state(profile) is not None

    async def with_a_person(self, want: Want, audience: Audience, *, elsewhere: bool, again: bool) -> Token:
        """A new token by a person's sign-in, which `audience` watches. Raises as `silently` does.

        elsewhere, again: see keyturnd.messages.TokenJob.
        """
        self.check_allowed(want)
        state = None if flows.begins_anew(want.profile) else await self.holdings.readable_state(want.profile)
        secret = await self._beside_a_person(want.profile)
        job = self._job(want, SIGN_IN_DEADLINE, interactive=True, secret=secret, state=state)
        job = msgspec.structs.replace(job, elsewhere=elsewhere, again=again)
        overheard = Overheard(audience)
        token = await self._run(want, job, overheard)
        if flows.keeps_typed_password(want.profile) and overheard.password is not None:
            await self.holdings.keep_secret(want.profile, overheard.password)
        return token

    async def _beside_a_person(self, profile: Profile) -> str | None:
        """The secret that a sign-in takes beside the person; not one that a person could type.

        Raises SignInNeeded when it is missing: nobody shall sign in for nothing.
        """
        if flows.row(profile).by_secret:
            return None
        secret = await self.secret(profile)
        if (error := flows.lacking(profile, secret)) is not None:
            raise error
        return secret

    def network(self, profile: Profile | None = None) -> Network:
        """See network_of."""
        return network_of(self.config().network, None if profile is None else profile.ca_file)

    async def secret(self, profile: Profile) -> str | None:
        """The secret of `profile`, from wherever its owner keeps it. None where there is none."""
        if flows.row(profile).secret is None:
            return None
        if isinstance(profile.flow.secret_source, Lent):
            return self.loans.of(profile.name)
        named = named_secret(profile)
        return await self.holdings.secret(profile) if named is None else named

    def _job(
        self, want: Want, deadline: float, *, interactive: bool = False,
        secret: str | None = None, state: State | None = None,
    ) -> TokenJob:  # fmt: skip
        identity = identities.identity_of(want.profile)
        if isinstance(identity, EntraIdentity) and want.cae:
            identity = msgspec.structs.replace(identity, cae=True)
        return TokenJob(
            identity,
            want.scopes,
            self.network(want.profile),
            deadline,
            interactive=interactive,
            secret=secret,
            state=state,
            registry=want.registry,
            variables={} if want.surroundings is None else want.surroundings.variables,
            claims=(self.refused.claims(want) if interactive else None)
            or self.challenges.claims(want)
            or want.claims,
            client_secret=secret_at(want.profile.flow.client_secret_source),
        )

    async def _run(
        self, want: Want, job: TokenJob, audience: Audience, left: Callable[[], float] | None = None, *,
        once_more: bool = True,
    ) -> Token:  # fmt: skip
        keeper = Keeper(self.holdings, want.profile, job, audience)
        outcome = await self.acquisitions.run(job, keeper)
        if isinstance(outcome, Failure):
            if once_more and (better := self._with_better_claims(want, job, outcome, audience)) is not None:
                deadline = job.deadline if left is None else left()
                better = msgspec.structs.replace(better, deadline=deadline)
                return await self._run(want, better, audience, once_more=False)
            await self._failed(want, job, outcome)
            raise fitting(error_of(outcome), want.profile)
        self.refused.settle(want)
        self.challenges.grant(want, job.claims)
        assert isinstance(outcome, Result)
        self.check_allowed(want)  # its sign-in was kept, under the name of the place it belongs to
        return await self._kept(want, outcome, await keeper.sign_in(outcome))

    def _with_better_claims(self, want: Want, job: TokenJob, failure: Failure, audience: Audience) -> TokenJob | None:
        """`job` without what was granted once or, where a person has signed in, with what its refusal names."""
        claims = job.claims
        if failure.kind != SignInNeeded.kind or failure.state_dead:
            return None
        if not job.interactive and self.challenges.lapse(want):
            claims = self.challenges.claims(want) or want.claims
        elif job.interactive and failure.claims is not None:
            claims = merged(claims or "{}", failure.claims)
            audience.on_event(Event("progress", "a policy of the tenant asks for more: sign in once more"))
        return None if claims == job.claims else msgspec.structs.replace(job, claims=claims)

    async def _failed(self, want: Want, job: TokenJob, failure: Failure) -> None:
        """Note what `failure` says of the sign-in, and of this audience."""
        # Who asks himself was refused, whatever for (RFC 6749, 5.2), where that says it: his secret has ended.
        if failure.kind not in {SignInNeeded.kind, ProviderUnreachable.kind} and failure.code != "invalid_client":
            self.challenges.refuse(want)  # or every renewal would ask for them, and fail
        if failure.state_dead and job.state is not None:
            self.refused.end(want.profile.name, failure.sentence)
            await self.holdings.drop_dead_state(want.profile, job.state)
        elif job.interactive and failure.kind != ProviderUnreachable.kind:
            self.refused.settle(want)
        elif isinstance(job.state, EntraState) and failure.kind == SignInNeeded.kind:
            self.refused.note(want, failure.claims)

    async def _kept(self, want: Want, result: Result, sign_in: str) -> Token:
        """The token of `result`, in the vault. Raises Replaced when another sign-in has come before it."""
        flows.check_account(want.profile, result.account)
        if result.certificate_expires_at is not None:
            thumbprint, ends = result.certificate_thumbprint, result.certificate_expires_at
            self.certificates.check(want.profile.name, thumbprint, ends, result.issued_at)
        token = tokens.of_result(result, sign_in, self.challenges.claims(want))
        await self._keep(want, token)
        if want.claims is not None:
            await self._keep(want.without_claims, token)
        if not await self.holdings.is_of_now(want.profile, token):
            await self.holdings.drop_token(want.key)
            raise Replaced(want.profile.name)
        self.check_allowed(want)
        return token

    async def _keep(self, want: Want, token: Token) -> None:
        """Keep `token` for the next daemon, if that can be: it can be fetched again, so it is given all the same."""
        try:
            failure = None if await self.holdings.keep_token(want.key, token) else "the disk does not answer"
        except StateError as error:
            failure = error.sentence
        lost = [] if failure is None else [f"new tokens are lost when the daemon ends: {failure}"]
        if lost and not self.lost:
            self._warn(*lost)
        self.lost = lost

    async def _explained(self, error: SignInNeeded, profile: Profile) -> SignInNeeded:
        """`error`, with why the sign-in ended, and what was set aside when its place or application was changed."""
        if (reason := self.refused.why_ended(profile.name)) is not None:
            error = SignInNeeded(f"{error.sentence}: {reason}", error.hint)
        with suppress(StateError):  # that somebody must sign in is told all the same
            aside = await self.holdings.set_aside(profile)
            places = " and ".join(dict.fromkeys(f"{name.client_id} at {name.authority}" for name in aside))
            had = f"; what it had is for {places}, and found again there" if places else ""
            error = SignInNeeded(f"{error.sentence}{had}", error.hint)
        return error
