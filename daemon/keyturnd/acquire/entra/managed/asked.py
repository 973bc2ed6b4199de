"""What each endpoint is asked, chosen by the variables of a caller as msal and azure-identity choose.

Source: reference/entra.md section 2, heading "Managed identity".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from keyturn import moves
from keyturn.errors import ConfigError
from keyturn.protocols import surroundings as names
from keyturnd.acquire.entra.managed.places import check_local, check_not_ours, told
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network.transport import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn.configuration.profiles.credentials.managed import ManagedIdentity

IMDS = "http://169.254.169.254"
METADATA = {"Metadata": "true"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Asked(NamedTuple):
    """One request for a token. `request` may hold a secret."""

    source: str
    """What Azure calls the place."""
    request: Request
    thumbprint: str = ""
    """SHA-1 of the only certificate that is trusted there, empty where it is plain http."""
    challenged: bool = False
    """Whether it first asks for a key (Azure Arc)."""


def asked_of(variables: Mapping[str, str], identity: ManagedIdentity, resource: str) -> Asked:
    """The request for a token of `identity` for `resource`. Raises Failed where there is no sound place to ask."""
    check_not_ours(variables)
    endpoint, header = told(variables, names.ENDPOINT), told(variables, names.HEADER)
    if endpoint and header and (thumbprint := told(variables, names.THUMBPRINT)):
        return _service_fabric(endpoint, header, thumbprint, identity, resource)
    if endpoint and header:
        check_local(endpoint, names.ENDPOINT)
        chosen = _chosen(identity, "client_id", "object_id", "mi_res_id")
        headers = {"X-IDENTITY-HEADER": header, **METADATA}
        return Asked("App Service", _get(endpoint, "2019-08-01", resource, headers, chosen))
    if endpoint and told(variables, names.IMDS):
        check_local(endpoint, names.ENDPOINT)
        chosen = _chosen(identity, "client_id", "object_id", "msi_res_id")
        return Asked("Azure Arc", _get(endpoint, "2020-06-01", resource, METADATA, chosen), challenged=True)
    if endpoint := told(variables, names.MSI_ENDPOINT):
        check_local(endpoint, names.MSI_ENDPOINT)
        return _older(endpoint, told(variables, names.MSI_SECRET), identity, resource)
    return _imds(told(variables, names.POD_HOST), identity, resource)


def _imds(host: str, identity: ManagedIdentity, resource: str) -> Asked:
    base = host.rstrip("/") or IMDS
    check_local(base, names.POD_HOST)
    chosen = _chosen(identity, "client_id", "object_id", "msi_res_id")
    url = f"{base}/metadata/identity/oauth2/token"
    return Asked("the machine's metadata service", _get(url, "2018-02-01", resource, METADATA, chosen))


def _service_fabric(endpoint: str, header: str, thumbprint: str, identity: ManagedIdentity, resource: str) -> Asked:
    """By TLS, to the certificate that the cluster names; which identity it is, the cluster says, too."""
    _check_own(identity, "Service Fabric", "client_id", "object_id", "resource_id")
    if not endpoint.startswith("https://"):
        raise Failed(ConfigError, f"{names.ENDPOINT} of Service Fabric is no https URL", moves.machines.on_azure())
    request = _get(endpoint, "2019-07-01-preview", resource, {"Secret": header}, {})
    return Asked("Service Fabric", request, thumbprint=thumbprint)


def _older(endpoint: str, secret: str, identity: ManagedIdentity, resource: str) -> Asked:
    """MSI_ENDPOINT with a secret is Azure Machine Learning, without one Cloud Shell, whose identity is a person."""
    if secret:
        _check_own(identity, "Azure Machine Learning", "object_id", "resource_id")
        headers = {"secret": secret}
        request = _get(endpoint, "2017-09-01", resource, headers, _chosen(identity, "clientid", "", ""))
        return Asked("Azure Machine Learning", request)
    _check_own(identity, "Cloud Shell", "client_id", "object_id", "resource_id")
    body = urlencode({"resource": resource}).encode()
    return Asked("Cloud Shell", Request("POST", endpoint, {**METADATA, **FORM}, body, local=True))


def _get(url: str, version: str, resource: str, headers: Mapping[str, str], chosen: Mapping[str, str]) -> Request:
    query = urlencode({"api-version": version, "resource": resource, **chosen})
    return Request("GET", f"{url}?{query}", headers, local=True)


def _chosen(identity: ManagedIdentity, *spelt: str) -> dict[str, str]:
    """How an endpoint wants to be told of a client id, an object id and a resource id."""
    values = (identity.client_id, identity.object_id, identity.resource_id)
    return {name: value for name, value in zip(spelt, values, strict=True) if value and name}


def _check_own(identity: ManagedIdentity, source: str, *keys: str) -> None:
    """Raises Failed where an identity is named that `source` has no word for: it would give another one's token."""
    if any(getattr(identity, key) for key in keys):
        raise Failed(
            ConfigError,
            f"{source} cannot be asked for the identity that the profile names",
            moves.machines.own_identity(*keys),
        )
