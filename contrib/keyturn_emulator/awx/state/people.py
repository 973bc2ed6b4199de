"""Who has an account: the four of the recordings, the same on both servers."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

ORGANISATION = 1
ORGANISATION_NAME = "Default"


@dataclass(frozen=True)
class User:
    """An account. member: of the one organisation there is. external: an identity provider vouches for it."""

    id: int
    name: str
    superuser: bool = False
    member: bool = False
    external: bool = False

    def may_see(self, other: User) -> bool:
        """Whether `other` is readable: oneself, superusers, and who is in the same organisation."""
        return self.superuser or self == other or other.superuser or (self.member and other.member)


USERS = (
    User(1, "admin", superuser=True),
    User(2, "alice", member=True),
    User(3, "bob"),
    User(4, "ext", external=True),
)


class People:
    """The accounts and their passwords, which are drawn anew for each run."""

    def __init__(self) -> None:
        self._first = {user.name: new_password() for user in USERS}
        self.passwords = dict(self._first)

    def find(self, key: str) -> User | None:
        """The user of that number or name."""
        return next((user for user in USERS if key in {str(user.id), user.name}), None)

    def check(self, name: str, password: str) -> User | None:
        """The user `name` if the password is right."""
        user = next((user for user in USERS if user.name == name), None)
        expected = self.passwords[user.name] if user else ""
        right = hmac.compare_digest(expected.encode(), password.encode("utf-8", "surrogatepass"))
        return user if right else None

    def change_password(self, name: str, password: str | None) -> str:
        """The password of `name` from now on: `password`, or a new one; ValueError if there is no such user."""
        if name not in self.passwords:
            raise ValueError("there is no such user")
        self.passwords[name] = password or new_password()
        return self.passwords[name]

    def reset(self) -> None:
        """Give everybody the password they started with."""
        self.passwords = dict(self._first)


def new_password() -> str:
    """A password that arrives whole only if Basic is split at the first colon and forms are encoded."""
    return f"{secrets.token_urlsafe(12)}:+/%&="
