"""The machine that the endpoints stand on: its identities, the secrets it shares with programs, and their tokens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyturn_emulator.entra.answers import BY_CERTIFICATE
from keyturn_emulator.entra.requests.claims import ClaimsRequest
from keyturn_emulator.entra.requests.scopes import application_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn_emulator.clock import Clock
    from keyturn_emulator.entra.directory.principals import ManagedIdentity
    from keyturn_emulator.entra.service import Entra
    from keyturn_emulator.settings import Settings


@dataclass(frozen=True)
class Issued:
    """A token and what is told with it. Times are seconds since the epoch and, with `expires_in`, seconds."""

    access_token: str
    expires_in: int
    expires_on: int
    not_before: int
    resource: str

    def texts(self, *names: str) -> dict[str, str]:
        """These fields, numbers as texts: none of the endpoints uses JSON's (reference/entra.md section 2)."""
        return {name: str(getattr(self, name)) for name in names}


class Machine:
    """authority: Entra's URL, for the tokens' issuer."""

    def __init__(self, entra: Entra, clock: Clock, settings: Settings, authority: str) -> None:
        self.entra = entra
        self.settings = settings
        # X-IDENTITY-HEADER, Secret and secret of the three endpoints that have one.
        self.app_service_header = secrets.token_urlsafe(32)
        self.fabric_secret = secrets.token_urlsafe(32)
        self.machine_learning_secret = secrets.token_urlsafe(32)
        self._clock = clock
        self.authority = authority

    def identity(self, asked: Mapping[str, str], names: Mapping[str, str]) -> ManagedIdentity | None:
        """The identity that `asked` selects, the machine's own if it selects none; None if it has none such.

        names: the endpoint's spelling of `client_id`, `object_id` and `resource_id`, by these.
        """
        chosen = [(name, asked[spelt]) for name, spelt in names.items() if spelt in asked]
        known = self.entra.registry.machine, self.entra.registry.assigned
        if not chosen:
            return known[0]
        return next((one for one in known if all(one.called(*pair) for pair in chosen)), None)

    def issue(self, identity: ManagedIdentity, resource: str, *, capable: bool = False) -> Issued:
        """A token for `resource` (no scope: without /.default); EntraError if there is none to be had."""
        application = identity.application
        asked = application_scope(f"{resource}/.default", application.tenant)
        self.entra.policy.check_pace(in_own_name=True)
        self.entra.policy.admit(asked, None)
        more = {"xms_mirid": frozenset({identity.resource_id})}
        answer = self.entra.answers.for_application(
            application, asked, self.authority, proof=BY_CERTIFICATE, wanted=ClaimsRequest(capable, more)
        )
        return self.issued(answer, resource)

    def issued(self, answer: Mapping[str, object], resource: str) -> Issued:
        """What an endpoint tells of a token answer."""
        now, lifetime = int(self._clock.now()), int(str(answer["expires_in"]))
        return Issued(str(answer["access_token"]), lifetime, now + lifetime, now, resource)
