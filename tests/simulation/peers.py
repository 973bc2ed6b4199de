"""The same quarter with other helpers, as their documents say they behave. Models: nothing of them runs here.

Read in reference and source: Git Credential Manager and Azure's kubelogin keep MSAL's cache, which renews a token in
its last five minutes when it is asked for one; `az acr login` leaves a registry's refresh token of three hours in
docker's file, and nothing renews it; a personal access token lives for 30 days in most organizations.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.timeline import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulation.timeline import Event

MSAL_MARGIN = 5 * MINUTE
SIGNED_OUT_BY = frozenset({"revoke account", "entra password"})


@dataclass
class Count:
    """What a quarter came to. tokens: how many were asked for; what else these programs ask is not modelled."""

    calls: int = 0
    failed: int = 0
    avoidable: int = 0
    sign_ins: int = 0
    """How often a person had to act in a browser, in a tab each time."""
    tokens: int = 0


class Conditions:
    """What is the matter at a moment."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self.now = 0.0

    def note(self, event: Event) -> None:
        """Something begins."""
        self._until[event.what] = max(self._until.get(event.what, 0.0), event.at + event.size)

    def lasts(self, *what: str) -> bool:
        """Whether any of these goes on."""
        return any(self._until.get(each, 0.0) > self.now for each in what)

    @property
    def offline(self) -> bool:
        """Whether nobody is reached."""
        return self.lasts("offline", "no network yet")


class Model(ABC):
    """One helper. `tool`: whose calls it answers. `busy`: what keeps it from getting a token."""

    tool: str
    busy: tuple[str, ...] = ("overload", "throttle", "loop")
    signed_out_by = SIGNED_OUT_BY
    refused_by: frozenset[str] = frozenset()
    """After which the server no longer takes the token there is."""

    def __init__(self) -> None:
        self.count = Count()
        self.expires = 0.0
        self.signed_in = False
        self.refused = False
        """Whether the server no longer takes the token there is."""

    def befall(self, what: str) -> None:
        """An incident."""
        self.signed_in &= what not in self.signed_out_by
        self.refused |= what in self.refused_by

    def call(self, conditions: Conditions) -> None:
        """One command."""
        self.count.calls += 1
        good = self.expires > conditions.now + MINUTE and not self.refused
        if not self.works(conditions):
            self.count.failed += 1
            self.count.avoidable += not conditions.offline and (good or not conditions.lasts(*self.busy))

    @abstractmethod
    def works(self, conditions: Conditions) -> bool:
        """Whether the command succeeds; what it leaves behind is noted."""


class Msal(Model):
    """A token of an hour, renewed when it is asked for in its last minutes."""

    def works(self, conditions: Conditions) -> bool:
        if conditions.offline:
            return False
        if self.expires - conditions.now <= MSAL_MARGIN:
            self.count.tokens += 1
            if conditions.lasts(*self.busy):
                return False
            self.count.sign_ins += not self.signed_in
            self.signed_in, self.refused, self.expires = True, False, conditions.now + HOUR
        return self.shown()

    def shown(self) -> bool:
        """Whether the server takes it."""
        return not self.refused


class GitCredentialManager(Msal):
    """GCM 2.9: "the first command fails, the repeat works" (its #1408, #1705)."""

    tool = "git"
    signed_out_by = SIGNED_OUT_BY | {"terms"}
    refused_by = frozenset({"revoke tokens", "claims", "terms"})

    def shown(self) -> bool:
        good, self.refused = not self.refused, False
        self.expires = self.expires if good else 0.0
        return good


class Kubelogin(Msal):
    """Azure's kubelogin 0.2: the cached token again, however often the cluster refuses it."""

    tool = "kubectl"
    refused_by = frozenset({"revoke tokens"})


class AzAcrLogin(Model):
    """A refresh token of three hours; when it has ended a pull fails, and somebody runs the command again."""

    tool = "docker"
    busy = (*Model.busy, "registry overload")

    def works(self, conditions: Conditions) -> bool:
        if conditions.offline:
            return False
        if self.expires > conditions.now:
            return True
        self.count.tokens += 1
        if not conditions.lasts(*self.busy):
            self.count.sign_ins += not self.signed_in
            self.signed_in, self.expires = True, conditions.now + 3 * HOUR
        return False


class PersonalToken(Model):
    """Made by hand for 30 days, and again by hand when a command has failed for want of it."""

    tool = "awx"
    LIFE = 30 * DAY
    busy = ("awx overload",)
    signed_out_by = frozenset()

    def works(self, conditions: Conditions) -> bool:
        if conditions.offline:
            return False
        if self.expires > conditions.now:
            return True
        self.count.sign_ins += 1
        self.count.tokens += 1
        self.expires = conditions.now + self.LIFE
        return False


MODELS: dict[str, type[GitCredentialManager | Kubelogin | AzAcrLogin | PersonalToken]] = {
    "Git Credential Manager": GitCredentialManager,
    "Azure kubelogin": Kubelogin,
    "az acr login": AzAcrLogin,
    "a personal access token": PersonalToken,
}


def modelled(events: Iterable[Event]) -> dict[str, tuple[str, Count]]:
    """Of each model, whose calls it answered and what it came to."""
    models, conditions = {name: model() for name, model in MODELS.items()}, Conditions()
    for event in events:
        conditions.now = event.at
        conditions.note(event)
        for model in models.values():
            if event.what != model.tool:
                model.befall(event.what)
            elif not conditions.lasts("nap"):
                for _ in range(int(event.size)):
                    model.call(conditions)
    return {name: (model.tool, model.count) for name, model in models.items()}
