"""Who signs in, as this machine knows already: variables of azure-identity or a CI job, or what az is signed in as.

Only where somebody asked for it, and only what the command line leaves open.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import NamedTuple

from keyturn import hints, moves
from keyturn.configuration.hosts import UnfitName, https_url
from keyturn.configuration.profiles.clouds import cloud, cloud_of
from keyturn.configuration.profiles.identity import EXAMPLE_ID, is_id, is_own_tenant, is_tenant
from keyturn.errors import Refused, UsageError, one_line
from keyturn.protocols import surroundings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Mapping
    from typing import Any

NO_UPGRADE = {"AZURE_AUTO-UPGRADE_ENABLE": "false"}
"""What keeps az from upgrading itself behind its answer, which may take longer than we wait, and would be ended."""
PATIENCE = 30.0
"""Seconds: az is slow to start, and asks nobody for what it tells here."""


class Known(NamedTuple):
    """What a variable may hold for one of init's options; `fits` takes it in lower case."""

    option: str
    what: str
    fits: Callable[[str], bool]
    example: str


def _is_host(text: str) -> bool:
    try:
        https_url(_with_scheme(text))
    except UnfitName:
        return False
    return True


TENANT = Known("tenant", "a tenant id or a domain", is_tenant, "contoso.onmicrosoft.com")
APPLICATION = Known("application_id", "the application (client) id of an app registration", is_id, EXAMPLE_ID)
USER = Known("account", "a user name", str.isprintable, "alice@contoso.example")
LOGIN_HOST = Known("authority", "a login host", _is_host, "https://login.microsoftonline.com")
IDENTITY = {
    "AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": APPLICATION, "AZURE_USERNAME": USER,
    "AZURESUBSCRIPTION_TENANT_ID": TENANT, "AZURESUBSCRIPTION_CLIENT_ID": APPLICATION,
}  # fmt: skip
"""Checked by their own names: whoever reads that application_id is wrong looks for it on the command line.

The last pair comes with CONNECTION, from tasks of Azure Pipelines that have a service connection (AzureCLI@2)."""
CONNECTION = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"
SECRET, PASSPHRASE = "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD"
"""Names of variables."""
GITHUB, PIPELINES = "GITHUB_ACTIONS", "TF_BUILD"
"""Set in every job; what it asks for a token of its own with takes a permission, or a service connection."""
TRUE = {"1", "true"}


def fill_from_environment(options: Namespace, environment: Mapping[str, str] = os.environ) -> None:
    """Take what azure-identity's EnvironmentCredential and WorkloadIdentityCredential read, in their order.

    Behind them a CI job's own token: GitHub's, which azure/login takes with the same two ids, or that of a service
    connection of Azure Pipelines, as AzurePipelinesCredential. Raises UsageError where there is nobody to sign in as,
    or a job that nobody could sign in to.
    """

    def named(name: str) -> str | None:
        return environment.get(name) or None

    _fill_identity(options, named)
    _fill_proof(options, named)


def _fill_identity(options: Namespace, named: Callable[[str], str | None]) -> None:
    """Who signs in, and where. `named`: what a variable holds."""
    for variable, known in IDENTITY.items():
        _fill(options, **{known.option: _open(options, variable, known, named)})
    if options.environment is None:
        _fill(options, **_place(_open(options, "AZURE_AUTHORITY_HOST", LOGIN_HOST, named)))
    if options.application_id is None or options.tenant is None:
        lacks = moves.clients.let_step_ask() if named(PIPELINES) else hints.usage("keyturn init")
        raise UsageError("AZURE_TENANT_ID and AZURE_CLIENT_ID are not both set", lacks)


def _open(options: Namespace, variable: str, known: Known, named: Callable[[str], str | None]) -> str | None:
    """What `variable` holds, None where the command line speaks for it. Raises UsageError for what does not fit."""
    value = named(variable)
    if value is None or getattr(options, known.option) is not None:
        return None
    if not known.fits(value.lower()):
        example = moves.configuration.example(f"{variable}={known.example}")
        raise UsageError(f"{variable}: expected {known.what}", example)
    return value


def _fill_proof(options: Namespace, named: Callable[[str], str | None]) -> None:
    """What it proves itself with, in the flow that the command line has chosen, if it has."""
    wanted = {options.flow or ("client-certificate" if options.certificate else None)}
    if named(SECRET) and wanted <= {None, "client-secret", "confidential-browser"}:
        _fill(options, flow="client-secret", secret=f"env:{SECRET}")
    elif wanted <= {None, "client-certificate"} and (certificate := named("AZURE_CLIENT_CERTIFICATE_PATH")):
        chain = (named("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN") or "").lower() in TRUE
        secret = f"env:{PASSPHRASE}" if named(PASSPHRASE) else None
        _fill(options, flow="client-certificate", certificate=certificate, send_x5c=chain or None, secret=secret)
    elif wanted <= {None, "workload-identity"} and (file := named(surroundings.TOKEN_FILE)):
        _fill(options, flow="workload-identity", federated_token_file=file)
    elif wanted <= {None, "workload-identity"}:
        _fill_from_job(options, named)


def _fill_from_job(options: Namespace, named: Callable[[str], str | None]) -> None:
    """By the job's own token; outside of jobs nothing is known."""
    connection = named(CONNECTION)
    if named(surroundings.GITHUB_URL):
        _fill(options, flow="workload-identity")
    elif named(GITHUB):
        raise UsageError("nothing proves who this job is", moves.clients.let_job_ask())
    elif connection is not None and is_id(connection.lower()) and _is_same_application(options, named):
        if named(surroundings.PIPELINES_TOKEN) is None:
            sentence = f"{surroundings.PIPELINES_TOKEN} is not set in this step"
            raise UsageError(sentence, moves.machines.access_token_of_step())
        _fill(options, flow="workload-identity", service_connection=connection)
    elif named(PIPELINES):
        raise UsageError("nothing proves who this step is", moves.clients.let_step_ask())


def _is_same_application(options: Namespace, named: Callable[[str], str | None]) -> bool:
    """Whether the service connection is that of the application that signs in."""
    return (named("AZURESUBSCRIPTION_CLIENT_ID") or "").lower() == str(options.application_id).lower()


def for_job(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The options by which a job of GitHub Actions or Azure Pipelines begins; none elsewhere."""
    return ("--from-env", "--yes") if environment.get(GITHUB) or environment.get(PIPELINES) else ()


def fill_from_az(options: Namespace) -> None:
    """Take tenant, cloud and account of az's default subscription. Raises Refused where az is signed in to none."""
    told = _account()
    tenant, user = str(told.get("tenantId", "")).lower(), told.get("user") or {}
    found = cloud(str(told.get("environmentName", "")))
    if not is_own_tenant(tenant):
        raise Refused("az tells no tenant", moves.clients.az("sign in there first", "login"))
    account = one_line(str(user.get("name", ""))) if user.get("type") == "user" else None
    _fill(options, tenant=tenant, account=account or None)
    if found is not None and options.authority is None:
        _fill(options, environment=found.name)
    print(f"keyturn: az is signed in to the tenant {tenant}{f' as {account}' if account else ''}")


def _account() -> dict[str, Any]:
    """What `az account show` prints: it asks no server."""
    command = ["az", "account", "show", "--output", "json"]
    silent = subprocess.DEVNULL
    try:
        done = subprocess.run(
            command,
            cwd="/",
            env=os.environ | NO_UPGRADE,
            stdin=silent,
            stdout=subprocess.PIPE,
            stderr=silent,
            check=False,
            timeout=PATIENCE,
        )
        told = json.loads(done.stdout) if done.returncode == 0 else {}
    except FileNotFoundError:
        raise Refused("az is not on PATH", hints.usage("keyturn init")) from None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        told = {}
    return told if isinstance(told, dict) else {}


def _place(authority_host: str | None) -> dict[str, str]:
    """A cloud by its login host, any other login host as it is."""
    if authority_host is None:
        return {}
    url = _with_scheme(authority_host)
    known = cloud_of(url)
    return {"authority": f"https://{https_url(url).netloc}"} if known is None else {"environment": known.name}


def _with_scheme(authority_host: str) -> str:
    return authority_host if "://" in authority_host else f"https://{authority_host}"


def _fill(options: Namespace, **values: str | bool | None) -> None:
    for name, value in values.items():
        if getattr(options, name) is None:
            setattr(options, name, value)
