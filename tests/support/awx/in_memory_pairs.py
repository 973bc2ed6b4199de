"""The AWX of in_memory.py with an application: pairs from the token endpoint, which begin without a description.

The rules are those of reference/awx.md section 3: a refresh ends the pair before at once, and has another id.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from msgspec.structs import replace

from keyturnd.acquire.awx.api import Reply
from support.awx.in_memory import IDENTITY, NOW, InMemoryAwx, Row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturnd.acquire.awx.credentials import Client
    from keyturnd.messages.identities import AwxIdentity

APPLICATION = 7
PAIRED = replace(IDENTITY, flow="password-grant", application=APPLICATION, client_id="planted-client")
CODE = "planted-code"
GRANTS = {"password": "password", "authorization_code": "code", "refresh_token": "refresh_token"}
REFUSED = (400, {"error": "invalid_grant"})


class InMemoryPairs(InMemoryAwx):
    """All rows are of one application. `codes`: those not yet spent.

    others: tokens of bob's, which a superuser sees and may delete, and which are in use all the time.
    """

    def __init__(self, identity: AwxIdentity = PAIRED) -> None:
        super().__init__(identity)
        self.codes = {CODE}
        self.others: dict[int, Row] = {}
        self.used: list[int] = []
        """The ids of the tokens that were used, last one last."""

    def submit(self, _url: str, form: Mapping[str, str], _client: Client) -> Reply:
        """One form of the class Api, to the token endpoint."""
        self.requests.append(("POST", form["grant_type"]))
        self.before("POST")
        status, document = self.carry_out(form)
        self.after("POST")
        return Reply(status, document, NOW)

    def carry_out(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """What a grant does, whenever the server comes to it."""
        given = form[GRANTS[form["grant_type"]]]
        match form["grant_type"]:
            case "password" if given == self.password:
                return self._issue(form["scope"])
            case "authorization_code" if given in self.codes:
                self.codes.remove(given)
                return self._issue(self.identity.scope)
            case "refresh_token":
                return self._refreshed(given)
        return REFUSED

    def _refreshed(self, refresh_token: str) -> tuple[int, dict[str, Any]]:
        spent = next((key for key, row in self.rows.items() if f"r{row.token}" == refresh_token), None)
        if spent is None:
            return REFUSED
        return self._issue(self.rows.pop(spent).scope)

    def _issue(self, scope: str) -> tuple[int, dict[str, Any]]:
        self.issued += 1
        token = f"planted{self.issued:023}"
        self.rows[self.issued] = Row(token, scope, "", time.time())
        return 200, {"access_token": token, "refresh_token": f"r{token}", "scope": scope, "expires_in": 31536000}

    def _answer(self, method: str, rest: str, credential: Any, body: Any) -> tuple[int, dict[str, Any] | None]:
        used = next((key for key, row in self.rows.items() if credential.header.endswith(row.token)), None)
        if used is not None:
            self.used = [*(key for key in self.used if key != used), used]
        return super()._answer(method, rest, credential, body)

    def _list(self, query: str) -> tuple[int, dict[str, Any]]:
        asked = parse_qs(query[1:])
        if "description" in asked:
            return super()._list(query)
        assert asked["application"] == [str(APPLICATION)]
        others = () if asked.get("user__username") == [self.owner] else tuple(self.others)
        lived = [*(key for key in self.used if key in self.rows), *others]
        ids = lived[::-1] if asked["order_by"] == ["-last_used"] else sorted((*self.rows, *others), reverse=True)
        found = [self._shown(key) for key in ids[: int(asked["page_size"][0])]]
        return 200, {"count": len(ids), "next": None, "previous": None, "results": found}

    def _one(self, method: str, token_id: int, body: dict[str, Any]) -> tuple[int, dict[str, Any] | None]:
        if token_id not in self.others:
            return super()._one(method, token_id, body)
        if method == "PATCH":
            self.others[token_id] = self.others[token_id]._replace(**body)
        if method == "DELETE":
            del self.others[token_id]
            return 204, None
        return 200, self._shown(token_id)

    def _shown(self, token_id: int) -> dict[str, Any]:
        if token_id not in self.others:
            return super()._shown(token_id)
        own, self.rows[token_id] = self.rows, self.others[token_id]
        try:
            return super()._shown(token_id)
        finally:
            del own[token_id]
