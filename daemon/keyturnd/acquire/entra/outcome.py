"""From msal's answer to what the daemon keeps: the token with its true times, and whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from keyturnd.acquire.entra import answers
from keyturnd.acquire.network.answers import claims_of
from keyturnd.messages.outcomes import Result
from keyturnd.messages.states import EntraState

if TYPE_CHECKING:
    from keyturnd.acquire.entra.msal_client import Exchange


class Owner(NamedTuple):
    """Whose token it is. Empty where the answer does not say."""

    username: str = ""
    home_account_id: str = ""
    unique_id: str = ""
    tenant_id: str = ""

    def completed(self, state: EntraState | None, tenant: str) -> Owner:
        """With what `state` knows of the sign-in (a refresh may bring no ID token), and `tenant`.

        Who has no name that can be shown goes by the object id: git and `keyturn login` name somebody in any case.
        """
        known = state or EntraState("")
        home = self.home_account_id or known.home_account_id
        return self._replace(
            username=self.username or known.account or self.unique_id or home,
            home_account_id=home,
            tenant_id=self.tenant_id or tenant,
        )


def owner_of(answer: dict[str, Any]) -> Owner:
    """The signed-in user, from the ID token and `client_info`; both only name, neither is proof of anything.

    `sub` is what every OpenID provider names (OpenID Connect Core 1.0 section 2), and the only thing that some do.
    """
    claims = claims_of(answer.get("id_token", ""))
    info = answers.client_info(answer.get("client_info"))
    object_id, tenant_id = _text(claims, "oid"), _text(claims, "tid")
    home = ".".join(part for part in (_text(info, "uid"), _text(info, "utid")) if part)
    own = f"{object_id}.{tenant_id}" if object_id and tenant_id else _text(claims, "sub")
    return Owner(
        username=_text(claims, "preferred_username") or _text(claims, "upn"),
        home_account_id=home or own,
        unique_id=object_id,
        tenant_id=tenant_id,
    )


def result(exchange: Exchange, scopes: tuple[str, ...], owner: Owner, environment: str) -> Result:
    """The token of `exchange`.

    Its life counts from the moment before the request left: never longer than the provider's own count.
    """
    answer = exchange.answer
    early = answer.get("refresh_in")
    life = answer["expires_in"]
    granted = tuple(answer.get("scope", "").split()) or scopes
    return Result(
        access_token=answer["access_token"],
        expires_at=exchange.sent_at + life,
        issued_at=exchange.sent_at,
        scopes=granted,
        refresh_at=exchange.sent_at + early if early is not None and early < life else None,
        account=owner.username,
        account_id=owner.home_account_id,
        details=_details(exchange, granted, owner, environment),
    )


def state(answer: dict[str, Any], owner: Owner, old: EntraState | None) -> EntraState | None:
    """The state to seal, or None when the answer brought no refresh token other than the one there is."""
    token = answer.get("refresh_token")
    if token is None or (old is not None and token == old.refresh_token):
        return None
    return EntraState(token, owner.username, owner.home_account_id)


def _details(exchange: Exchange, scopes: tuple[str, ...], owner: Owner, environment: str) -> dict[str, Any]:
    """What New-SecMgmtAccessToken prints beside the token (reference/entra.md section 1), absent if unknown."""
    answer = exchange.answer
    longer = answer.get("ext_expires_in")
    details = {
        "id_token": answer.get("id_token"),
        "unique_id": owner.unique_id,
        "tenant_id": owner.tenant_id,
        "correlation_id": exchange.correlation_id,
        "extended_expires_at": None if longer is None else exchange.sent_at + longer,
        "refresh_token": answer.get("refresh_token"),
        "scopes": list(scopes),
    }
    account = {
        "home_account_id": owner.home_account_id,
        "environment": urlsplit(f"//{environment}").hostname or "",
        "username": owner.username,
    }
    return {name: value for name, value in details.items() if value} | {"account": account}


def _text(claims: dict[str, Any], name: str) -> str:
    """A claim that is fit to be shown, as git shows the account: printable, in one line, not endless."""
    value = claims.get(name)
    return value if isinstance(value, str) and value.isprintable() and len(value) <= 320 else ""
