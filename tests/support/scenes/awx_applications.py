"""Profiles with an application's tokens on the emulator's AWX servers, and people who sign in to one by browser."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from support.awx.client import AwxClient

if TYPE_CHECKING:
    from support.machine.terminal import Terminal
    from support.scenes.awx import AwxScene

GRANT = """
[profile.app]
provider = "awx"
flow = "password-grant"
url = "{url}"
ca_file = "{ca_file}"
username = "alice"
application = {id}
client_id = "{client_id}"
"""

BROWSER = """
[profile.sso]
provider = "awx"
flow = "browser"
url = "{url}"
ca_file = "{ca_file}"
application = {id}
client_id = "{client_id}"
"""


class Sso:
    """Somebody who signs in with a browser alone, to an application with a redirect URI."""

    def __init__(self, awx: AwxScene, dialect: str, redirect_uri: str = "http://127.0.0.1", **more: object) -> None:
        self.machine, self.control = awx.machine, awx.emulator.control
        fields = {"name": "sso", "organization": 1, "client_type": "public", "redirect_uris": redirect_uri}
        with AwxClient(awx.emulator, dialect) as client:
            form = {**fields, "authorization_grant_type": "authorization-code"}
            made = client.ask("POST", "{api}/applications/", "admin", json=form).json()
            url = str(client.http.base_url).rstrip("/")
        text = BROWSER.format(**{**made, "url": url, "ca_file": awx.emulator.ready.ca_file})
        self.profile = text + "".join(f'{name} = "{value}"\n' for name, value in more.items())
        self.machine.configure(self.profile)
        self._ca_file = awx.emulator.ready.ca_file

    def login(self, user: str, *words: str) -> tuple[int, str]:
        """Exit status and all that the terminal showed."""
        with self.terminal(user, *words) as terminal:
            return terminal.end(), terminal.seen

    def terminal(self, user: str, *words: str) -> Terminal:
        """`keyturn login` with a browser in which `user` signs in."""
        password = self.control.awx_change_password(user, "without-a-colon")
        answers = f"--answer username={user} --answer password={password}"
        browser = f"{sys.executable} -m keyturn_emulator.browser --ca-file {self._ca_file} {answers}"
        return self.machine.terminal("keyturn", "login", "sso", *words, piped=False, BROWSER=browser)
