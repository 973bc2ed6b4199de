"""AWX: a token that keyturn creates there, gives to one command, and deletes at the end."""

from __future__ import annotations

import sys

from keyturn.verbs.demo.step import Step
from keyturn.verbs.demo.verdicts import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.verbs.demo.stage import Stage

WHO_AM_I = """\
import json, os, ssl, urllib.request
request = urllib.request.Request(
    os.environ["CONTROLLER_HOST"] + "/api/v2/me/",
    headers={"Authorization": "Bearer " + os.environ["CONTROLLER_OAUTH_TOKEN"]},
)
trust = ssl.create_default_context(cafile=os.environ["DEMO_CA"])
with urllib.request.urlopen(request, context=trust) as answer:
    print("AWX calls me", json.load(answer)["results"][0]["username"])
"""
"""A tool that takes its token from the environment, as awx, Ansible's modules and many others do."""


def password(stage: Stage) -> str:
    ready = stage.emulator.ready
    source = stage.home / "awx.password"
    source.write_text(ready.awx_users["alice"], encoding="utf-8")
    stage.run("keyturn", "secret", "set", "tower", "-", source=source)
    source.unlink()
    check(stage.profile("tower")["secret"], "the vault does not hold the password")
    return "alice's password is in the vault, for when there is no token to renew"


def call(stage: Stage) -> str:
    script = stage.home / "who-am-i.py"
    script.write_text(WHO_AM_I, encoding="utf-8")
    stage.environment["DEMO_CA"] = stage.emulator.ready.ca_file
    for _ in range(2):
        said = stage.run("keyturn", "run", "tower", "--", sys.executable, str(script)).output or ""
        check("AWX calls me alice" in said, "AWX did not take the token for alice's")
    check(_live(stage) == 1, f"{_live(stage)} tokens live on the server instead of one")
    return "one token was created, and only these two processes got it"


def logout(stage: Stage) -> str:
    stage.run("keyturn", "logout", "tower")
    check(_live(stage) == 0, "the token still lives on the server")
    return "the token is gone from the server, too"


def _live(stage: Stage) -> int:
    return len(stage.emulator.control.awx_tokens("controller"))


STEPS = (
    Step("a password for AWX", password),
    Step("a tool calls AWX, twice", call),
    Step("logging out", logout),
)
