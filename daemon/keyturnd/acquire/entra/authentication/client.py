"""What msal is given to prove the application of a job with."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from keyturn import moves
from keyturn.configuration.profiles.credentials.certificates import Certificate
from keyturn.configuration.profiles.credentials.federation import Federation
from keyturn.errors import ConfigError, KeyturnError, SignInNeeded
from keyturn.hints import entrust
from keyturn.protocols.surroundings import TOKENS
from keyturnd.acquire.entra.authentication import federated
from keyturnd.acquire.failed import Failed
from keyturnd.messages.identities import EntraIdentity

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturnd.acquire.channel import Channel
    from keyturnd.acquire.entra.authentication.certified import Certified
    from keyturnd.acquire.network.transport import Transport
    from keyturnd.messages.jobs import TokenJob
    from keyturnd.messages.outcomes import Result

UPLOAD = "upload the certificate to the application"
COMPARE = "compare with the federated credentials of the application"
ATTEMPTS = 3
"""How often a person may type a passphrase wrong."""


class Presented:
    """What the last assertion of another issuer says; empty before there was one."""

    said = ""


class Credential(NamedTuple):
    """`for_msal`: its client_credential, None for a public client. What it calls is called when a request leaves."""

    for_msal: str | dict[str, Callable[[dict[str, Any]], str]] | None = None
    certified: Certified | None = None
    presented: Presented | None = None

    def noted(self, result: Result) -> Result:
        """`result`, with what `keyturn status` tells of the certificate."""
        if self.certified is None:
            return result
        ends, name = self.certified.expires_at, self.certified.sha1
        return msgspec.structs.replace(result, certificate_expires_at=ends, certificate_thumbprint=name)

    def explained(self, refused: Failed) -> Failed:
        """`refused`, with what was presented: whoever registered something else has to find out."""
        said = refused.failure.hint or ""
        if refused.failure.code != "invalid_client":
            return refused
        if self.certified is not None:
            advice = UPLOAD if said.startswith("keyturn ") else said
            hint = f"{advice}; the certificate's thumbprint is {self.certified.sha1}"
        elif self.presented is not None and self.presented.said:
            hint = f"{COMPARE if said.startswith('keyturn ') else said}; the token has {self.presented.said}"
        else:
            return refused
        refused.failure = msgspec.structs.replace(refused.failure, hint=hint)
        return refused


def credential(job: TokenJob, channel: Channel, transport: Transport) -> Credential:
    """The credential of the job's application. Raises Failed, and asks whoever waits for a passphrase."""
    assert isinstance(job.identity, EntraIdentity)
    if isinstance(job.identity.credential, Certificate):
        return _by_certificate(job, job.identity, job.identity.credential, channel)
    if isinstance(job.identity.credential, Federation):
        return _federated(job, job.identity.credential, channel, transport)
    return Credential(job.secret)


def _federated(job: TokenJob, named: Federation, channel: Channel, transport: Transport) -> Credential:
    presented = Presented()
    channel.secrets = (
        *channel.secrets,
        *(value for name, value in job.variables.items() if value and name in TOKENS),
    )

    def got(_: dict[str, Any]) -> str:
        token = federated.token(job, named, transport)
        channel.secrets = (*channel.secrets, token)
        presented.said = federated.presented(token)
        return token

    return Credential({"client_assertion": got}, presented=presented)


def _by_certificate(job: TokenJob, identity: EntraIdentity, named: Certificate, channel: Channel) -> Credential:
    from keyturnd.acquire.entra.authentication import assertion  # noqa: PLC0415 - cryptography is 80 ms to import

    certified = _opened(job, named, channel)
    _check_times(certified)

    def signed(context: dict[str, Any]) -> str:
        endpoint, algorithm = context["token_endpoint"], named.algorithm
        try:
            return assertion.sign(certified, identity.application_id, endpoint, algorithm, send_x5c=named.send_x5c)
        except assertion.DamagedKey:
            sentence = f"the key of the certificate {certified.sha1} is damaged"
            raise Failed(ConfigError, sentence, moves.secrets.whole_certificate()) from None

    return Credential({"client_assertion": signed}, certified)


def _opened(job: TokenJob, named: Certificate, channel: Channel) -> Certified:
    from keyturnd.acquire.entra.authentication import lookup  # noqa: PLC0415 - see above

    passphrase = job.secret
    for _ in range(ATTEMPTS):
        try:
            return lookup.find(named, passphrase)
        except KeyturnError as error:
            raise Failed(type(error), error.sentence, error.hint) from None
        except lookup.Locked as locked:
            if not job.interactive:
                raise _protected(job, locked.file, wrong=passphrase is not None) from None
            passphrase = channel.ask("passphrase", f"passphrase of {locked.file}")
            channel.secrets = (*channel.secrets, passphrase)
    raise _protected(job, named.file or "the certificate", wrong=True)


def _protected(job: TokenJob, file: str, *, wrong: bool) -> Failed:
    how = "the passphrase is wrong for" if wrong else "a passphrase protects"
    return Failed(SignInNeeded, f"{how} {file}, of profile {job.identity.profile}", entrust(job.identity.profile))


def _check_times(certified: Certified) -> None:
    """Entra's own words would be AADSTS700027 or 1000502, after a request in vain."""
    certificate, now = certified.certificate, time.time()
    if now >= certified.expires_at:
        raise Failed(
            ConfigError,
            f"the certificate {certified.sha1} expired on {certificate.not_valid_after_utc:%Y-%m-%d}",
            moves.secrets.new_certificate(),
        )
    begins = certificate.not_valid_before_utc
    if now < begins.timestamp():
        raise Failed(
            ConfigError,
            f"the certificate {certified.sha1} is not valid before {begins:%Y-%m-%d %H:%M} UTC",
            moves.servers.clock(),
        )
