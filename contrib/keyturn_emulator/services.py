"""Which service listens on which port, each an application over the state of one world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn_emulator.control import routes as control_routes
from keyturn_emulator.entra import routes as entra_routes
from keyturn_emulator.federation import routes as federation_routes
from keyturn_emulator.git import routes as git_routes
from keyturn_emulator.git.access import Doorkeeper
from keyturn_emulator.identity import routes as identity_routes
from keyturn_emulator.kubernetes import routes as kubernetes_routes
from keyturn_emulator.kubernetes.access import Doorkeeper as ClusterDoorkeeper
from keyturn_emulator.kubernetes.namespaces import Namespaces
from keyturn_emulator.registry import names as registry_names
from keyturn_emulator.serving.edge import Service
from keyturn_emulator.world import ORGANISATIONS

if TYPE_CHECKING:
    from keyturn_emulator.world import World


def services(world: World) -> list[Service]:
    """One for each port."""
    return [
        _entra(world),
        _git(world),
        Service("registry", world.container_registry, registry_names.endpoint_name),
        _cluster(world),
        Service(
            "identity",
            identity_routes.application(world.machine, world.arc),
            identity_routes.endpoint_name,
            plain=True,
        ),
        _jobs(world),
        *world.awx.services(),
    ]


def _entra(world: World) -> Service:
    app = control_routes.application(world, entra_routes.application(world.entra))
    return Service("entra", app, entra_routes.endpoint_name, (f"{control_routes.PREFIX}/",))


def _jobs(world: World) -> Service:
    def endpoint_name(method: str, path: str) -> str | None:
        return federation_routes.endpoint_name(method, path) or identity_routes.endpoint_name(method, path)

    fabric = identity_routes.fabric_route(world.machine)
    return Service("jobs", federation_routes.application(world.issuers, [fabric]), endpoint_name)


def _git(world: World) -> Service:
    doorkeeper = Doorkeeper(world.tokens, world.registry.tenant, world.told_authority, world.git)
    host = git_routes.GitHost(world.repositories, doorkeeper, ORGANISATIONS, world.ledger)
    return Service("git", host, git_routes.endpoint_name)


def _cluster(world: World) -> Service:
    doorkeeper = ClusterDoorkeeper(world.tokens, world.registry.tenant)
    cluster = kubernetes_routes.Cluster(doorkeeper, Namespaces(world.clock), world.ledger)
    return Service("cluster", cluster, kubernetes_routes.endpoint_name)
