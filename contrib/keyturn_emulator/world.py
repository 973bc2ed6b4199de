"""All state that one run has, put together in one place."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from keyturn_emulator import certificates
from keyturn_emulator.awx.servers import AwxServers
from keyturn_emulator.bearer.signing import Signer
from keyturn_emulator.bearer.tokens import AccessTokens
from keyturn_emulator.clock import Clock
from keyturn_emulator.entra.directory.registry import Registry, new_secret
from keyturn_emulator.entra.service import Entra
from keyturn_emulator.federation.issuers import Issuers
from keyturn_emulator.git.repositories import Repositories, split_path
from keyturn_emulator.identity.arc import Arc
from keyturn_emulator.identity.machine import Machine
from keyturn_emulator.kubernetes import kubeconfig
from keyturn_emulator.registry import routes as registry_routes
from keyturn_emulator.registry.access import Doorkeeper as RegistryDoorkeeper
from keyturn_emulator.registry.data_endpoint import DataEndpoint
from keyturn_emulator.registry.exchange import Exchange
from keyturn_emulator.registry.sample import write_image
from keyturn_emulator.serving.faults import Faults
from keyturn_emulator.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from keyturn_emulator.ledger import Ledger

ORGANISATIONS = ("contoso", "fabrikam")
FIRST_REPOSITORY = "demo/_git/app"
SECRET_FILE = "service.secret"


class World:
    """The state of one run. `directory` exists, is private, and is the emulator's alone.

    `login_server`: the name the registry goes by, where that is not its address; `login_host` the same of Entra ID,
    as Azure Repos tells it. `arc_directory`: where Azure Arc keeps its key files, where that is not below
    `directory`.
    """

    def __init__(
        self,
        directory: Path,
        ports: Mapping[str, int],
        names: Sequence[str],
        ledger: Ledger,
        *,
        login_server: str | None = None,
        login_host: str | None = None,
        arc_directory: Path | None = None,
    ) -> None:
        self.directory = directory
        self.authority = f"https://127.0.0.1:{ports['entra']}"
        self.told_authority = f"https://{login_host}" if login_host else self.authority
        self.git = f"https://127.0.0.1:{ports['git']}"
        self.registry_port = ports["registry"]
        self.login_server = login_server or f"127.0.0.1:{self.registry_port}"
        self.cluster = f"https://127.0.0.1:{ports['cluster']}"
        self.identity = f"http://127.0.0.1:{ports['identity']}"
        self.jobs = f"https://127.0.0.1:{ports['jobs']}"
        self.control_key = secrets.token_urlsafe(32)
        self.certificates = certificates.create(directory, names)
        self.clock, self.settings, self.faults, self.ledger = Clock(), Settings(), Faults(), ledger
        self.issuers = Issuers(self.clock)
        self.registry = Registry(federated=self.issuers.credentials())
        self.tokens = AccessTokens(Signer(), self.clock)
        self.entra = Entra(self.registry, self.tokens, self.clock, self.settings, ledger)
        self.machine = Machine(self.entra, self.clock, self.settings, self.authority)
        self.arc = Arc(arc_directory or directory / "azcmagent" / "tokens")
        self.repositories = Repositories(directory)
        self.container_registry = self._container_registry()
        self.awx = AwxServers(ports, self.clock, self.settings, ledger)
        kubeconfig_text = kubeconfig.text(self.cluster, self.certificates.ca_file)
        certificates.write_private(directory / kubeconfig.FILE, kubeconfig_text.encode())
        self.image = write_image(directory / "image")
        self._furnish()

    def change_secret(self, secret: str | None) -> str:
        """The confidential client's secret from now on: `secret`, or a new one."""
        self.registry.service.secret = secret or new_secret()
        self._write_secret()
        return self.registry.service.secret

    def create_repository(self, path: str) -> str:
        """Create `ORGANISATION/PROJECT/_git/NAME` and return its URL; ValueError if that cannot be."""
        found = split_path(f"/{path}")
        if found is None or found[1] != "/" or found[0].organisation not in ORGANISATIONS:
            raise ValueError(
                f"a repository is at ORGANISATION/PROJECT/_git/NAME, ORGANISATION one of {ORGANISATIONS}"
            )
        self.repositories.create(found[0])
        return f"{self.git}/{path}"

    def reset(self) -> None:
        """Everything as it was at the start; whoever is held is let go, every token is unknown."""
        self.faults.reset()
        self.settings.reset()
        self.clock.reset()
        self.entra.reset()
        self.arc.reset()
        self.repositories.reset()
        self.container_registry.reset()
        self.awx.reset()
        self._furnish()
        self.ledger.reset()

    def _container_registry(self) -> registry_routes.ContainerRegistry:
        doorkeeper = RegistryDoorkeeper(self.login_server, self.tokens.signer, self.clock, self.settings)
        data = DataEndpoint(f"localhost:{self.registry_port}", self.settings)
        exchange = Exchange(doorkeeper, self.tokens, self.registry, self.ledger)
        return registry_routes.ContainerRegistry(self.directory / "registry", doorkeeper, data, exchange, self.ledger)

    def _furnish(self) -> None:
        for organisation in ORGANISATIONS:
            self.create_repository(f"{organisation}/{FIRST_REPOSITORY}")
        self._write_secret()

    def _write_secret(self) -> None:
        secret = self.registry.service.secret or ""
        certificates.write_private(self.directory / SECRET_FILE, secret.encode())
