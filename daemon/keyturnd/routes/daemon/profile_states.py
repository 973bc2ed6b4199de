"""How a profile stands: who is signed in, what is kept and held for it, and what failed last. No secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyturn.configuration.profiles.clouds import spoken
from keyturn.console.profile_texts import standing
from keyturn.errors import StateError
from keyturnd import flows
from keyturnd.vault.looking import seen
from keyturnd.vault.names import secret_name, state_name
from keyturnd.vault.vault import names_in, vault_directory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile
    from keyturn.errors import KeyturnError
    from keyturnd.broker.memory import Held
    from keyturnd.services import Services
    from keyturnd.vault.records import RecordName


async def states(services: Services, config: Config, records: list[RecordName] | None) -> list[dict[str, Any]]:
    """Of each profile; null stands for what only the vault could tell, where it cannot be read (`records` None)."""
    return [await _state(services, config, profile, records) for profile in config.profiles.values()]


async def records_kept(services: Services) -> list[RecordName]:
    """What is kept, the vault opened or not: its key may have to be asked for, and the names are in clear.

    Raises StateError.
    """
    return await seen(names_in, vault_directory(services.state_directory))


async def _state(
    services: Services, config: Config, profile: Profile, records: list[RecordName] | None
) -> dict[str, Any]:
    sign_in = services.broker.sign_ins.under_way.get(profile.name)
    known = None if records is None else [record for record in records if record.profile == profile.name]
    bound = {state_name(profile), secret_name(profile)}
    kept: set[str] | None = None if known is None else {record.kind for record in known if record in bound}
    aside = [record for record in known or () if record.kind != "access-token" and record not in bound]
    held = list(_held(services, profile))
    signed_in, account = await _signed_in(services, profile, kept)
    return {
        **standing(config, profile),
        "by_secret": flows.row(profile).by_secret,
        "signed_in": signed_in,
        "account": account,
        "secret": None if kept is None or flows.row(profile).secret is None else "secret" in kept,
        "set_aside": [
            {"kind": record.kind, "authority": record.authority, "client_id": record.client_id} for record in aside
        ],
        "certificate": await _certificate(services, profile, held),
        "waiting_for_sign_in": 0 if sign_in is None else sign_in.waiting,
        "last_error": _last_error(services, profile),
        "tokens": [token_facts(each) for each in held],
    }


def _held(services: Services, profile: Profile) -> Iterator[Held]:
    return (held for key, held in services.broker.memory.held.items() if key.profile == profile.name)


def token_facts(held: Held) -> dict[str, Any]:
    """Times are UTC epoch seconds. A token that has served nobody is not renewed, nor one that takes its caller."""
    token, registry = held.token, held.want.registry
    renewed = not flows.takes_its_caller(held.want.profile)
    return {
        "audience": spoken(held.want.scopes) if registry is None else registry.login_server,
        "scopes": held.want.scopes,
        "registry": None if registry is None else registry.login_server,
        "account": token.account,
        "issued_at": int(token.issued_at),
        "expires_at": int(token.expires_at),
        "renew_at": int(held.renew_at) if renewed else None,
        "used_at": None if held.used_at is None else int(held.used_at),
        "used_by": held.used_by or None,
    }


async def _certificate(services: Services, profile: Profile, held: list[Held]) -> dict[str, Any] | None:
    """The certificate that lies there; where it cannot be opened, the one that got the newest token, if any did."""
    seen = await services.fetcher.certificates.seen(profile)
    if seen is not None:
        return {"thumbprint": seen.thumbprint, "expires_at": int(seen.expires_at)}
    token = max((each.token for each in held), key=lambda token: token.issued_at, default=None)
    if token is None or token.certificate_expires_at is None:
        return None
    return {"thumbprint": token.certificate_thumbprint, "expires_at": int(token.certificate_expires_at)}


def _last_error(services: Services, profile: Profile) -> dict[str, Any] | None:
    """What failed last and has not been made good: by a success, a sign-in, or another configuration."""
    known = services.broker.failures.last_of(profile)
    if known is None:
        return None
    return {**told(known.error), "at": int(known.at)}


def told(error: KeyturnError) -> dict[str, Any]:
    """An error as data."""
    return {"sentence": error.sentence, "hint": None if error.hint is None else str(error.hint)}


async def _signed_in(services: Services, profile: Profile, kept: set[str] | None) -> tuple[bool | None, str | None]:
    """Whether a person's sign-in lasts, and as whom; None where none is needed, or nobody can tell yet.

    The vault is not opened for that: its key may have to be asked for.
    """
    if kept is None or flows.row(profile).state is None:
        return None, None
    if "state" not in kept or services.holdings.opened is None:
        return "state" in kept, None
    try:
        state = await services.holdings.state(profile)
    except StateError:
        return False, None  # whoever needs it is told
    lasts = state is not None and flows.renews_itself(state)
    return lasts, state.account if state is not None and lasts else None
