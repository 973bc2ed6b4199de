"""Who shall ask for a token, and where: kubelogin's flags and variables in its own order of precedence.

The environment comes before the flags: that is how people override the kubeconfigs that `az` writes. An empty
variable counts as unset, which kubelogin takes for a value and then fails.
"""

from __future__ import annotations

from typing import NamedTuple

from keyturn import moves
from keyturn.errors import Refused, UsageError
from keyturn.protocols.kubelogin.flags import is_on, seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Lookup = Callable[[str], str | None]

LOGINS = ("devicecode", "interactive", "spn", "msi", "azurecli", "workloadidentity", "azurepipelines")
INSTEAD = {
    "ropc": "a password cannot answer what Conditional Access asks: use --login spn, devicecode or interactive",
    "azd": "use --login azurecli, devicecode or interactive",
}
"""What kubelogin also has, and what to use here."""
DEFAULT_ENVIRONMENT = "AzurePublicCloud"
ENVIRONMENTS = {
    "azurecloud": "AzureCloud",
    "azurepublic": "AzureCloud",
    "azurepubliccloud": "AzureCloud",
    "azureusgovernment": "AzureUSGovernment",
    "azureusgovernmentcloud": "AzureUSGovernment",
    "azurechinacloud": "AzureChinaCloud",
}
"""kubelogin takes every other word for the public cloud; there, a token for another one is good for nothing."""
TIMEOUT = 60.0
"""Seconds."""


class Wish(NamedTuple):
    """What was asked for; empty where nothing was said. `client_secret` and `certificate_password` are secrets."""

    login: str
    server_id: str
    client_id: str = ""
    client_secret: str = ""
    certificate: str = ""
    certificate_password: str = ""
    tenant: str = ""
    cloud: str = "AzureCloud"
    authority_host: str = ""
    federated_token_file: str = ""
    identity_resource_id: str = ""
    service_connection: str = ""
    subscription: str = ""
    cache_dir: str = ""
    redirect_url: str = ""
    login_hint: str = ""
    azure_config_dir: str = ""
    actions_url: str = ""
    """Where a job of GitHub Actions gets its token of federation."""
    pipelines_url: str = ""
    """Where a job of Azure Pipelines does."""
    timeout: float = TIMEOUT
    """Seconds."""
    secret_variables: tuple[str, ...] = ()
    """What may hold the secret of this login, and so changes it; the last that is set counts."""

    def __repr__(self) -> str:
        return f"Wish(login={self.login!r})"

    @property
    def told(self) -> dict[str, str]:
        """All that decides who is asked, and where: what differs in none of it may share a token. No secret."""
        apart = {"client_secret", "certificate_password", "timeout", "secret_variables", "server_id"}
        return {name: str(value) for name, value in self._asdict().items() if name not in apart}


def wish(given: Mapping[str, str], variable: Lookup) -> Wish:
    """The wish of these flags under this environment. Raises UsageError, and Refused for what keyturn has not."""
    found = _Sources(given, variable)
    login = found.over("login", "AAD_LOGIN_METHOD") or "devicecode"
    _check(given, login)
    pipelines = login == "azurepipelines"
    federated = login == "workloadidentity"
    return Wish(
        login=login,
        server_id=_server_id(given.get("server-id", "")),
        client_id=_client_id(found, login),
        client_secret=found.of_application("client-secret", "CLIENT_SECRET", "CLIENT_SECRET"),
        certificate=found.of_application("client-certificate", "CLIENT_CERTIFICATE", "CLIENT_CERTIFICATE_PATH"),
        certificate_password=found.of_application(
            "client-certificate-password", "CLIENT_CERTIFICATE_PASSWORD", "CLIENT_CERTIFICATE_PASSWORD"
        ),
        tenant=found.of_terraform("tenant-id", "TENANT_ID")
        or (found.under("AZURESUBSCRIPTION_TENANT_ID") if pipelines else ""),
        cloud=_cloud(given.get("environment") or DEFAULT_ENVIRONMENT),
        authority_host=_authority_host(
            found.over("authority-host", "AZURE_AUTHORITY_HOST") if federated else given.get("authority-host", "")
        ),
        federated_token_file=found.over("federated-token-file", "AZURE_FEDERATED_TOKEN_FILE") if federated else "",
        identity_resource_id=given.get("identity-resource-id", ""),
        service_connection=given.get("azure-pipelines-service-connection-id", "")
        or (found.under("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID") if pipelines else ""),
        subscription=given.get("subscription", ""),
        cache_dir=cache_dir(given, variable),
        redirect_url=given.get("redirect-url", ""),
        login_hint=given.get("login-hint", ""),
        azure_config_dir=(variable("AZURE_CONFIG_DIR") or "") if login == "azurecli" else "",
        actions_url=(variable("ACTIONS_ID_TOKEN_REQUEST_URL") or "") if federated else "",
        pipelines_url=(variable("SYSTEM_OIDCREQUESTURI") or "") if pipelines else "",
        timeout=_timeout(given, found),
        secret_variables=_secret_variables(found, login),
    )


def cache_dir(given: Mapping[str, str], variable: Lookup) -> str:
    """The cache directory, which tells identities apart; the default stands for itself."""
    return given.get("cache-dir") or variable("KUBECACHEDIR") or ""


class _Sources:
    """Flags and variables, the latter unless --disable-environment-override."""

    def __init__(self, given: Mapping[str, str], variable: Lookup) -> None:
        self._given = given
        self._variable = variable
        self.overrides = not is_on(given, "disable-environment-override")
        self.terraform = is_on(given, "use-azurerm-env-vars")

    def under(self, *names: str) -> str:
        """The last of the variables that is set."""
        values = [self._variable(name) for name in names] if self.overrides else []
        return next((value for value in reversed(values) if value), "")

    def over(self, flag: str, *names: str) -> str:
        """The variables before the flag."""
        return self.under(*names) or self._given.get(flag, "")

    def of_application(self, flag: str, old: str, new: str) -> str:
        """One of the variables of an application, whose names have two families beside Terraform's."""
        return self.over(flag, *self.names(old, new))

    def of_terraform(self, flag: str, name: str) -> str:
        return self.over(flag, f"{'ARM' if self.terraform else 'AZURE'}_{name}")

    def names(self, old: str, new: str) -> tuple[str, ...]:
        return (f"ARM_{new}",) if self.terraform else (f"AAD_SERVICE_PRINCIPAL_{old}", f"AZURE_{new}")


def _client_id(found: _Sources, login: str) -> str:
    if login == "workloadidentity":
        return found.under("AZURE_CLIENT_ID") or found.of_application("client-id", "CLIENT_ID", "CLIENT_ID")
    own = found.of_application("client-id", "CLIENT_ID", "CLIENT_ID")
    return own or (found.under("AZURESUBSCRIPTION_CLIENT_ID") if login == "azurepipelines" else "")


def _secret_variables(found: _Sources, login: str) -> tuple[str, ...]:
    if login != "spn" or not found.overrides:
        return ()
    certificate = found.of_application("client-certificate", "CLIENT_CERTIFICATE", "CLIENT_CERTIFICATE_PATH")
    name = "CLIENT_CERTIFICATE_PASSWORD" if certificate else "CLIENT_SECRET"
    return found.names(name, name)


def _check(given: Mapping[str, str], login: str) -> None:
    if login in INSTEAD:
        raise Refused(f"login method {login} is not one that keyturn has", moves.clients.stanza(INSTEAD[login]))
    if login not in LOGINS:
        raise UsageError(f"{login!r} is not a supported login method", moves.configuration.known(LOGINS))
    if is_on(given, "legacy"):
        raise Refused(
            "--legacy asks for a token of an audience that no managed AKS cluster takes",
            moves.clients.stanza("leave --legacy out"),
        )
    if is_on(given, "pop-enabled") or given.get("pop-claims"):
        raise Refused(
            "keyturn has no proof-of-possession tokens (--pop-enabled)",
            moves.clients.stanza("use Azure's own kubelogin for clusters that require them"),
        )


def _server_id(text: str) -> str:
    """As kubelogin makes the scope of it: slashes at the end do not count, `/.default` is added where it lacks."""
    server_id = text.rstrip("/").removesuffix("/.default")
    if not server_id:
        raise UsageError("server-id is required", moves.clients.form("kubelogin get-token --server-id ID"))
    return server_id


def _cloud(environment: str) -> str:
    cloud = ENVIRONMENTS.get(environment.lower())
    if cloud is None:
        raise UsageError(
            f"--environment {environment} is no cloud that is known here",
            moves.configuration.known(("AzurePublicCloud", "AzureUSGovernmentCloud", "AzureChinaCloud")),
        )
    return cloud


def _authority_host(text: str) -> str:
    if text and not text.endswith("/"):
        raise UsageError(
            f"authority host {text!r} should have a trailing slash", moves.clients.stanza(f"--authority-host {text}/")
        )
    return text.removesuffix("/")


def _timeout(given: Mapping[str, str], found: _Sources) -> float:
    """In seconds. An invalid variable does not count, an invalid flag is a mistake."""
    stated = seconds(given["timeout"]) if "timeout" in given else TIMEOUT
    if stated is None:
        raise UsageError("--timeout is no duration", moves.configuration.example("--timeout 60s"))
    variable = seconds(found.under("AZURE_CLI_TIMEOUT"))
    timeout = stated if variable is None else variable
    if timeout <= 0:
        raise UsageError("timeout must be greater than 0", moves.configuration.example("--timeout 60s"))
    return timeout
