"""The acquisition process: `python -E -P -m keyturnd.acquire`, started by the daemon with a job on stdin."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from keyturn.errors import ProviderUnreachable
from keyturnd.acquire import oskeyring
from keyturnd.acquire.channel import Channel
from keyturnd.acquire.deadline import Deadline
from keyturnd.acquire.failed import Failed, bug
from keyturnd.acquire.isolation import isolate
from keyturnd.messages import Failure, KeyringJob

if TYPE_CHECKING:
    from keyturnd.acquire.channel import Outcome
    from keyturnd.messages import TokenJob


def main() -> None:
    """Do the one job and end. Every end is one outcome on the channel, whatever happens."""
    channel = Channel(0, isolate())
    sys.excepthook = lambda _type, error, _traceback: channel.finish(bug(error))
    threading.excepthook = lambda thrown: channel.finish(bug(thrown.exc_value or thrown.exc_type()))
    channel.listen()
    try:
        job = channel.job()
        channel.secrets = _secrets(job)
        _end_in_time(channel, job)
        channel.finish(_perform(job, channel))
    except Failed as failed:
        channel.finish(failed.failure)


def _perform(job: TokenJob | KeyringJob, channel: Channel) -> Outcome:
    """The two kinds share no library: msal is imported with entra, keyring when oskeyring performs."""
    if isinstance(job, KeyringJob):
        return oskeyring.perform(job)
    from keyturnd.acquire import entra  # noqa: PLC0415 - see above

    return entra.acquire(job, channel, Deadline(job.deadline))


def _secrets(job: TokenJob | KeyringJob) -> tuple[str, ...]:
    if isinstance(job, KeyringJob):
        known = [job.create]
    else:
        known = [job.secret, job.state.refresh_token if job.state else None, job.network.proxy]
    return tuple(secret for secret in known if secret)


def _end_in_time(channel: Channel, job: TokenJob | KeyringJob) -> None:
    """Nobody waits longer than the job allows, wherever this process may hang."""
    timer = threading.Timer(job.deadline, lambda: channel.finish(_overdue(job)))
    timer.daemon = True
    timer.start()


def _overdue(job: TokenJob | KeyringJob) -> Failure:
    if isinstance(job, KeyringJob):
        return oskeyring.silent(job.deadline)
    sentence = f"Entra ID gave profile {job.identity.profile} no answer within {job.deadline:.0f} seconds"
    return Failure(ProviderUnreachable.kind, sentence, "try again later")


if __name__ == "__main__":
    main()
