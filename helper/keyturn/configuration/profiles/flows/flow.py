"""How somebody signs in: what every flow tells of itself, and how its part of `[profile.NAME]` is read.

A flow is a struct of the values that it alone has; what the daemon needs to know of it is a row in keyturnd.flows.
"""

from __future__ import annotations

from typing import ClassVar, TypeVar

import msgspec

from keyturn import moves
from keyturn.configuration.profiles.flows.sign_in_page import SignInPage
from keyturn.configuration.tables import either

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from keyturn.configuration.profiles.credentials.certificates import Certificate
    from keyturn.configuration.profiles.credentials.federation import Federation
    from keyturn.configuration.profiles.credentials.managed import ManagedIdentity
    from keyturn.configuration.profiles.secrets import SecretSource
    from keyturn.configuration.tables import Table


class Flow(msgspec.Struct, frozen=True, tag_field="flow"):
    """One flow of one profile; the tag is its name in config.toml."""

    keys: ClassVar[Mapping[str, str]] = {}
    """The keys of `[profile.NAME]` that it has beside the common ones, and what each of them tells: another flow
    that has none of it excludes the key."""
    exclusive: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Pairs of its keys that exclude each other."""
    needs_own_tenant: ClassVar[bool] = False
    """Whether it requires `tenant`, and one that is not shared: an application has a home (AADSTS50059)."""
    has_registration: ClassVar[bool] = True
    """Whether it requires `application_id`: an identity that Azure manages has no registration of its own."""
    for_application: ClassVar[bool] = False
    """Whether an application signs in as itself, which can ask for `/.default` alone (AADSTS1002012)."""
    needs_username: ClassVar[bool] = False
    """Whether it requires `username`: elsewhere the server tells who signed in."""
    needs_application: ClassVar[bool] = False
    """Whether it requires `application`: the id by which tokens of that application are found again."""
    secret_name: ClassVar[str | None] = None
    """What its secret is called, None where it takes none."""
    entrusts: ClassVar[str | None] = None
    """What is entrusted to the vault beside that secret, None where nothing is: what brings the tokens."""

    @property
    def name(self) -> str:
        """As config.toml writes it."""
        return name_of(type(self))

    @property
    def sign_in_page(self) -> SignInPage:
        """What it asks of the page in a person's browser, nothing where there is none."""
        return SignInPage()

    @property
    def secret_source(self) -> SecretSource | None:
        """Where its secret comes from, None where it takes none."""
        return None

    @property
    def client_secret_source(self) -> SecretSource | None:
        """Where an application's own secret is that is sent beside a person's, None where there is none."""
        return None

    @property
    def keeps_typed(self) -> bool:
        """Whether a password typed at a sign-in is entrusted to the vault."""
        return False

    @property
    def credential(self) -> Certificate | Federation | ManagedIdentity | None:
        """What the application proves itself with beside or in place of a secret."""
        return None

    @property
    def variables(self) -> tuple[str, ...]:
        """Which of its caller's variables it takes; a token is then given only to who brings the same."""
        return ()

    @classmethod
    def read(cls, table: Table) -> Self:  # noqa: ARG003 - for flows that have keys
        """The flow in `table`. Raises ConfigError."""
        return cls()


FlowT = TypeVar("FlowT", bound=Flow)


def name_of(flow: type[Flow]) -> str:
    """What config.toml calls `flow`."""
    return str(flow.__struct_config__.tag)


def keys_of(flows: tuple[type[Flow], ...]) -> tuple[str, ...]:
    """All keys that one of `flows` has beside the common ones."""
    return tuple(dict.fromkeys(key for flow in flows for key in flow.keys))


def read_flow(table: Table, flows: tuple[type[FlowT], ...]) -> FlowT:
    """The one of `flows` that `table` asks for, with its own keys. Raises ConfigError at the first mistake."""
    names = tuple(map(name_of, flows))
    name = table.choice("flow", names)
    if name is None:
        raise table.expected("flow", either(names), f'"{names[0]}"')
    chosen = flows[names.index(name)]
    _check_keys(table, chosen, flows)
    return chosen.read(table)


def _check_keys(table: Table, chosen: type[Flow], flows: tuple[type[FlowT], ...]) -> None:
    for other in flows:
        for key, what in other.keys.items():
            if key in table.values and key not in chosen.keys:
                example = moves.configuration.example(f'flow = "{name_of(other)}"')
                raise table.mistake(key, f"flow {name_of(chosen)} uses no {what}", example)
    for first, second in chosen.exclusive:
        if first in table.values and second in table.values:
            raise table.mistake(second, f"{first} is set already", moves.configuration.leave_out_one())
