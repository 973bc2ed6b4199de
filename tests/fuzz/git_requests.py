"""What git says, from any bytes on: read, looked up, kept and said again. Only malformed requests may be refused."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import atheris

with atheris.instrument_imports():
    from keyturn.configuration import config
    from keyturn.configuration.targets.git import find_git, folded, place_of
    from keyturn.protocols import git, git_answers, git_state
    from keyturn.protocols.claims_challenge import claims_of
    from keyturnd.store.credential import accepted
    from keyturnd.store.sealed import Kept, decoded, encoded, name_of
    from keyturnd.store.sealed import place_of as place_of_record

from support import places

SAID_AGAIN = ("username", "password", "authtype", "credential", "password_expiry_utc", "oauth_refresh_token")
FILE = places.VECTORS / "targets" / "covered.toml"
PROFILE = """
[profile.work]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"
"""


def targets() -> config.Config:
    """Those of the vectors."""
    head = FILE.read_text("utf-8").partition("[[request]]")[0]
    document = head.replace("[targets]", "[targets.git]") + PROFILE
    tomllib.loads(document)
    return config.parse(Path("config.toml"), document.encode())


CONFIG = targets()


def try_one(body: bytes) -> None:
    """One input. Raises for whatever must not be."""
    try:
        request = git.parse(body)
    except git.MalformedRequest:
        return
    values = [value for value in request if isinstance(value, str)]
    assert not any(character in value for value in values for character in "\n\r\0")
    check_target(request)
    assert all(len(digest) == 32 for digest in git_state.named(request.state))
    claims_of(request.wwwauth)
    check_kept(request)


def check_target(request: git.GitRequest) -> None:
    """A target is found for what lies in it alone, by host and port."""
    found, place = find_git(CONFIG.git_targets, request), place_of(request)
    if found is None or place is None:
        return
    hosts = {place.host} | ({"dev.azure.com"} if place.host.endswith(".visualstudio.com") else set())
    assert found.host in hosts
    assert found.port == place.port
    assert folded(found.place) == found.place or found.host == "dev.azure.com"


def check_kept(request: git.GitRequest) -> None:
    """What is kept comes back from its record, and is read back from the answer, as it was."""
    credential = accepted(request, 1.0)
    if credential is None:
        return
    assert decoded(credential.place, encoded([Kept(credential, None)])) == [Kept(credential, None)]
    assert place_of_record(name_of(credential.place)) == credential.place
    answer = git_answers.kept(credential, ("authtype",))
    again = git.parse(b"protocol=https\nhost=h\n" + answer)
    assert all(getattr(again, name) == getattr(credential, name) for name in SAID_AGAIN)


if __name__ == "__main__":
    atheris.Setup(sys.argv, try_one)
    atheris.Fuzz()
