"""git-credential-oauth: it keeps nothing, so who asks it waits for a refresh at the token endpoint, or for a browser.

At AWX's, because Entra ID's takes no refresh without a scope (golang/oauth2#540), and this program sends none. Its
application has a secret: without one it tries the empty secret first, and takes two requests.
"""

from __future__ import annotations

import contextlib
import subprocess
from typing import TYPE_CHECKING

from benchmarks.peers.absence import Absent, installed
from benchmarks.timing import Command
from support.awx.client import AwxClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.stage import Stage
    from benchmarks.timing import Contestant

NAME = "git-credential-oauth get, a refresh"
APPLICATION = {
    "name": "git-credential-oauth", "organization": 1, "client_type": "confidential",
    "authorization_grant_type": "password",
}  # fmt: skip


@contextlib.contextmanager
def ready(stage: Stage) -> Iterator[Contestant]:
    """Each time with a refresh token of its own, as AWX takes each only once. Raises Absent."""
    program = _program()
    with AwxClient(stage.emulator, "controller") as client:
        client.application = client.ask("POST", "{api}/applications/", "admin", json=APPLICATION).json()
        variables = {"SSL_CERT_FILE": stage.emulator.ready.ca_file, "GIT_CONFIG_GLOBAL": _configured(stage, client)}

        def refreshing() -> Command:
            granted = client.grant(client_secret=client.application["client_secret"]).json()
            given = b"%boauth_refresh_token=%b\n\n" % (stage.git_request()[:-1], granted["refresh_token"].encode())
            # -device: should the refresh fail, it ends at once, as it was not told where a device signs in.
            return Command([program, "-device", "get"], stage.environment | variables, given)

        assert b"password=" in refreshing().run()
        yield lambda: refreshing().timed()


def _program() -> str:
    """Raises Absent, too, for one from before 0.7, which opens a browser whatever it is given."""
    found = installed("git-credential-oauth", "contrib/peers.sh or Debian 13", go=True)
    shown = subprocess.run([found, "version"], capture_output=True, text=True, check=False).stdout
    if not shown:
        raise Absent(f"{found} is too old to refresh a token (Debian 13 has a newer one)")
    return found


def _configured(stage: Stage, client: AwxClient) -> str:
    """The path of a configuration of git's that leads the program to AWX, whatever host it is asked for."""
    file = stage.home / "git-credential-oauth"
    endpoint = f"{stage.emulator.ready.controller}{client.oauth}"
    settings = {
        "ClientId": client.application["client_id"], "ClientSecret": client.application["client_secret"],
        "AuthURL": f"{endpoint}/authorize/", "TokenURL": f"{endpoint}/token/",
    }  # fmt: skip
    for name, value in settings.items():
        stage.git("config", "--file", str(file), f"credential.oauth{name}", value)
    return str(file)
