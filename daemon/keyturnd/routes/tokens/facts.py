"""What is told of a token beside itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.configuration.profiles.profile import AwxProfile
from keyturnd.broker.policy import CHECK

if TYPE_CHECKING:
    from keyturnd.fetching.wants import Want
    from keyturnd.services import Services
    from keyturnd.vault.tokens import Token


def facts(services: Services, want: Want, token: Token, controller: str = "") -> dict[str, object]:
    """The answer of /v1/token: with the token, unless nobody is to be given it.

    controller: of an AWX behind a gateway, the path of its interface.
    """
    found: dict[str, object] = {
        "expires_at": int(token.expires_at),
        "account": token.account,
        "scopes": want.scopes,
        "profile": want.profile.name,
        "provider": want.profile.provider,
    }
    if want.protocol == CHECK:
        return found
    found |= {"access_token": token.access_token, "token_type": "Bearer"}
    if isinstance(want.profile, AwxProfile):
        ca_file = want.profile.ca_file or services.configuration.current().network.ca_file
        place = {"url": want.profile.url, "controller": controller, "galaxy": want.profile.galaxy}
        found |= {**place, "ca_file": ca_file}
    return found
