"""The status in words: the first line counts what the others say, and every cure stands there whole."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, Any

import pytest

from keyturn.console.look import Look
from keyturn.console.moments import DAY
from keyturn.verbs.status.lines import WELL, lines

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_900_000_000.0
MINUTE = 60


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)


APP = {"signed_in": False, "secret": False, "secret_name": "client secret"}
"""Of an application that proves itself, and a person who signs in to it."""


def token(**changed: Any) -> dict[str, Any]:
    whole = {
        "audience": "AKS", "scopes": ["x/.default"], "registry": None, "account": "alice",
        "issued_at": NOW - 30 * MINUTE, "expires_at": NOW + 30 * MINUTE, "renew_at": NOW + 10 * MINUTE,
        "used_at": NOW - 3 * MINUTE, "used_by": "kube",
    }  # fmt: skip
    return whole | changed


def profile(**changed: Any) -> dict[str, Any]:
    whole = {
        "name": "work", "provider": "entra", "flow": "browser", "signed_in": True, "secret": None, "tokens": [],
        "waiting_for_sign_in": 0,
    }  # fmt: skip
    return whole | changed


def told(*profiles: dict[str, Any], width: int | None = None, **changed: Any) -> str:
    status = {
        "running": True, "version": "1", "pid": 7, "uptime": 65.0, "memory_kib": {"peak": 2048}, "state": "/s",
        "configuration": {"path": "/c", "error": None}, "key": "keyring", "warnings": [], "profiles": profiles,
    }  # fmt: skip
    look = Look(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    look.width = width
    return "\n".join(lines(status | changed, look, lambda: None))


def test_all_is_well() -> None:
    text = told(profile(tokens=[token()]))
    assert text.startswith(f"✓ {WELL}\n\ndaemon         version 1, running for 1 min, pid 7, 2 MiB\n")
    assert "\n✓ work         entra, browser\n  identity     signed in as alice\n" in text
    assert "AKS █████░░░░░ valid for 30 min" in text
    assert "\n  identity     signed in as bob\n" in f"{told(profile(account='bob'))}\n"
    assert "identity     signed in (as whom, the vault tells once a token is asked for)" in told(
        profile(account=None)
    )
    assert "), renewed in 10 min; kubectl 3 min ago" in text


@pytest.mark.parametrize(
    ("changed", "says", "first"),
    [
        ({"signed_in": False}, "not signed in: keyturn login work", "! 1 thing needs you"),
        ({"signed_in": None, "secret": False}, "no secret yet: keyturn secret set work", "! 1 thing needs you"),
        ({"signed_in": False, "entrusts": "refresh token"}, "no refresh token: keyturn", "! 1 thing needs you"),
        ({"signed_in": None}, "not known: the vault cannot be read", f"✓ {WELL}"),
        ({"signed_in": None, "by_itself": True}, "signs in by itself", f"✓ {WELL}"),
        ({"signed_in": None, "secret_source": "secret from the file /x"}, "secret from the file /x", f"✓ {WELL}"),
        ({"signed_in": None, "secret_optional": True}, "signs in by itself", f"✓ {WELL}"),
        (APP, "no client secret yet: keyturn secret set work", "! 1 thing needs you"),
        (APP | {"secret": True}, "not signed in: keyturn login work", "! 1 thing needs you"),
        (APP | {"secret_source": "secret from the file /x"}, "not signed in: keyturn", "! 1 thing needs you"),
        (APP | {"secret_optional": True}, "not signed in: keyturn login work", "! 1 thing needs you"),
        (APP | {"signed_in": True, "secret_optional": True}, "identity     signed in", f"✓ {WELL}"),
        (APP | {"signed_in": True, "secret": True}, "signed in, client secret in the vault", f"✓ {WELL}"),
        ({"signed_in": False, "by_secret": True, "secret": True}, "secret in the vault", f"✓ {WELL}"),
        ({"certificate": {"thumbprint": "AB", "expires_at": NOW + DAY}}, "AB: valid for 1 d", "! 1 thing needs you"),
        ({"certificate": {"thumbprint": "AB", "expires_at": NOW - 1}}, "AB: expired", "✗ 1 thing is wrong"),
        ({"certificate": {"thumbprint": "AB", "expires_at": NOW + 99 * DAY}}, "AB: valid for 99 d", f"✓ {WELL}"),
        ({"waiting_for_sign_in": 2}, "a sign-in is under way, 2 waiting for it", f"✓ {WELL}"),
        ({"tokens": [token(expires_at=NOW - 1)]}, "░░░░░░░░░░ expired", f"✓ {WELL}"),
        ({"tokens": [token(renew_at=NOW - 1)]}, ", is being renewed; kubectl", f"✓ {WELL}"),
        ({"targets": [{"tool": "git", "target": "https://a"}, {"tool": "git", "target": "https://b"}]},
         "  git          https://a\n               https://b\n", f"✓ {WELL}"),
    ],
)  # fmt: skip
def test_what_a_profile_says(changed: dict[str, Any], says: str, first: str) -> None:
    text = told(profile(**changed))
    assert says in text
    assert text.startswith(first)


def test_a_token_that_nobody_used_is_not_said_to_be_renewed() -> None:
    assert "renewed" not in told(profile(tokens=[token(used_at=None, used_by=None)]))


def test_nor_is_one_that_takes_its_caller() -> None:
    assert "valid for 30 min (until " in told(profile(tokens=[token(renew_at=None)]))
    assert "); kubectl 3 min ago" in told(profile(tokens=[token(renew_at=None)]))


def test_the_last_error_with_its_hint() -> None:
    error = {"sentence": "Entra ID said no", "hint": "keyturn secret set work", "at": NOW - 5}
    text = told(profile(last_error=error))
    assert "  last error   Entra ID said no (5 s ago)\n               hint: keyturn secret set work" in text
    assert text.startswith("✗ 1 thing is wrong\n")
    assert "\n✗ work " in text


def test_one_cure_is_told_once() -> None:
    error = {"sentence": "profile work is not signed in", "hint": "keyturn login work", "at": NOW}
    text = told(profile(signed_in=False, last_error=error))
    assert text.count("keyturn login work") == 1
    assert "last error" not in text


def test_the_first_line_counts_all_of_it() -> None:
    error = {"sentence": "no", "hint": None, "at": NOW}
    text = told(profile(last_error=error), profile(signed_in=False), profile(signed_in=False), warnings=["mind"])
    assert text.startswith("✗ 1 thing is wrong and 3 things need you\n")


def test_a_key_in_a_file_is_told_once_and_needs_nobody() -> None:
    """Where there is no keyring it stays so: a first line that always asks for something is not read any more."""
    warning = "the OS keyring cannot be used (none), so the key is in /k: no protection against someone who can read"
    text = told(profile(), warnings=[warning], key="file")
    assert text.startswith(f"✓ {WELL}\n")
    assert text.count("no protection against") == 1


def test_a_vault_that_cannot_be_opened() -> None:
    error = {"sentence": "the OS keyring is locked", "hint": "unlock it"}
    text = told(profile(), vault_error=error, key=None)
    assert text.startswith("✗ 1 thing is wrong\n")
    assert "\nvault          closed: the OS keyring is locked\n               hint: unlock it\n" in text


def test_a_daemon_from_before_an_upgrade() -> None:
    old = token()
    for name in ("audience", "issued_at", "used_at", "used_by"):
        del old[name]
    assert "x/.default " in told(profile(tokens=[old]))


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    error = {"sentence": "Entra ID " + "refused it " * 20, "hint": None, "at": NOW}
    text = told(profile(tokens=[token(), token(audience="Azure DevOps")], last_error=error), width=width)
    assert max(map(len, text.splitlines())) <= width


def test_identities_of_the_kubelogin_stand_in_come_last() -> None:
    identity = {
        "name": "kubelogin:x-y", "application_id": "111", "authority": "https://login.example/t",
        "flow": "device-code", "signed_in": True, "tokens": [token(account="bob")],
    }  # fmt: skip
    unused = identity | {"flow": None, "signed_in": False, "tokens": []}
    text = told(profile(), identities=[identity, unused])
    assert text.startswith(f"✓ {WELL}\n")
    assert "\n\n✓ kubelogin    device-code, 111 at https://login.example/t\n  identity     signed in as bob\n" in text
    assert text.endswith("\n\n✓ kubelogin    111 at https://login.example/t")


def test_a_configuration_without_a_profile_is_answered_with_what_writes_one(tmp_path: Path) -> None:
    text = told(configuration={"path": str(tmp_path), "error": None})
    assert "\n               there is no profile in it\n               hint: to write one: keyturn init\n" in text
