"""States of what a profile signs in with, and a person who types it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.emulator.certified import certified
from support.emulator.client import EntraClient

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from support.machine.terminal import Terminal
    from support.scenes.scene import Scene


PASSPHRASE = "planted passphrase"


def type_secret(scene: Scene, terminal: Terminal) -> None:
    terminal.wait_for("client secret of ci: ")
    terminal.wait_for_silence()
    terminal.type(f"{scene.emulator.ready.clients['service']['secret']}\n")


def without_secret(scene: Scene) -> CompletedProcess[str]:
    scene.machine.run("keyturn", "logout", "ci")
    return scene.machine.run("keyturn", "token", "ci")


def empty_input(scene: Scene) -> CompletedProcess[str]:
    scene.machine.run("keyturn", "logout", "ci")
    return scene.machine.run("keyturn", "secret", "set", "ci", "-")


def secret_in_a_variable(scene: Scene) -> CompletedProcess[str]:
    line = 'flow = "client-secret"\nclient_secret_env = "PLANTED"'
    scene.machine.configure(scene.config.replace('flow = "client-secret"', line))
    done = scene.machine.run("keyturn", "token", "ci")
    scene.machine.environment["PLANTED"] = scene.emulator.ready.clients["service"]["secret"]
    return done


def secret_file(scene: Scene, content: str, mode: int) -> CompletedProcess[str]:
    path = scene.machine.home / "a secret"
    path.write_text(content, encoding="ascii")
    path.chmod(mode)
    line = f'flow = "client-secret"\nclient_secret_file = "{path}"'
    scene.machine.configure(scene.config.replace('flow = "client-secret"', line))
    return scene.machine.run("keyturn", "token", "ci")


def secret_elsewhere(scene: Scene) -> CompletedProcess[str]:
    line = 'flow = "client-secret"\nclient_secret_file = "/nowhere/s"'
    scene.machine.configure(scene.config.replace('flow = "client-secret"', line))
    return scene.machine.run("keyturn", "secret", "set", "ci", input="x")


def readable_secret(scene: Scene) -> CompletedProcess[str]:
    return secret_file(scene, scene.emulator.ready.clients["service"]["secret"], 0o644)


def secret_that_is_a_directory(scene: Scene) -> CompletedProcess[str]:
    path = scene.machine.home / "b"
    path.mkdir()
    line = f'flow = "client-secret"\nclient_secret_file = "{path}"'
    scene.machine.configure(scene.config.replace('flow = "client-secret"', line))
    return scene.machine.run("keyturn", "token", "ci")


def protected_certificate_beside_a_token(scene: Scene) -> CompletedProcess[str]:
    app, file = certified("app"), scene.machine.home / "app.pfx"
    file.touch(0o600)
    file.write_bytes(app.pfx(PASSPHRASE))
    scene.emulator.control.register_certificate(app.pem)
    flow = f'flow = "refresh-token"\ncertificate = "{file}"'
    scene.machine.configure(scene.config.replace('flow = "client-secret"', flow))
    with EntraClient(scene.emulator) as entra:
        scene.machine.run("keyturn", "secret", "set", "ci", input=entra.token_of_service(scene.emulator))
    return scene.machine.run("keyturn", "token", "ci")


def type_passphrase(scene: Scene, terminal: Terminal) -> None:
    terminal.wait_for("keyturn: passphrase of ci: ")
    terminal.wait_for_silence()
    terminal.type(f"{PASSPHRASE}\n")
