"""The identities of the kubelogin stand-in, which stand in no configuration: what is kept and held for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyturn.configuration.kubelogin import PREFIX
from keyturnd.routes.daemon.profile_states import token_facts

if TYPE_CHECKING:
    from keyturnd.broker.memory import Held
    from keyturnd.services import Services
    from keyturnd.vault.records import RecordName


def identities(services: Services, records: list[RecordName] | None) -> list[dict[str, Any]]:
    """Of each; nothing of those that are in a vault that cannot be read (`records` None)."""
    held = [each for key, each in services.broker.memory.held.items() if key.profile.startswith(PREFIX)]
    kept = [record for record in records or () if record.profile.startswith(PREFIX)]
    known = {each.key.profile: each.key for each in held} | {record.profile: record for record in kept}
    signed_in = {record.profile for record in kept if record.kind == "state"}
    return [
        _identity(record, [each for each in held if each.key.profile == name], signed_in=name in signed_in)
        for name, record in sorted(known.items())
    ]


def _identity(record: RecordName, held: list[Held], *, signed_in: bool) -> dict[str, Any]:
    return {
        "name": record.profile,
        "application_id": record.client_id,
        "authority": record.authority,
        "flow": next((each.want.profile.flow.name for each in held), None),
        "signed_in": signed_in,
        "tokens": [token_facts(each) for each in held],
    }
