"""The vault key in the operating system's keyring, read or created without ever prompting.

keyring's own choice of a backend is not used: a keyringrc, an environment variable or a plugin could make it a
plain-text file. Only the three backends below are trusted, each built explicitly.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from keyturn import moves
from keyturn.errors import StateError
from keyturnd.acquire.failed import Failed
from keyturnd.messages.outcomes import Failure, KeyringResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturnd.messages.jobs import KeyringJob

SERVICE = "keyturn"
USE_A_FILE, UNLOCK = moves.secrets.key_in_file(), moves.secrets.unlock_keyring()


class Backend(NamedTuple):
    """A trusted backend: its name, and how to build it. The builder returns None where it does not exist."""

    name: str
    build: Callable[[], Any]


def perform(job: KeyringJob) -> KeyringResult:
    """The key that the keyring holds for the job's account, after storing the job's own where it holds none.

    Raises Failed (state) with code keyring-absent or keyring-locked.
    """
    _enter_session(job.environment)
    name, ring = _first_present()
    try:
        key = ring.get_password(SERVICE, job.account)
        if key is None and job.create is not None:
            ring.set_password(SERVICE, job.account, job.create)
            key = ring.get_password(SERVICE, job.account)
            if key != job.create:
                raise Failed(StateError, "the OS keyring did not keep the vault key", USE_A_FILE)
    except Failed:
        raise
    except Exception as error:  # noqa: BLE001 - backends raise whatever their transport raises
        raise _of_backend(error) from None
    return KeyringResult(key, name)


def silent(seconds: float) -> Failure:
    """The failure of a keyring that did not answer within the job's deadline: a prompt nobody sees, a hung D-Bus."""
    sentence = f"the OS keyring did not answer within {seconds:.0f} seconds"
    return Failure(StateError.kind, sentence, UNLOCK, code="keyring-silent")


def _enter_session(environment: dict[str, str]) -> None:
    """The variables of the user's session, without those that would configure the keyring library itself."""
    os.environ.update(
        {name: value for name, value in environment.items() if "KEYRING" not in name.upper()},
    )


def _first_present() -> tuple[str, Any]:
    for backend in (
        Backend("Secret Service", _secret_service),
        Backend("KWallet", _kwallet),
        Backend("macOS Keychain", _keychain),
    ):
        ring = backend.build()
        if ring is not None:
            return backend.name, ring
    raise _absent("no OS keyring answers")


def _secret_service() -> Any:
    """The Secret Service, or None. Raises Failed when it is locked: keyring itself would prompt, and wait."""
    try:
        secretstorage = import_module("secretstorage")
        jeepney = import_module("jeepney")
        keyring = import_module("keyring.backends.SecretService")
    except ImportError:  # macOS
        return None
    try:
        connection = secretstorage.dbus_init()
        if not secretstorage.check_service_availability(connection):
            return None
        # Not get_default_collection: it creates a missing one, which asks for a password.
        if secretstorage.Collection(connection).is_locked():
            raise _locked()
    except secretstorage.ItemNotFoundException:
        raise _absent("the OS keyring has no default collection") from None
    except (secretstorage.SecretServiceNotAvailableException, jeepney.DBusErrorResponse, OSError):
        return None
    return keyring.Keyring()


def _kwallet() -> Any:
    """KWallet over D-Bus, or None. Raises Failed when the wallet is closed: opening it prompts."""
    backend = import_module("keyring.backends.kwallet").DBusKeyring
    if not backend.viable:  # it needs dbus-python, which few have
        return None
    dbus = import_module("dbus")
    wallet = dbus.Interface(dbus.SessionBus().get_object(backend.bus_name, backend.object_path), "org.kde.KWallet")
    if not wallet.isOpen(wallet.networkWallet()):
        raise _locked()
    return backend()


def _keychain() -> Any:
    """The macOS Keychain, or None. The system asks by itself where it must; the job's deadline bounds that."""
    backend = import_module("keyring.backends.macOS").Keyring
    return backend() if backend.viable else None


def _absent(sentence: str) -> Failed:
    return Failed(StateError, sentence, USE_A_FILE, code="keyring-absent")


def _locked() -> Failed:
    return Failed(StateError, "the OS keyring is locked", UNLOCK, code="keyring-locked")


def _of_backend(error: Exception) -> Failed:
    if type(error).__name__ in {"KeyringLocked", "LockedException", "PromptDismissedException"}:
        return _locked()
    return Failed(StateError, f"the OS keyring failed ({type(error).__name__})", USE_A_FILE, code="keyring-failed")
