"""A provider, a configuration, a secret, and git told about it."""

from __future__ import annotations

from keyturn.verbs.demo.step import Step
from keyturn.verbs.demo.verdicts import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.verbs.demo.stage import Stage

DAEMON_CONFIG = """
[daemon]
key = "file"
idle_exit = "15m"
"""
"""The vault's key in a file, for the demo is not to touch your keyring; and should the demo be killed with -9, its
daemon leaves by itself."""


def emulator(stage: Stage) -> str:
    stage.start_emulator()
    ready = stage.emulator.ready
    check(stage.emulator.control.counts() == {}, "the emulator has been used by somebody else already")
    return f"it plays Entra ID at {ready.authority} and Azure Repos at {ready.git}"


def configuration(stage: Stage) -> str:
    directory = stage.home / ".config/keyturn"
    directory.mkdir(parents=True, mode=0o700)
    (directory / "config.toml").write_text(
        stage.emulator.ready.config + stage.emulator.ready.awx_config + DAEMON_CONFIG, encoding="utf-8"
    )
    stage.run("cat", ".config/keyturn/config.toml")
    listed = stage.run("keyturn", "profile", "list").output or ""
    check("ci" in listed and "me" in listed, "keyturn does not list both profiles")
    check(not stage.status()["running"], "a daemon runs already")
    return "a service principal for contoso, a person for fabrikam, and an account on two kinds of AWX"


def secret(stage: Stage) -> str:
    source = stage.home / "emulator/service.secret"
    stage.run("keyturn", "secret", "set", "ci", "-", source=source)
    profile = stage.profile("ci")
    check(profile["secret"], "the vault does not hold the secret")
    check(stage.token_requests() == 0, "a token was requested, which nobody asked for")
    sealed = [file for file in (stage.home / ".local/state/keyturn").rglob("*") if file.is_file()]
    plain = source.read_bytes().strip()
    check(not any(plain in file.read_bytes() for file in sealed), "the secret is readable in the state directory")
    return "the daemon started by itself, and sealed the secret; no file holds it in clear"


def git(stage: Stage) -> str:
    stage.run("keyturn", "setup", "git")
    look_up = ("git", "config", "--get-urlmatch", "credential.helper")
    helper = stage.run(*look_up, stage.emulator.ready.repository).output or ""
    check("git-credential-keyturn" in helper, "git does not ask keyturn")
    stage.run(*look_up, "https://dev.example", status=1)
    return "git asks keyturn for the configured server, and for no other"


STEPS = (
    Step("a provider: the emulator", emulator),
    Step("a configuration", configuration),
    Step("a secret for the vault", secret),
    Step("git learns whom to ask", git),
)
