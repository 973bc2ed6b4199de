"""Where the endpoints are, and which variables lead a program to each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from keyturn_emulator.identity import app_service, cloud_shell, imds, machine_learning, service_fabric

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from keyturn_emulator.identity.arc import Arc
    from keyturn_emulator.identity.machine import Machine

    Endpoint = Callable[[Request, Machine], Awaitable[Response]]

APP_SERVICE = "/msi/token"
IMDS = "/metadata/identity/oauth2/token"
ARC = "/arc/metadata/identity/oauth2/token"
MACHINE_LEARNING = "/azure-ml/token"
CLOUD_SHELL = "/oauth2/token"
SERVICE_FABRIC = "/fabric/identity/token"

NAMES = {
    APP_SERVICE: "identity.app-service",
    IMDS: "identity.imds",
    ARC: "identity.arc",
    MACHINE_LEARNING: "identity.azure-ml",
    CLOUD_SHELL: "identity.cloud-shell",
    SERVICE_FABRIC: "identity.service-fabric",
}


def endpoint_name(_method: str, path: str) -> str | None:
    """What counts, log and faults call the endpoint at `path`; None for a path that is none."""
    return NAMES.get(path)


def application(machine: Machine, arc: Arc) -> Starlette:
    """All but Service Fabric, which speaks TLS."""
    return Starlette(
        routes=[
            route(APP_SERVICE, "GET", app_service.token, machine),
            route(IMDS, "GET", imds.token, machine),
            route(ARC, "GET", arc.token, machine),
            route(MACHINE_LEARNING, "GET", machine_learning.token, machine),
            route(CLOUD_SHELL, "POST", cloud_shell.token, machine),
        ]
    )


def fabric_route(machine: Machine) -> Route:
    """Service Fabric's, for a port with TLS."""
    return route(SERVICE_FABRIC, "GET", service_fabric.token, machine)


def environments(machine: Machine, plain: str, tls: str, thumbprint: str) -> dict[str, dict[str, str]]:
    """The variables that a program finds, by endpoint. plain, tls: base URLs; thumbprint: the certificate's SHA-1."""
    return {
        "app-service": {"IDENTITY_ENDPOINT": f"{plain}{APP_SERVICE}", "IDENTITY_HEADER": machine.app_service_header},
        "imds": {"AZURE_POD_IDENTITY_AUTHORITY_HOST": plain},
        "arc": {"IDENTITY_ENDPOINT": f"{plain}{ARC}", "IMDS_ENDPOINT": plain},
        "service-fabric": {
            "IDENTITY_ENDPOINT": f"{tls}{SERVICE_FABRIC}",
            "IDENTITY_HEADER": machine.fabric_secret,
            "IDENTITY_SERVER_THUMBPRINT": thumbprint,
        },
        "azure-ml": {"MSI_ENDPOINT": f"{plain}{MACHINE_LEARNING}", "MSI_SECRET": machine.machine_learning_secret},
        "cloud-shell": {"MSI_ENDPOINT": f"{plain}{CLOUD_SHELL}"},
    }


def route(path: str, method: str, endpoint: Endpoint, machine: Machine) -> Route:
    """One endpoint on `machine`."""

    async def answer(request: Request) -> Response:
        return await endpoint(request, machine)

    return Route(path, answer, methods=[method])
