"""Where kubelogin takes each value from: its flag and variables, in its own order of precedence.

The environment comes before the flags: that is how people override the kubeconfigs that `az` writes. An empty
variable counts as unset, which kubelogin takes for a value and then fails. After Options.UpdateFromEnv and Validate
of its pkg/internal/token.
"""

from __future__ import annotations

from keyturn import moves
from keyturn.errors import UsageError
from keyturn.protocols.kubelogin.flags import is_on, seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Lookup = Callable[[str], str | None]

DEFAULT_LOGIN = "devicecode"
DEFAULT_TIMEOUT = 60.0
"""Seconds."""
OF_APPLICATION = {
    "client-id": ("CLIENT_ID", "CLIENT_ID"),
    "client-secret": ("CLIENT_SECRET", "CLIENT_SECRET"),
    "client-certificate": ("CLIENT_CERTIFICATE", "CLIENT_CERTIFICATE_PATH"),
    "client-certificate-password": ("CLIENT_CERTIFICATE_PASSWORD", "CLIENT_CERTIFICATE_PASSWORD"),
}
"""How the variables end: the older ones, and those of Azure's SDKs, which Terraform's are like."""
OF_PERSON = {
    "username": ("AAD_USER_PRINCIPAL_NAME", "AZURE_USERNAME"),
    "password": ("AAD_USER_PRINCIPAL_PASSWORD", "AZURE_PASSWORD"),
}
OF_POD = {
    "client-id": "AZURE_CLIENT_ID",
    "authority-host": "AZURE_AUTHORITY_HOST",
    "federated-token-file": "AZURE_FEDERATED_TOKEN_FILE",
}
"""Those that only workloadidentity reads, client-id even beside Terraform's."""
OF_JOB = {
    "client-id": "AZURESUBSCRIPTION_CLIENT_ID",
    "tenant-id": "AZURESUBSCRIPTION_TENANT_ID",
    "azure-pipelines-service-connection-id": "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
}
"""Those that only azurepipelines reads, and only where nothing else says it."""


class Sources:
    """The flags that were given and the variables, the latter unless --disable-environment-override."""

    def __init__(self, given: Mapping[str, str], variable: Lookup) -> None:
        self._given = given
        self._variable = variable
        self._overrides = not is_on(given, "disable-environment-override")
        self._terraform = is_on(given, "use-azurerm-env-vars")

    @property
    def login(self) -> str:
        """The login method, whether there is such a one or not."""
        return self._under(["AAD_LOGIN_METHOD"]) or self._given.get("login", "") or DEFAULT_LOGIN

    def value(self, flag: str, login: str) -> str:
        """What counts for `flag` with this login method; empty where nothing is said."""
        found = self._under(self.variables(flag, login)) or self._given.get(flag, "")
        return found or (self._under([OF_JOB[flag]]) if login == "azurepipelines" and flag in OF_JOB else "")

    def variables(self, flag: str, login: str) -> list[str]:
        """The variables that come before `flag`; of those that are set, the last one counts."""
        if not self._overrides:
            return []
        found = list(OF_PERSON.get(flag, ()))
        if flag in OF_APPLICATION:
            old, new = OF_APPLICATION[flag]
            found += [f"ARM_{new}"] if self._terraform else [f"AAD_SERVICE_PRINCIPAL_{old}", f"AZURE_{new}"]
        if flag == "tenant-id":
            found.append("ARM_TENANT_ID" if self._terraform else "AZURE_TENANT_ID")
        if login == "workloadidentity" and flag in OF_POD:
            found.append(OF_POD[flag])
        return found

    def authority_host(self, login: str) -> str:
        """Without the slash at its end, which has to be there. Raises UsageError."""
        text = self.value("authority-host", login)
        if text and not text.endswith("/"):
            raise UsageError(
                f"authority host {text!r} should have a trailing slash",
                moves.clients.stanza(f"--authority-host {text}/"),
            )
        return text.removesuffix("/")

    def timeout(self) -> float:
        """In seconds. An invalid variable does not count, an invalid flag is a mistake: raises UsageError."""
        stated = seconds(self._given["timeout"]) if "timeout" in self._given else DEFAULT_TIMEOUT
        if stated is None:
            raise UsageError("--timeout is no duration", moves.configuration.example("--timeout 60s"))
        variable = seconds(self._under(["AZURE_CLI_TIMEOUT"]))
        timeout = stated if variable is None else variable
        if timeout <= 0:
            raise UsageError("timeout must be greater than 0", moves.configuration.example("--timeout 60s"))
        return timeout

    def _under(self, names: list[str]) -> str:
        values = [self._variable(name) for name in names] if self._overrides else []
        return next((value for value in reversed(values) if value), "")
