"""Who issues, and whether an answer says so too (RFC 9207)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

TENANT = "{tenantid}"
"""What Entra's configuration of a shared tenant has in place of the id (organizations, common)."""
_ID = "[0-9a-fA-F-]{36}"


class Issuer(NamedTuple):
    """identifier: as the configuration has it, empty where it has none. always: its answers all name it."""

    identifier: str = ""
    always: bool = False

    def is_named_by(self, iss: str | None) -> bool:
        """Whether an answer with this `iss`, or without any, is one of this issuer."""
        if iss is None:
            return not self.always
        pattern = re.escape(self.identifier).replace(re.escape(TENANT), _ID)
        return bool(self.identifier) and re.fullmatch(pattern, iss) is not None


def issuer_of(configuration: Mapping[str, Any]) -> Issuer:
    """The issuer in an OpenID configuration."""
    found = configuration.get("issuer")
    always = configuration.get("authorization_response_iss_parameter_supported") is True
    return Issuer(found if isinstance(found, str) else "", always)
