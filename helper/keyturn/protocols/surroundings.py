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
TOKENS = (GITHUB_TOKEN, PIPELINES_TOKEN)
ALL = (*GITHUB, *PIPELINES, TOKEN_FILE)
"""All that a daemon may ask any helper of ours for."""
