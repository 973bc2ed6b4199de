"""Real git over real TLS: in with a good token, out with every other."""

from __future__ import annotations

import base64
import concurrent.futures
import gzip
import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from keyturn_emulator.bearer.signing import Signer, encode
from support.emulator.client import AZURE_DEVOPS, USER_SCOPE, EntraClient, claims_of
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from keyturn_emulator.launch import Emulator

HELPER = '!f() { test "$1" = get && cat "$HOME/credential"; }; f'


class Git:
    """git in a clean environment that answers every question for credentials with one token."""

    def __init__(self, home: Path, ca_file: str, token: str) -> None:
        self.program = need("git")
        self.home = home
        self.ca_file = ca_file
        self.offer(token)

    def offer(self, token: str) -> None:
        """Answer with `token` from now on; in a file, as argv and environment are for everyone to see."""
        (self.home / "credential").write_text(f"username=anybody\npassword={token}\n")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_SSL_CAINFO": self.ca_file,
        }
        settings = ("-c", f"credential.helper={HELPER}", "-c", "user.name=T", "-c", "user.email=t@example.org")
        command = [self.program, *settings, *arguments]
        return subprocess.run(command, cwd=self.home, env=environment, capture_output=True, text=True, check=False)

    def succeed(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def commit(self, work: str, name: str, content: bytes) -> None:
        (self.home / work / name).write_bytes(content)
        self.succeed("-C", work, "add", name)
        self.succeed("-C", work, "commit", "--quiet", "--message", name)


@pytest.fixture
def git(emulator: Emulator, entra: EntraClient, tmp_path: Path) -> Git:
    return Git(tmp_path, emulator.ready.ca_file, entra.service_token())


def refs(http: httpx.Client, emulator: Emulator, authorization: str | None) -> httpx.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    return http.get(f"{emulator.ready.repository}/info/refs?service=git-upload-pack", headers=headers)


def test_clone_push_and_clone_again(emulator: Emulator, git: Git) -> None:
    url = emulator.ready.repository
    git.succeed("clone", url, "one")
    git.commit("one", "hello", b"hello\n")
    git.succeed("-C", "one", "push", "origin", "HEAD:main")
    git.succeed("clone", url, "two")
    assert (git.home / "two" / "hello").read_bytes() == b"hello\n"
    counts = emulator.control.counts()
    assert counts["git.receive-pack"] == 1
    assert counts["git.anonymous"] >= 3
    assert "git.refused" not in counts


def test_a_push_of_three_mebibytes(emulator: Emulator, git: Git) -> None:
    """Over http.postBuffer: git asks with a probe first, then sends chunks of no announced length."""
    content = os.urandom(3 << 20)
    git.succeed("clone", emulator.ready.repository, "one")
    git.commit("one", "big", content)
    git.succeed("-C", "one", "push", "origin", "HEAD:main")
    git.succeed("clone", emulator.ready.repository, "two")
    assert (git.home / "two" / "big").read_bytes() == content
    assert emulator.control.count("git.receive-pack") == 2


def test_a_fetch_that_git_compresses(emulator: Emulator, git: Git) -> None:
    """With many `have` lines git gzips its request."""
    git.succeed("clone", emulator.ready.repository, "one")
    for number in range(40):
        git.succeed("-C", "one", "commit", "--quiet", "--allow-empty", "--message", str(number))
    git.succeed("-C", "one", "push", "origin", "HEAD:main")
    git.succeed("clone", emulator.ready.repository, "two")
    git.succeed("-C", "one", "commit", "--allow-empty", "--message", "more")
    git.succeed("-C", "one", "push", "origin", "HEAD:main")
    for number in range(40):
        git.succeed("-C", "two", "commit", "--quiet", "--allow-empty", "--message", f"own {number}")
    git.succeed("-C", "two", "fetch", "origin")
    assert git.succeed("-C", "two", "log", "-1", "--format=%s", "origin/main") == "more\n"


def test_compressed_and_chunked_by_hand(emulator: Emulator, entra: EntraClient) -> None:
    body = gzip.compress(b"0014command=ls-refs\n0000")
    headers = {
        "Authorization": f"Bearer {entra.service_token()}",
        "Content-Type": "application/x-git-upload-pack-request",
        "Content-Encoding": "gzip",
        "Git-Protocol": "version=2",
    }
    url = f"{emulator.ready.repository}/git-upload-pack"
    for content in (body, iter([body[:9], body[9:]])):
        answer = entra.http.post(url, content=content, headers=headers)
        assert (answer.status_code, answer.content) == (200, b"0000")


def test_a_person_may_in_too(emulator: Emulator, entra: EntraClient, git: Git) -> None:
    git.offer(entra.sign_in(emulator)["access_token"])
    git.succeed("ls-remote", f"{emulator.ready.git}/fabrikam/demo/_git/app")


def test_the_challenge(emulator: Emulator, entra: EntraClient) -> None:
    ready = emulator.ready
    door = f"{ready.git}/contoso"
    organisation = entra.http.head(door, headers={"X-TFS-FedAuthRedirect": "Suppress"})
    as_a_person = entra.http.head(door)
    assert (as_a_person.status_code, "www-authenticate" in as_a_person.headers) == (302, False)
    for answer in (
        refs(entra.http, emulator, None),
        organisation,
        entra.http.get(f"{ready.git}/contoso/no/_git/such"),
    ):
        assert answer.status_code == 401
        assert answer.headers.get_list("www-authenticate") == [
            f"Bearer authorization_uri={ready.authority}/{ready.tenant}",
            f'Basic realm="{ready.git}/"',
            "TFS-Federated",
        ]
        assert answer.headers["x-vss-resourcetenant"] == ready.tenant
    assert entra.http.head(f"{ready.git}/northwind").status_code == 404


def test_tokens_that_are_refused(emulator: Emulator, entra: EntraClient, git: Git) -> None:
    good = entra.service_token()
    header, claims, signature = good.split(".")
    none = encode(json.dumps({"typ": "JWT", "alg": "none"}).encode())
    foreign = Signer()
    foreign.key_id = json.loads(base64.urlsafe_b64decode(header + "==="))["kid"]
    signed_in = entra.sign_in(emulator, f"{USER_SCOPE}")
    for token, reason in (
        ("nonsense", "malformed"),
        (f"{none}.{claims}.", "malformed"),
        (f"{none}.{claims}.{signature}", "algorithm"),
        (foreign.sign(claims_of(good)), "signature"),
        (entra.service_token("https://graph.microsoft.com/.default"), "audience"),
        (signed_in["id_token"], "unknown"),
        (signed_in["refresh_token"], "malformed"),
    ):
        git.offer(token)
        assert "Authentication failed" in git.run("ls-remote", emulator.ready.repository).stderr
        assert emulator.control.counts()[f"git.refused.{reason}"] >= 1, reason
    git.offer(good)
    git.succeed("ls-remote", emulator.ready.repository)


def test_expired_and_revoked(emulator: Emulator, entra: EntraClient, git: Git) -> None:
    git.succeed("ls-remote", emulator.ready.repository)
    emulator.control.advance(3601)
    assert "Authentication failed" in git.run("ls-remote", emulator.ready.repository).stderr
    one, other = entra.service_token(), entra.service_token()
    emulator.control.revoke(one)
    git.offer(one)
    assert "Authentication failed" in git.run("ls-remote", emulator.ready.repository).stderr
    git.offer(other)
    git.succeed("ls-remote", emulator.ready.repository)
    assert emulator.control.revoke_all() == 2
    assert "Authentication failed" in git.run("ls-remote", emulator.ready.repository).stderr
    counts = emulator.control.counts()
    assert (counts["git.refused.expired"], counts["git.refused.revoked"]) == (1, 2)


def test_a_token_that_dies_on_the_way(emulator: Emulator, entra: EntraClient, git: Git) -> None:
    """Refused when the pack is already on its way: git must get to read the 401, not a broken connection."""
    token = entra.service_token()
    git.offer(token)
    git.succeed("clone", emulator.ready.repository, "one")
    git.commit("one", "large", os.urandom(900_000))
    emulator.control.fault("git.receive-pack", "hold")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pushing = pool.submit(git.run, "-C", "one", "push", "origin", "HEAD:main")
        emulator.control.wait("fault.hold")
        emulator.control.revoke(token)
        emulator.control.release()
        assert "HTTP 401" in pushing.result().stderr
    git.offer(entra.service_token())
    git.succeed("-C", "one", "push", "origin", "HEAD:main")


def test_by_bearer_and_by_basic(emulator: Emulator, entra: EntraClient) -> None:
    token = entra.service_token()
    basic = base64.b64encode(f"x:{token}".encode()).decode()
    for authorization in (f"Bearer {token}", f"Basic {basic}"):
        answer = refs(entra.http, emulator, authorization)
        assert answer.headers["content-type"] == "application/x-git-upload-pack-advertisement"
    assert claims_of(token)["aud"] == AZURE_DEVOPS


def test_nothing_but_the_smart_protocol(emulator: Emulator, entra: EntraClient) -> None:
    headers = {"Authorization": f"Bearer {entra.service_token()}"}

    def status(path: str, method: str = "GET") -> int:
        return entra.http.request(method, f"{emulator.ready.git}{path}", headers=headers).status_code

    app = "/contoso/demo/_git/app"
    assert status(f"{app}/info/refs?service=git-upload-pack") == 200
    for path in ("/HEAD", "/config", "/info/refs", "/info/refs?service=git-shell", "/objects/info/packs"):
        assert status(app + path) == 403
    assert status(f"{app}/info/refs?service=git-upload-pack", "POST") == 403
    for path in (
        "/contoso/demo/_git/none/info/refs?service=git-upload-pack",
        "/northwind/demo/_git/app/info/refs?service=git-upload-pack",
        "/contoso/%2e%2e/_git/app/info/refs?service=git-upload-pack",
        "/contoso/demo/_git/..%2f..%2fdemo%2fapp/info/refs?service=git-upload-pack",
    ):
        assert status(path) == 404


def test_repositories_on_request(emulator: Emulator, git: Git) -> None:
    url = emulator.control.create_repository("contoso/demo/_git/fresh")
    git.succeed("ls-remote", url)
    emulator.control.reset()
    assert emulator.control.count("git") == 0
