"""What is kept for hosts without a target, on a real vault: git's own rules (t/lib-credential.sh there)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.protocols import git
from keyturnd.store.credential import Credential, Place
from keyturnd.store.sealed import Kept, decoded, encoded, name_of, place_of
from keyturnd.store.store import Store
from keyturnd.vault.vault import Vault
from support.daemon.manual_clock import ManualClock

if TYPE_CHECKING:
    from pathlib import Path

SAID = st.binary(max_size=20).map(lambda said: said.translate(None, b"\n\r\0").decode("utf-8", "surrogateescape"))
"""What git may say: any bytes but three, of which those that are no UTF-8 are lone surrogates here."""
TEXTS = st.none() | SAID


class Bench:
    """A store as one daemon has it; another one on the same directory is the daemon after a restart."""

    def __init__(self, directory: Path, *, durable: bool, clock: ManualClock | None = None) -> None:
        self.clock = clock or ManualClock()
        self.durable = durable
        self._directory = directory
        self.vault = Vault(directory, b"k" * 32, "test-key")
        self.store = Store(self._vault, self.clock)

    async def _vault(self) -> Vault:
        return self.vault

    def restarted(self) -> Bench:
        return Bench(self._directory, durable=self.durable, clock=self.clock)

    async def approve(self, timeout: float | None = None, host: str = "example.com", **said: Any) -> None:
        await self.store.keep(request(host, **said), durable=self.durable, timeout=timeout)

    async def reject(self, host: str = "example.com", **said: Any) -> int:
        return await self.store.erase(request(host, **said))

    async def fill(self, host: str = "example.com", **said: Any) -> str | None:
        """The password or header that git would get."""
        if self.durable:
            await self.store.read()
        found = self.store.find(request(host, **said))
        return None if found is None else found.password if found.credential is None else found.credential


def request(host: str = "example.com", *, knows_headers: bool = False, **said: Any) -> git.GitRequest:
    offered = ("authtype",) if knows_headers else ()
    return git.GitRequest("https", host, capabilities=offered)._replace(**said)


@pytest.fixture(params=[False, True], ids=["memory", "vault"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    return Bench(tmp_path / "vault", durable=request.param)


async def test_several_users_of_a_host_are_told_apart(bench: Bench) -> None:
    for user in ("user1", "user2"):
        await bench.approve(username=user, password=f"pass-{user}")
    assert await bench.fill(username="user1") == "pass-user1"
    assert await bench.fill(username="user2") == "pass-user2"
    assert await bench.fill() == "pass-user2"  # the last one that was good
    assert await bench.fill(username="other") is None
    assert await bench.reject(username="user1") == 1
    assert (await bench.fill(username="user1"), await bench.fill(username="user2")) == (None, "pass-user2")


async def test_protocol_host_and_path_have_to_match(bench: Bench) -> None:
    await bench.approve(path="foo.git", username="user", password="pass")
    assert await bench.fill() == "pass"
    assert await bench.fill(path="foo.git") == "pass"
    for other in ({"path": "bar.git"}, {"protocol": "http"}, {"host": "example.com.evil.example"}):
        assert await bench.fill(**other) is None
    await bench.approve(host="other", username="user", password="without")
    assert await bench.fill(host="other", path="foo.git") is None


async def test_the_same_user_has_one_password(bench: Bench) -> None:
    for number in (1, 2):
        await bench.approve(username="user", password=f"pass{number}", password_expiry_utc=10**10 + number)
    assert [one.password_expiry_utc for one, _ in bench.store.listing()] == [10**10 + 2]
    assert await bench.fill() == "pass2"


async def test_another_password_is_not_erased(bench: Bench) -> None:
    await bench.approve(username="user", password="new")
    assert await bench.reject(username="user", password="old") == 0
    assert await bench.fill() == "new"
    assert await bench.reject(username="user", password="new") == 1
    assert await bench.fill() is None


async def test_erasing_a_host_erases_all_its_users(bench: Bench) -> None:
    await bench.approve(username="user1", password="p")
    await bench.approve(username="user2", password="p")
    await bench.approve(host="other", username="user", password="p")
    assert await bench.reject() == 2
    assert (await bench.fill(), await bench.fill(host="other")) == (None, "p")


async def test_empty_user_name_and_password_are_a_credential(bench: Bench) -> None:
    await bench.approve(username="", password="")
    assert await bench.fill() == ""


async def test_a_header_is_for_callers_that_know_of_headers(bench: Bench) -> None:
    await bench.approve(authtype="Bearer", credential="token")
    assert await bench.fill(knows_headers=True) == "token"
    assert await bench.fill() is None
    await bench.approve(authtype="Bearer", credential="other", username="foobar")
    assert await bench.fill(knows_headers=True, username="foobar") == "other"
    assert await bench.fill(knows_headers=True, username="barbaz") is None
    assert await bench.reject(credential="token") == 1
    assert await bench.fill(knows_headers=True) == "other"


@pytest.mark.parametrize(
    "part",
    [
        {"username": "user"},
        {"password": "p"},
        {"authtype": "Bearer"},
        {"username": "user", "password": "p", "ephemeral": True},
        {"authtype": "Bearer", "credential": "t", "ephemeral": True},
    ],
)
async def test_parts_and_what_is_ephemeral_are_not_kept(bench: Bench, part: dict[str, Any]) -> None:
    await bench.approve(**part)
    assert list(bench.store.listing()) == []


async def test_what_has_expired_is_not_given(bench: Bench) -> None:
    await bench.approve(username="user", password="p", password_expiry_utc=int(bench.clock.wall()) + 60)
    bench.clock.advance(59)
    assert await bench.fill() == "p"
    bench.clock.advance(2)
    assert await bench.fill() is None


async def test_a_refresh_token_outlives_its_password(bench: Bench) -> None:
    """What git drops, the helper behind us renews with it."""
    refreshable: dict[str, Any] = {"username": "user", "password": "p", "oauth_refresh_token": "r"}
    await bench.approve(**refreshable, password_expiry_utc=int(bench.clock.wall()) + 60)
    bench.clock.advance(61)
    assert await bench.fill() == "p"
    after = bench.restarted()
    assert await after.fill() == ("p" if bench.durable else None)
    await after.approve(username="user", password="p2")
    assert [one.oauth_refresh_token for one, _ in after.store.listing()] == [None]


async def test_a_timeout_counts_from_when_it_was_accepted_and_in_suspend(bench: Bench) -> None:
    await bench.approve(60.0, username="user", password="p")
    bench.clock.advance(59)
    assert await bench.fill() == "p"
    bench.clock.advance(2)
    assert await bench.fill() is None
    await bench.approve(60.0, username="user", password="again")
    bench.clock.advance(61)
    await bench.approve(host="other", username="user", password="p")
    assert [one.place.host for one, _ in bench.store.listing()] == ["other"]  # nobody had to ask for it


async def test_hosts_whose_credentials_are_over_leave_nothing(bench: Bench) -> None:
    for number in range(3):
        await bench.approve(5.0, f"{number}.example.com", username="user", password="pass")
    bench.clock.advance(6.0)
    await bench.approve(username="user", password="pass")
    assert list(bench.store._entries) == [Place("https", "example.com")]


async def test_the_vault_survives_the_daemon_and_memory_does_not(bench: Bench) -> None:
    await bench.approve(60.0, username="user", password="p", oauth_refresh_token="r", path="a\udcff")
    await bench.approve(username="user2", password="p2")
    await bench.reject(username="user2")
    after = bench.restarted()
    assert await after.fill() == ("p" if bench.durable else None)
    bench.clock.advance(61)
    assert await after.restarted().fill() is None
    assert list(after.vault.names()) == []  # the restarted one removed what was over


async def test_nothing_of_it_stands_in_the_clear(bench: Bench, tmp_path: Path) -> None:
    await bench.approve(username="planted-user", password="planted-pass", path="planted-path")
    written = b"".join(file.read_bytes() for file in (tmp_path / "vault").iterdir())
    assert b"planted" not in written
    assert "planted" not in repr(next(bench.store.listing()))


@given(st.text(min_size=1), st.text(min_size=1), TEXTS, TEXTS, st.none() | st.integers(0, 2**62))
def test_a_record_is_read_back_as_it_was(
    protocol: str, host: str, path: str | None, password: str | None, expiry: int | None
) -> None:
    place = Place(protocol.replace(":", ""), host)
    kept = Kept(Credential(place, path=path, password=password, password_expiry_utc=expiry, stored_at=1.5), 2.5)
    assert decoded(place, encoded([kept])) == [kept]
    assert place_of(name_of(place)) == place
