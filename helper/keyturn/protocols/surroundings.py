"""The variables by which CI jobs and machines of Azure tell programs who they are: a closed list.

They arrive with a request, because they are the caller's: a daemon may have been started by another job. Most hold
secrets. Sources: reference/entra.md section 2, azure-identity 1.27 and msal 1.39 (managed_identity.py).
"""

from __future__ import annotations

GITHUB_URL = "ACTIONS_ID_TOKEN_REQUEST_URL"
GITHUB_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105 - a name, not a token
GITHUB = (GITHUB_URL, GITHUB_TOKEN)
PIPELINES_URL = "SYSTEM_OIDCREQUESTURI"
PIPELINES_TOKEN = "SYSTEM_ACCESSTOKEN"  # noqa: S105 - a name, not a token
PIPELINES = (PIPELINES_URL, PIPELINES_TOKEN)
TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE"  # noqa: S105 - a name, not a token
"""What the webhook of AKS sets in a pod."""
ENDPOINT = "IDENTITY_ENDPOINT"
HEADER = "IDENTITY_HEADER"
THUMBPRINT = "IDENTITY_SERVER_THUMBPRINT"
IMDS = "IMDS_ENDPOINT"
MSI_ENDPOINT = "MSI_ENDPOINT"
MSI_SECRET = "MSI_SECRET"  # noqa: S105 - a name, not a secret
POD_HOST = "AZURE_POD_IDENTITY_AUTHORITY_HOST"
MACHINE = (ENDPOINT, HEADER, THUMBPRINT, IMDS, MSI_ENDPOINT, MSI_SECRET, POD_HOST)
"""Which together tell what kind of machine of Azure's this is."""
OWN_HEADER = "keyturn-"
"""What HEADER begins with where the endpoint is one of keyturn's own: it would ask itself."""
TOKENS = (GITHUB_TOKEN, PIPELINES_TOKEN, HEADER, MSI_SECRET)
ALL = (*GITHUB, *PIPELINES, TOKEN_FILE, *MACHINE)
"""All that a daemon may ask any helper of ours for."""


def is_text(value: str) -> bool:
    """Whether a variable's value is UTF-8. Else it has lone surrogates (PEP 383), which no JSON can carry."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
