"""keyturnd.acquire.oskeyring where no real keyring can be had: the order of backends, KWallet, and refusals.

The Secret Service itself is tested for real in tests/integration/acquisition/test_secret_service.py.
"""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from keyturnd.acquire import oskeyring
from keyturnd.acquire.failed import Failed
from keyturnd.messages.jobs import KeyringJob

if TYPE_CHECKING:
    from collections.abc import Callable


class Ring:
    """A keyring in memory; `error` is raised instead, when there is one."""

    def __init__(self, error: Exception | None = None, *, keeps: bool = True) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self._error = error
        self._keeps = keeps

    def get_password(self, service: str, account: str) -> str | None:
        if self._error:
            raise self._error
        return self.kept.get((service, account))

    def set_password(self, service: str, account: str, value: str) -> None:
        if self._keeps:
            self.kept[service, account] = value


def perform(monkeypatch: pytest.MonkeyPatch, ring: Ring, create: str | None = None) -> Any:
    monkeypatch.setattr(oskeyring, "_secret_service", lambda: ring)
    return oskeyring.perform(KeyringJob("vault", 5.0, {}, create))


def failure(act: Callable[[], object]) -> tuple[str, str, str]:
    with pytest.raises(Failed) as caught:
        act()
    return caught.value.failure.kind, caught.value.failure.code, caught.value.failure.sentence


def test_an_empty_keyring_is_filled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Ring()
    assert perform(monkeypatch, ring).key is None
    assert perform(monkeypatch, ring, "first").key == "first"
    assert perform(monkeypatch, ring, "second").key == "first"
    assert ring.kept == {("keyturn", "vault"): "first"}


def test_a_keyring_that_does_not_keep_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vault sealed with a key that is gone is a lost login."""
    kind, _, sentence = failure(lambda: perform(monkeypatch, Ring(keeps=False), "first"))
    assert (kind, sentence) == ("state", "the OS keyring did not keep the vault key")


class KeyringLocked(Exception):
    """As keyring.errors has it."""


@pytest.mark.parametrize(
    ("error", "code"), [(KeyringLocked("x"), "keyring-locked"), (RuntimeError("planted-secret"), "keyring-failed")]
)
def test_what_a_backend_raises_is_typed(monkeypatch: pytest.MonkeyPatch, error: Exception, code: str) -> None:
    kind, found, sentence = failure(lambda: perform(monkeypatch, Ring(error)))
    assert (kind, found) == ("state", code)
    assert "planted-secret" not in sentence


def test_without_any_backend_the_file_is_advised(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_secret_service", "_kwallet", "_keychain"):
        monkeypatch.setattr(oskeyring, name, lambda: None)
    assert failure(lambda: oskeyring.perform(KeyringJob("vault", 5.0, {})))[:2] == ("state", "keyring-absent")


def test_the_users_settings_of_the_keyring_library_do_not_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.setattr(oskeyring, "_secret_service", Ring)
    wished = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", "KEYRING_PROPERTY_SCHEME": "x"}
    oskeyring.perform(KeyringJob("vault", 5.0, wished | {"DISPLAY": ":0"}))
    assert os.environ == {"DISPLAY": ":0"}


def kwallet(monkeypatch: pytest.MonkeyPatch, *, viable: bool, is_open: bool) -> Any:
    """What `_kwallet` finds on a machine with KDE; no other way to have one in a test."""
    wallet = SimpleNamespace(isOpen=lambda name: is_open and name == "kdewallet", networkWallet=lambda: "kdewallet")

    class DBusKeyring:
        bus_name, object_path = "org.kde.kwalletd5", "/modules/kwalletd5"

    DBusKeyring.viable = viable  # type: ignore[attr-defined]  # as keyring's class property
    modules = {
        "keyring.backends.kwallet": SimpleNamespace(DBusKeyring=DBusKeyring),
        "dbus": SimpleNamespace(
            SessionBus=lambda: SimpleNamespace(get_object=lambda *place: place),
            Interface=lambda place, _: wallet if place == ("org.kde.kwalletd5", "/modules/kwalletd5") else None,
        ),
    }
    monkeypatch.setattr(oskeyring, "import_module", modules.__getitem__)
    return oskeyring._kwallet()


def test_an_open_wallet_is_used_and_a_closed_one_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    assert type(kwallet(monkeypatch, viable=True, is_open=True)).__name__ == "DBusKeyring"
    assert kwallet(monkeypatch, viable=False, is_open=True) is None
    found = failure(lambda: kwallet(monkeypatch, viable=True, is_open=False))
    assert found == ("state", "keyring-locked", "the OS keyring is locked")
