"""az: a program in Python that keeps its tokens in a file of its own, in clear on Linux."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from benchmarks.peers.absence import installed
from benchmarks.timing import Command
from support.emulator.client import DEVOPS_SCOPE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.stage import Stage
    from benchmarks.timing import Contestant

NAME = "az account get-access-token"
CLOUD = "emulator"


@contextlib.contextmanager
def ready(stage: Stage) -> Iterator[Contestant]:
    """Signed in to the emulator's Entra ID as the service principal, its token in the file. Raises Absent."""
    program = installed("az", "contrib/peers.sh --az")
    service = stage.emulator.ready.clients["service"]
    for words in _cloud(stage), ("cloud", "set", "--name", CLOUD, "--only-show-errors"):
        Command([program, *words], _environment(stage)).run()
    place = ("--tenant", stage.emulator.ready.tenant, "--skip-subscription-discovery")
    name = ("--username", service["application_id"], "--password", service["secret"])
    Command([program, "login", "--service-principal", *name, *place], _environment(stage)).run()
    get = Command([program, "account", "get-access-token", "--scope", DEVOPS_SCOPE], _environment(stage))
    assert b'"accessToken"' in get.run()
    asked = stage.emulator.control.count("token")
    yield get.timed
    assert stage.emulator.control.count("token") == asked, "the provider was asked"


def _cloud(stage: Stage) -> tuple[str, ...]:
    """The words that make the emulator a cloud of its own, about which nobody has to be asked on the network."""
    resource = "https://management.core.windows.net/"
    authority = stage.emulator.ready.authority
    return (
        *("cloud", "register", "--skip-endpoint-discovery", "--name", CLOUD),
        *("--endpoint-active-directory", authority, "--endpoint-resource-manager", authority),
        *("--endpoint-active-directory-resource-id", resource, "--endpoint-management", resource),
    )


def _environment(stage: Stage) -> dict[str, str]:
    return stage.environment | {
        "AZURE_CONFIG_DIR": str(stage.home / "az"),
        "REQUESTS_CA_BUNDLE": stage.emulator.ready.ca_file,
        "AZURE_CORE_INSTANCE_DISCOVERY": "no",
        "AZURE_CORE_COLLECT_TELEMETRY": "no",
    }
