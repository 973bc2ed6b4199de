"""The acquisition process killed at every step of an AWX token's creation, over TLS; then the next start.

A step is a request before the server did it, the same after it did it and before its answer leaves, a seal before it
is durable, and a seal before it is acknowledged. tests/unit holds the same for more cases, without processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from keyturn_emulator.certificates import Certificates, create
from keyturnd.messages.outcomes import Done, Result
from support.awx.in_memory import PASSWORD
from support.awx.over_tls import AwxOverTls, Vault, kill

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturnd.messages.jobs import RevokeJob, TokenJob
    from support.acquisition.scripted_provider import Seen

    Job = Callable[[AwxOverTls, Vault], TokenJob | RevokeJob]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return create(tmp_path_factory.mktemp("certificates"))


class Killer:
    """Kills the process at its nth step."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.pid = 0

    @property
    def struck(self) -> bool:
        return self.left <= 0

    def begin(self, pid: int) -> None:
        self.pid = pid

    def seal(self, _pid: int) -> None:
        self._step()

    def discovery(self, seen: Seen) -> bool:
        if seen.target == "/api/":
            self._step()
        return True

    def request(self, _method: str) -> None:
        if self._step():
            raise ConnectionAbortedError

    def _step(self) -> bool:
        self.left -= 1
        if self.left == 0:
            kill(self.pid)
        return self.left == 0


def killed(server: AwxOverTls, vault: Vault, job: TokenJob | RevokeJob, at: int) -> bool:
    """Run `job` until its step `at`; False when it ended before."""
    killer = Killer(at)
    server.instead = killer.discovery
    server.awx.before = server.awx.after = killer.request
    vault.step = killer.seal
    outcome = vault.run(job, killer.begin)
    server.instead = lambda _: True
    server.awx.before = server.awx.after = lambda _: None
    vault.step = lambda _: None
    assert (outcome is None) is killer.struck, outcome
    return killer.struck


def ask(server: AwxOverTls, vault: Vault, **members: object) -> Result:
    result = vault.run(server.token_job(vault.state, **members))
    assert isinstance(result, Result), result
    return result


def check_one_live(server: AwxOverTls, vault: Vault, result: Result) -> None:
    assert [row.token for row in server.awx.rows.values()] == [result.access_token]
    assert vault.state is not None
    assert (vault.state.token, vault.state.intent, vault.state.superseded) == (result.access_token, "", ())


def aged(vault: Vault) -> None:
    assert vault.state is not None
    vault.state = replace(
        vault.state, created_at=vault.state.created_at - 450_000, expires_at=vault.state.expires_at - 450_000
    )


@pytest.mark.parametrize("at", range(1, 15))
def test_a_first_token(certificates: Certificates, at: int) -> None:
    """An interactive sign-in; the next start is one, too, unless the token was sealed already."""
    with AwxOverTls(certificates) as server:
        vault = Vault()
        struck = killed(server, vault, server.token_job(interactive=True), at)
        assert struck is (at <= 11)
        kept = vault.state is not None and bool(vault.state.token)
        check_one_live(server, vault, ask(server, vault, interactive=not kept))


@pytest.mark.parametrize("at", range(1, 17))
def test_a_renewal(certificates: Certificates, at: int) -> None:
    with AwxOverTls(certificates) as server:
        vault = Vault()
        first = ask(server, vault, secret=PASSWORD)
        aged(vault)
        struck = killed(server, vault, server.token_job(vault.state), at)
        assert struck is (at <= 13)
        last = ask(server, vault)
        check_one_live(server, vault, last)
        assert last.access_token != first.access_token


@pytest.mark.parametrize("at", [2, 4, 6, 7, 8])
def test_a_revocation(certificates: Certificates, at: int) -> None:
    with AwxOverTls(certificates) as server:
        vault = Vault()
        ask(server, vault, secret=PASSWORD)
        assert vault.state is not None
        struck = killed(server, vault, server.revoke_job(vault.state), at)
        assert struck is (at <= 7)
        assert vault.run(server.revoke_job(vault.state)) == Done()
        assert server.awx.rows == {}
