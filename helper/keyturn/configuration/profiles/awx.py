"""A profile of provider awx: one account on an AWX or Ansible Automation Platform (reference/awx.md)."""

from __future__ import annotations

import re
from typing import ClassVar, Literal, cast

import msgspec

from keyturn import moves
from keyturn.configuration.hosts import UnfitName, https_url
from keyturn.configuration.profiles.flows.awx import FLOWS, AwxFlow, Password
from keyturn.configuration.profiles.flows.flow import keys_of, read_flow
from keyturn.configuration.profiles.uses import LATER, read_protocols

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.configuration.tables import Table


KEYS = (
    "provider",
    "url",
    "flow",
    "username",
    "application",
    "scope",
    "description",
    "max_age",
    "ca_file",
    "galaxy",
    "protocols",
    *keys_of(FLOWS),
)
PROTOCOLS = ("git", "token", "run")
"""What AWX's tokens can be good for; git only where somebody put a server behind AWX's sign-in."""
DEFAULT_PROTOCOLS = ("token", "run")

# AWX's own tokens live for a thousand years (reference/awx.md section 4): the age at which we replace ours is up to
# us. A week survives a holiday's Friday, and what has leaked is dead by the next.
MAX_AGE = 7 * 86400.0
LEAST_MAX_AGE = 60.0
APPLICATION_LIMIT = 1 << 31

Scope = Literal["read", "write"]

_APIS = tuple(
    tuple(path.split("/"))
    for path in ("api/controller/v2", "api/gateway/v1", "api/controller", "api/gateway", "api/v2", "api")
)
_REPOSITORY = r"[A-Za-z][A-Za-z0-9_-]{0,63}"
_EXAMPLE_GALAXY = '["published", "rh-certified"]'
_EXAMPLE_URL = '"https://awx.example"'


class AwxProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One account on one server. Holds no secret: the password is asked for, or entrusted to the vault."""

    provider: ClassVar[str] = "awx"

    name: str
    url: str
    """https://HOST[:PORT][/PATH], host in lower case, no slash at its end."""
    username: str
    """Empty where the server tells who signed in."""
    flow: AwxFlow = Password()
    application: int | None = None
    """The id of an application that the tokens are to be linked to."""
    scope: Scope = "write"
    description: str | None = None
    max_age: float = MAX_AGE
    """Seconds after which a token is replaced, however long the server would take it."""
    ca_file: str | None = None
    """An absolute path."""
    galaxy: tuple[str, ...] = ()
    """Repositories of the gateway's private hub that `keyturn run` tells ansible-galaxy of."""
    protocols: frozenset[str] = frozenset(DEFAULT_PROTOCOLS)

    @property
    def authority(self) -> str:
        """Where it signs in; its records are bound to this and to `client_id`."""
        return self.url

    @property
    def client_id(self) -> str:
        """Who signs in."""
        return self.username


def read_awx_profile(name: str, table: Table) -> AwxProfile:
    """The profile in `table`. Raises ConfigError at the first mistake."""
    table.check_keys(KEYS, LATER)
    flow = read_flow(table, FLOWS)
    return AwxProfile(
        name=name,
        flow=flow,
        url=_url(table),
        username=_username(table, required=flow.needs_username),
        application=_application(table, required=flow.needs_application),
        scope=cast("Scope", table.choice("scope", ("write", "read")) or "write"),
        description=_description(table),
        max_age=_max_age(table),
        ca_file=table.path("ca_file"),
        galaxy=_galaxy(table),
        protocols=read_protocols(table, fitting=PROTOCOLS, default=DEFAULT_PROTOCOLS),
    )


def _url(table: Table) -> str:
    written = table.text("url", "the server's URL", _EXAMPLE_URL)
    if written is None:
        raise table.expected("url", "the server's URL", _EXAMPLE_URL)
    try:
        place = https_url(written)
    except UnfitName as error:
        raise table.mistake("url", str(error), moves.configuration.example(f"url = {_EXAMPLE_URL}")) from None
    return place._replace(segments=_without_api(place.segments)).url


def _without_api(segments: tuple[str, ...]) -> tuple[str, ...]:
    """What tools and documents call the server's URL often goes on into its API, which the server itself names."""
    for api in _APIS:
        if segments[-len(api) :] == api:
            return segments[: -len(api)]
    return segments


def _username(table: Table, *, required: bool) -> str:
    found = table.text("username", "the name you sign in with", '"alice"')
    if found is None and not required:
        return ""
    if found is None:
        raise table.expected("username", "the name you sign in with", '"alice"')
    if ":" in found:  # RFC 7617: the server would take the rest for the password
        raise table.expected("username", "a name without a colon: passwords are not kept in this file", '"alice"')
    return found


def _application(table: Table, *, required: bool) -> int | None:
    found = table.whole_number("application", "the id of an application", "7")
    if (found is None and required) or (found is not None and not 0 < found < APPLICATION_LIMIT):
        raise table.expected("application", "the id of an application", "7")
    return found


def _description(table: Table) -> str | None:
    found = table.text("description", example='"keyturn on build-1"')
    if found is not None and found != found.strip():  # AWX strips it, and we would not find our own token again
        raise table.expected("description", "text without spaces around it", '"keyturn on build-1"')
    return found


def _galaxy(table: Table) -> tuple[str, ...]:
    found = table.texts("galaxy", _EXAMPLE_GALAXY)
    if any(not re.fullmatch(_REPOSITORY, name) for name in found):
        raise table.expected("galaxy", "names of the hub's repositories", _EXAMPLE_GALAXY)
    return found


def _max_age(table: Table) -> float:
    found = table.duration("max_age")
    if found is None:
        return MAX_AGE
    if found < LEAST_MAX_AGE:
        raise table.expected("max_age", "at least a minute", '"7d"')
    return found
