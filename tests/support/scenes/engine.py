"""A docker engine and a podman service of a test's own: they pull, push and build as their clients tell them."""

from __future__ import annotations

from support.needs import need
from support.scenes.service import Service

NAMESPACES = ("--mount", "--pid", "--fork", "--mount-proc", "--kill-child")
FRUGAL = ("--storage-driver", "vfs", "--bridge", "none", "--iptables=false", "--ip6tables=false")
"""Plain copies of layers and no network for containers: no more of the machine is needed than root and namespaces,
neither overlay mounts nor firewall rules."""


class Engine(Service):
    """Docker's."""

    def command(self) -> list[str]:
        (self.place / "none.json").write_text("{}")  # the machine's own settings are not for it
        places = {"config-file": "none.json", "data-root": "data", "exec-root": "run", "pidfile": "pid"}
        options = [f"--{name}={self.place / place}" for name, place in places.items()]
        return [need("unshare"), *NAMESPACES, need("dockerd"), *FRUGAL, *options, "--host", self.host]


class PodmanService(Service):
    """What `podman --remote` talks to."""

    def command(self) -> list[str]:
        store = ["--root", f"{self.place}/store", "--runroot", f"{self.place}/run", "--storage-driver", "vfs"]
        return [need("podman"), *store, "system", "service", "--time=0", self.host]
