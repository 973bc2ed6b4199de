"""What git, kubectl, docker and a tool for AWX do with a helper's answer, and whether their servers let them in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from keyturn_emulator.bearer.signing import ClaimsChallenged, TokenRefused
from keyturn_emulator.entra.directory.resources import AKS_SERVER, AZURE_DEVOPS, RESOURCES
from keyturn_emulator.git.access import Doorkeeper
from support.scenes.cluster import exec_info

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container

    from keyturnd.server.http import Response
    from simulation.machine import Machine

    Tool = Callable[[Machine], Awaitable["Outcome"]]
    Gate = Callable[[Machine, str], None]


AZURE = next(resource for resource in RESOURCES if resource.name == "arm")


class Outcome(NamedTuple):
    """How a command ended: `told` is why it failed, by the helper's word, or the server's where it gave a token.

    foreseen: False where the server wants claims of which nobody had been told.
    """

    served: bool
    told: str = ""
    refused: bool = False
    foreseen: bool = True


async def git(machine: Machine, organization: str = "fabrikam") -> Outcome:
    """One command of a git that asks once more for what was refused (2.46 and later)."""
    url, process = urlsplit(machine.facts.git), machine.process("git-remote-https")
    told = machine.challenges.setdefault(organization, set())
    asked = [
        "capability[]=authtype", "capability[]=state",
        "protocol=https", f"host={url.netloc}", f"path={organization}/demo/_git/app",
    ]  # fmt: skip
    answer = await machine.help(process, "/v1/git/get", _lines(asked), person=True)
    if "password" not in _fields(answer):
        return _without(answer)
    try:
        _repository(machine, _fields(answer)["password"])
    except TokenRefused as refusal:
        asked += [f"state[]={_fields(answer)['state[]']}", *_challenge(machine, refusal)]
        told |= {refusal.claims} if isinstance(refusal, ClaimsChallenged) else set()
        answer = await machine.help(process, "/v1/git/get", _lines(asked), person=True)
        if "password" not in _fields(answer):
            return _without(answer)
    return _shown(machine, _repository, _fields(answer)["password"], told)


async def git_for_a_machine(machine: Machine) -> Outcome:
    """The same with a service principal."""
    return await git(machine, "contoso")


async def kubectl(machine: Machine) -> Outcome:
    """One command; client-go runs its plugin again after a 401."""
    process, info = machine.process("kubectl"), exec_info(machine.facts.cluster, interactive=True, authority=b"")
    for _ in range(2):
        answer = await machine.help(process, "/v1/kube/get-token", info.encode(), person=True)
        if answer.status != 200 or answer.exit_status:
            return _without(answer)
        outcome = _shown(machine, _cluster, json.loads(answer.body)["status"]["token"])
        if outcome.served:
            break
    return outcome


async def docker(machine: Machine) -> Outcome:
    """One pull. Nobody is asked anything, and nothing is asked again."""
    docker, server = machine.process("docker"), machine.facts.registry.encode()
    answer = await machine.help(docker, "/v1/docker/get", server, person=False)
    if answer.status != 200 or answer.exit_status:
        return _without(answer)
    return _shown(machine, _registry, json.loads(answer.body)["Secret"])


async def job(machine: Machine) -> Outcome:
    """One script that begins with `keyturn token robot`."""
    answer = await machine.tell("/v1/token", profile="robot")
    if answer.status != 200:
        return _without(answer)
    return _shown(machine, _azure, json.loads(answer.body)["access_token"])


async def awx(machine: Machine) -> Outcome:
    """One job started with `keyturn run`."""
    answer = await machine.tell("/v1/token", profile="tower", purpose="run")
    if answer.status != 200:
        return _without(answer)
    return _shown(machine, _controller, json.loads(answer.body)["access_token"])


TOOLS: dict[str, Tool] = {
    "git for a machine": git_for_a_machine, "git": git, "kubectl": kubectl, "docker": docker, "awx": awx, "job": job,
}  # fmt: skip


def _repository(machine: Machine, token: str) -> None:
    machine.provider.world.tokens.check(token, (AZURE_DEVOPS,))


def _cluster(machine: Machine, token: str) -> None:
    machine.provider.world.tokens.check(token, (AKS_SERVER,))


def _azure(machine: Machine, token: str) -> None:
    machine.provider.world.tokens.check(token, AZURE.audiences)


def _registry(machine: Machine, token: str) -> None:
    machine.provider.world.container_registry.doorkeeper.access_token(token, [])


def _controller(machine: Machine, token: str) -> None:
    if machine.provider.get(f"{machine.facts.controller}/api/v2/me/", token) != 200:
        raise TokenRefused("unknown")


GATES: dict[str, Gate] = {
    "git for a machine": _repository, "git": _repository, "kubectl": _cluster,
    "docker": _registry, "awx": _controller, "job": _azure,
}  # fmt: skip
"""Each lets in whoever brings a good token, and raises TokenRefused for others."""


def _shown(machine: Machine, gate: Gate, token: str, told: Container[str] = ()) -> Outcome:
    """What the server says. told: the claims it has wanted before."""
    try:
        gate(machine, token)
    except TokenRefused as refusal:
        known = not isinstance(refusal, ClaimsChallenged) or refusal.claims in told
        return Outcome(served=False, told=refusal.reason, refused=True, foreseen=known)
    return Outcome(served=True)


def _without(answer: Response) -> Outcome:
    document = json.loads(answer.body) if answer.content_type == "application/problem+json" else {}
    return Outcome(served=False, told=str(document.get("detail", "a failure that was told before")))


def _challenge(machine: Machine, refusal: TokenRefused) -> list[str]:
    if not isinstance(refusal, ClaimsChallenged):
        return []
    world = machine.provider.world
    doorkeeper = Doorkeeper(world.tokens, world.registry.tenant, world.authority, world.git)
    headers = doorkeeper.challenge(refusal.claims).headers
    return [f"wwwauth[]={value}" for value in headers.getlist("www-authenticate")]


def _lines(fields: list[str]) -> bytes:
    return "".join(f"{field}\n" for field in fields).encode()


def _fields(answer: Response) -> dict[str, str]:
    lines = answer.body.decode().splitlines() if answer.status == 200 else []
    fields = dict(line.split("=", 1) for line in lines if "=" in line)
    return fields | ({"password": fields["credential"]} if "credential" in fields else {})
