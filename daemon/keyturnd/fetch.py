"""Fetch one token of a profile: what the acquisition is given, and what must be kept before anybody sees it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from keyturn.errors import ConfigError, Refused, SignInNeeded
from keyturnd import tokens
from keyturnd.acquisition import error_of
from keyturnd.entrusted import secret_from_file
from keyturnd.holdings import token_name
from keyturnd.messages import EntraIdentity, Failure, Network, Result, TokenJob

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn.config import Config
    from keyturn.profiles import EntraProfile
    from keyturnd.acquisition import Runner
    from keyturnd.holdings import Holdings
    from keyturnd.messages import Ask, EntraState, Event
    from keyturnd.tokens import Token

SILENT_DEADLINE = 25.0
"""Seconds for a fetch nobody watches: within the 30 s of the native helper, with room to explain a failure."""
SIGN_IN_DEADLINE = 930.0
"""Seconds for a sign-in: a device code lives 15 minutes (reference/entra.md), its provider says when it died."""
PERSONAL_FLOWS = frozenset({"device-code"})
"""Flows in which a person signs in, and whose refresh token is the state to keep."""


class Audience(Protocol):
    """The people who watch a sign-in."""

    def on_event(self, event: Event) -> None: ...

    async def on_ask(self, ask: Ask) -> str: ...


class Nobody:
    """Nobody watches: a silent fetch has nothing to show and nobody to ask."""

    def on_event(self, event: Event) -> None:
        pass

    async def on_ask(self, ask: Ask) -> str:
        raise Refused(f"a silent acquisition asked for a {ask.kind}")


class Fetcher:
    """Fetches tokens into the vault."""

    def __init__(self, acquisitions: Runner, holdings: Holdings, config: Callable[[], Config]) -> None:
        self.acquisitions = acquisitions
        self.holdings = holdings
        self._config = config

    async def silently(self, profile: EntraProfile, scopes: tuple[str, ...]) -> Token:
        """A new token without anybody's help.

        Raises SignInNeeded when it takes a person, ProviderError for the provider's no or silence, StateError
        when it cannot be kept.
        """
        state = None
        if profile.flow in PERSONAL_FLOWS:
            state = await self.holdings.state(profile)
            if state is None:
                raise SignInNeeded(f"nobody is signed in for profile {profile.name}", f"keyturn login {profile.name}")
        job = TokenJob(
            self.identity(profile), scopes, self.network(profile), SILENT_DEADLINE,
            secret=await self.secret(profile), state=state,
        )  # fmt: skip
        return await self._run(profile, job, Nobody())

    async def with_a_person(self, profile: EntraProfile, scopes: tuple[str, ...], audience: Audience) -> Token:
        """A new token by a person's sign-in, which `audience` watches. Raises as `silently` does."""
        network = self.network(profile)
        job = TokenJob(self.identity(profile), scopes, network, SIGN_IN_DEADLINE, interactive=True)
        return await self._run(profile, job, audience)

    def identity(self, profile: EntraProfile) -> EntraIdentity:
        """What an acquisition learns of `profile`."""
        return EntraIdentity(
            profile.name, profile.flow, profile.application_id, profile.authority, profile.account
        )  # fmt: skip

    def network(self, profile: EntraProfile) -> Network:
        """[network] of the configuration, else the environment this daemon was started with."""
        settings, environment = self._config().network, os.environ
        return Network(
            proxy=settings.proxy or environment.get("HTTPS_PROXY") or environment.get("https_proxy"),
            no_proxy=settings.no_proxy or environment.get("NO_PROXY") or environment.get("no_proxy"),
            ca_file=profile.ca_file or settings.ca_file or environment.get("SSL_CERT_FILE"),
            ca_directory=None if profile.ca_file or settings.ca_file else environment.get("SSL_CERT_DIR"),
        )

    async def secret(self, profile: EntraProfile) -> str | None:
        """The client secret of `profile`, from wherever its owner keeps it. None for flows without one."""
        if profile.flow != "client-secret":
            return None
        if profile.client_secret_file is not None:
            return secret_from_file(profile.client_secret_file)
        if profile.client_secret_env is not None:
            return _secret_from_environment(profile.client_secret_env)
        secret = await self.holdings.secret(profile)
        if secret is None:
            raise SignInNeeded(
                f"profile {profile.name} has no client secret yet", f"keyturn secret set {profile.name}"
            )
        return secret

    async def _run(self, profile: EntraProfile, job: TokenJob, audience: Audience) -> Token:
        outcome = await self.acquisitions.run(job, Keeper(self.holdings, profile, job.state, audience))
        if isinstance(outcome, Failure):
            if outcome.state_dead and job.state is not None:
                await self.holdings.drop_dead_state(profile, job.state)
            raise error_of(outcome)
        assert isinstance(outcome, Result)
        token = tokens.of_result(outcome)
        await self.holdings.keep_token(token_name(profile, job.scopes), token)
        return token


class Keeper:
    """Follows one acquisition of a profile and makes its sign-in state durable."""

    def __init__(
        self, holdings: Holdings, profile: EntraProfile, began_with: EntraState | None, audience: Audience
    ) -> None:
        self._holdings = holdings
        self._profile = profile
        self._began_with = began_with
        self.on_event = audience.on_event
        self.on_ask = audience.on_ask

    async def on_seal(self, state: EntraState) -> None:
        """Keep `state`, unless a sign-in has meanwhile brought a newer one than this acquisition began with."""
        wanted = self._profile.account
        if wanted and state.account.casefold() != wanted.casefold():
            raise Refused(
                f"{state.account} signed in, but profile {self._profile.name} is for {wanted}",
                f"keyturn login {self._profile.name}",
            )
        if self._began_with is not None and await self._holdings.state(self._profile) != self._began_with:
            return
        await self._holdings.keep_state(self._profile, state)
        self._began_with = state


def _secret_from_environment(variable: str) -> str:
    secret = os.environ.get(variable)
    if not secret:
        raise ConfigError(
            f"{variable} is not set where the daemon was started",
            f"keyturn daemon stop && {variable}=… keyturn daemon start",
        )
    return secret
