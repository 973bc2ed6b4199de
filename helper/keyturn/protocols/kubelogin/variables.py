"""The variables that kubelogin reads: those that travel with every request, and the secret ones that do not."""

from __future__ import annotations

PLAIN = (
    "AAD_LOGIN_METHOD",
    "AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE",
    "AAD_SERVICE_PRINCIPAL_CLIENT_ID",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "ARM_CLIENT_CERTIFICATE_PATH",
    "ARM_CLIENT_ID",
    "ARM_TENANT_ID",
    "AZURESUBSCRIPTION_CLIENT_ID",
    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
    "AZURESUBSCRIPTION_TENANT_ID",
    "AZURE_AUTHORITY_HOST",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_ID",
    "AZURE_CLI_TIMEOUT",
    "AZURE_CONFIG_DIR",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_TENANT_ID",
    "KUBECACHEDIR",
    "SYSTEM_OIDCREQUESTURI",
)
"""No secret among them, so both helpers send them with each request; the native one has the same list."""
SECRET = (
    "AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE_PASSWORD",
    "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ARM_CLIENT_CERTIFICATE_PASSWORD",
    "ARM_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_SECRET",
    "SYSTEM_ACCESSTOKEN",
)
"""Sent by the twin alone, and only those that the daemon's answer lists."""
