"""Who issues federated tokens here, for whom, and what for.

The issuers' names are those of the real ones, which nobody asks: Entra's registration holds the key.
"""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING

from keyturn_emulator.bearer.signing import Signer
from keyturn_emulator.entra.directory.credentials import EXCHANGE_AUDIENCE, FederatedCredential

if TYPE_CHECKING:
    from keyturn_emulator.bearer.signing import Claims
    from keyturn_emulator.clock import Clock

CLUSTER = "https://oidc.emulator.example/cluster/"
CLUSTER_SUBJECT = "system:serviceaccount:default:app"
GITHUB = "https://token.actions.githubusercontent.com"
GITHUB_SUBJECT = "repo:contoso/app:ref:refs/heads/main"
PIPELINES = "https://vstoken.dev.azure.com/3b3ae425-0079-421f-9101-bcf15d6df041"
PIPELINES_SUBJECT = "sc://contoso/demo/emulator"
# Seconds. A cluster renews its files at four fifths of the hour; jobs ask when they need one.
CLUSTER_LIFE = 3600
GITHUB_LIFE = 300
PIPELINES_LIFE = 600


class Issuers:
    """One key for all of them: what tells them apart is what a token says, and Entra's registration has to look."""

    def __init__(self, clock: Clock) -> None:
        self.github_bearer = secrets.token_urlsafe(32)
        self.pipelines_bearer = secrets.token_urlsafe(32)
        self.service_connection = str(uuid.uuid4())
        self._signer = Signer()
        self._clock = clock

    def credentials(self) -> list[FederatedCredential]:
        """What the service client trusts from the start."""
        pairs = ((CLUSTER, CLUSTER_SUBJECT), (GITHUB, GITHUB_SUBJECT), (PIPELINES, PIPELINES_SUBJECT))
        return [FederatedCredential(*pair, key=self._signer.public_key) for pair in pairs]

    def cluster_token(
        self, subject: str = CLUSTER_SUBJECT, audience: str = EXCHANGE_AUDIENCE, lifetime: int = CLUSTER_LIFE
    ) -> str:
        """What stands in a pod's token file. lifetime: seconds, negative for one that has expired."""
        return self._sign({"iss": CLUSTER, "sub": subject, "aud": [audience]}, lifetime)

    def github_token(self, audience: str) -> str:
        """What a workflow gets for `audience`."""
        claims = {"iss": GITHUB, "sub": GITHUB_SUBJECT, "aud": audience, "repository": "contoso/app"}
        return self._sign(claims, GITHUB_LIFE)

    def pipelines_token(self) -> str:
        """What a pipeline gets for its service connection."""
        return self._sign({"iss": PIPELINES, "sub": PIPELINES_SUBJECT, "aud": EXCHANGE_AUDIENCE}, PIPELINES_LIFE)

    def _sign(self, claims: Claims, lifetime: int) -> str:
        now = int(self._clock.now())
        issued = now + min(lifetime, 0)
        times = {"iat": issued, "nbf": issued, "exp": now + lifetime}
        return self._signer.sign({**claims, **times, "jti": str(uuid.uuid4())})
