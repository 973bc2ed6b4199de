"""Which form of an answer the caller takes: JSON, or a Table or an aggregated discovery in JSON.

kubectl lists the forms it likes in order, each with the group, version and kind it wants the answer as:
`application/json;as=Table;v=v1;g=meta.k8s.io,application/json`. It sends no weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyturn_emulator.kubernetes import refusals

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from starlette.datastructures import Headers

JSON_TYPES = ("application/json", "application/*", "*/*")


@dataclass(frozen=True)
class Form:
    """A kind to transform the answer into; the plain object where all three are empty."""

    kind: str = ""
    group: str = ""
    version: str = ""

    @property
    def content_type(self) -> str:
        """As the answer names it: client-go takes an aggregated discovery only if this tells that it is one."""
        if not self.kind:
            return "application/json"
        return f"application/json;g={self.group};v={self.version};as={self.kind}"


PLAIN = Form()
TABLE = Form("Table", "meta.k8s.io", "v1")


def choose(headers: Headers, offered: Collection[Form]) -> Form:
    """The first form the caller asks for that is among `offered`. Raises Refusal."""
    accepted = ",".join(headers.getlist("accept")) or "*/*"
    for form in _forms(accepted):
        if form in offered:
            return form
    raise refusals.not_acceptable()


def _forms(accepted: str) -> Iterator[Form]:
    for item in accepted.split(","):
        media_type, *parameters = (part.strip() for part in item.split(";"))
        given = dict(parameter.partition("=")[::2] for parameter in parameters)
        if media_type in JSON_TYPES:
            yield Form(given.get("as", ""), given.get("g", ""), given.get("v", ""))
