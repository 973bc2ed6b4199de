"""Who shall ask for a token, and where: what kubelogin's flags and variables come to."""

from __future__ import annotations

from typing import NamedTuple

from keyturn import moves
from keyturn.errors import Refused, UsageError
from keyturn.protocols.kubelogin.flags import is_on
from keyturn.protocols.kubelogin.sources import DEFAULT_TIMEOUT, Sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn.protocols.kubelogin.sources import Lookup

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
    timeout: float = DEFAULT_TIMEOUT
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
    found = Sources(given, variable)
    login = found.login
    _check(given, login)
    return Wish(
        login=login,
        server_id=_server_id(given.get("server-id", "")),
        client_id=found.value("client-id", login),
        client_secret=found.value("client-secret", login),
        certificate=found.value("client-certificate", login),
        certificate_password=found.value("client-certificate-password", login),
        tenant=found.value("tenant-id", login),
        cloud=_cloud(given.get("environment") or DEFAULT_ENVIRONMENT),
        authority_host=found.authority_host(login),
        federated_token_file=found.value("federated-token-file", login) if login == "workloadidentity" else "",
        identity_resource_id=given.get("identity-resource-id", ""),
        service_connection=found.value("azure-pipelines-service-connection-id", login),
        subscription=given.get("subscription", ""),
        cache_dir=cache_dir(given, variable),
        redirect_url=given.get("redirect-url", ""),
        login_hint=given.get("login-hint", ""),
        azure_config_dir=_of(login, "azurecli", variable("AZURE_CONFIG_DIR")),
        actions_url=_of(login, "workloadidentity", variable("ACTIONS_ID_TOKEN_REQUEST_URL")),
        pipelines_url=_of(login, "azurepipelines", variable("SYSTEM_OIDCREQUESTURI")),
        timeout=found.timeout(),
        secret_variables=_secret_variables(found, login),
    )


def cache_dir(given: Mapping[str, str], variable: Lookup) -> str:
    """The cache directory, which tells identities apart; the default stands for itself."""
    return given.get("cache-dir") or variable("KUBECACHEDIR") or ""


def _of(login: str, reader: str, value: str | None) -> str:
    """The value of a variable that only the login method `reader` reads, --disable-environment-override or not."""
    return (value or "") if login == reader else ""


def _secret_variables(found: Sources, login: str) -> tuple[str, ...]:
    if login != "spn":
        return ()
    certificate = found.value("client-certificate", login)
    return tuple(found.variables("client-certificate-password" if certificate else "client-secret", login))


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
