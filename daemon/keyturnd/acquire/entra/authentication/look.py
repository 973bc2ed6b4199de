"""A look at a certificate, with no request: what `keyturn status` tells before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.errors import KeyturnError, SignInNeeded
from keyturnd.acquire.entra.authentication import lookup
from keyturnd.acquire.failed import Failed
from keyturnd.messages.outcomes import SeenCertificate

if TYPE_CHECKING:
    from keyturnd.messages.jobs import CertificateJob


def look(job: CertificateJob) -> SeenCertificate:
    """The certificate that `job` names. Raises Failed where there is none that can be opened."""
    try:
        found = lookup.find(job.certificate, job.passphrase)
    except lookup.Locked as locked:
        raise Failed(SignInNeeded, f"a passphrase protects {locked.file}") from None
    except KeyturnError as error:
        raise Failed(type(error), error.sentence, error.hint) from None
    return SeenCertificate(found.sha1, found.expires_at)
