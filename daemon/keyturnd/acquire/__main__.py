"""The acquisition process: `python -E -P -m keyturnd.acquire`, started by the daemon with a job on stdin."""

from __future__ import annotations

import gc
import sys
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from keyturn import moves
from keyturn.errors import ProviderUnreachable, StateError
from keyturnd.acquire import oskeyring
from keyturnd.acquire.channel import Channel
from keyturnd.acquire.deadline import Deadline
from keyturnd.acquire.failed import Failed, unexpected
from keyturnd.acquire.isolation import isolate
from keyturnd.messages.identities import AwxIdentity
from keyturnd.messages.jobs import AskJob, CertificateJob, DiscoveryJob, EndingJob, KeyringJob, ReachJob, TokenJob
from keyturnd.messages.outcomes import Failure
from keyturnd.messages.states import AwxState

if TYPE_CHECKING:
    from keyturnd.messages.jobs import Job
    from keyturnd.messages.outcomes import Outcome
    from keyturnd.messages.states import State


SELDOM = 100_000
"""New objects between two looks for garbage, in place of 700: loading msal and its kind makes hundreds of thousands
that all stay, and a twelfth of a fetch went into looking through them."""
UNUSED = "httpx._main"
"""httpx's command line: where click and rich are installed it loads them, a quarter of the time until a grant begins.
httpx goes on without."""


def main() -> None:
    """Do the one job and end. Every end is one outcome on the channel, whatever happens."""
    load_little()
    channel = Channel(0, isolate())
    sys.excepthook = lambda _type, error, _traceback: channel.finish(unexpected(error))
    threading.excepthook = lambda thrown: channel.finish(unexpected(thrown.exc_value or thrown.exc_type()))
    channel.listen()
    try:
        job = channel.job()
        channel.secrets = _secrets(job)
        _end_in_time(channel, job)
        channel.finish(_perform(job, channel))
    except Failed as failed:
        channel.finish(failed.failure)


def load_little() -> None:
    """Keep out what libraries load for other uses; to be called before they are loaded."""
    gc.set_threshold(SELDOM)
    sys.modules[UNUSED] = None  # type: ignore[assignment] # "not found" (language reference 5.3.1)


def _perform(job: Job, channel: Channel) -> Outcome:
    """No two kinds share a library: msal is imported with entra, keyring when oskeyring performs."""
    if isinstance(job, KeyringJob):
        return oskeyring.perform(job)
    if isinstance(job, DiscoveryJob):
        from keyturnd.acquire.network import discovery  # noqa: PLC0415 - see above

        return discovery.discover(job)
    if isinstance(job, ReachJob):
        from keyturnd.acquire.network import reaching  # noqa: PLC0415 - see above

        return reaching.reach(job)
    if isinstance(job, CertificateJob):
        from keyturnd.acquire.entra.authentication import look  # noqa: PLC0415 - see above

        return look.look(job)
    if isinstance(job.identity, AwxIdentity):
        from keyturnd.acquire.awx.job import perform  # noqa: PLC0415 - see above

        return perform(job, channel, Deadline(job.deadline))
    assert isinstance(job, TokenJob)
    from keyturnd.acquire.entra.job import acquire  # noqa: PLC0415 - see above

    return acquire(job, channel, Deadline(job.deadline))


def _secrets(job: Job) -> tuple[str, ...]:
    if isinstance(job, KeyringJob):
        known = [job.create]
    elif isinstance(job, DiscoveryJob | ReachJob):
        known = [*_secret_in(job.network.proxy)]
    elif isinstance(job, CertificateJob):
        known = []
    else:
        known = [*_own_secret(job), *_secrets_of(job.state), *_secret_in(job.network.proxy), job.client_secret]
        known += [job.assertion] if isinstance(job, TokenJob) else []
    return tuple(secret for secret in known if secret)


def _secret_in(proxy: str | None) -> tuple[str, ...]:
    """A proxy without a password is no secret: where it fails, its address is what a person has to see."""
    return (proxy,) if proxy is not None and "@" in proxy else ()


def _own_secret(job: TokenJob | EndingJob | AskJob) -> tuple[str | None, ...]:
    """Not a person's password: it may be any word of our sentences (see hidden_in).

    Nor a passphrase, which no provider is sent.
    """
    return () if isinstance(job.identity, AwxIdentity) or job.identity.credential is not None else (job.secret,)


def _secrets_of(state: State | None) -> tuple[str, ...]:
    if state is None:
        return ()
    return (state.token, state.refresh_token) if isinstance(state, AwxState) else (state.refresh_token,)


def _end_in_time(channel: Channel, job: Job) -> None:
    """Nobody waits longer than the job allows, wherever this process may hang."""
    timer = threading.Timer(job.deadline, lambda: channel.finish(_overdue(job)))
    timer.daemon = True
    timer.start()


def _overdue(job: Job) -> Failure:
    if isinstance(job, KeyringJob):
        return oskeyring.silent(job.deadline)
    if isinstance(job, DiscoveryJob | ReachJob):
        sentence = f"{urlsplit(job.url).netloc} gave no answer within {job.deadline:.0f} seconds"
        return Failure(ProviderUnreachable.kind, sentence, moves.waiting.later())
    if isinstance(job, CertificateJob):
        return Failure(StateError.kind, f"the certificate could not be read within {job.deadline:.0f} seconds")
    provider = urlsplit(job.identity.url).netloc if isinstance(job.identity, AwxIdentity) else "Entra ID"
    sentence = f"{provider} gave profile {job.identity.profile} no answer within {job.deadline:.0f} seconds"
    return Failure(ProviderUnreachable.kind, sentence, moves.waiting.later())


if __name__ == "__main__":
    main()
