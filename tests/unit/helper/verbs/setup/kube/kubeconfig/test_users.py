"""Users of kubeconfigs: which of them hold a secret in clear."""

from __future__ import annotations

from typing import Any

import pytest

from keyturn.verbs.setup.kube.kubeconfig.users import with_secrets


@pytest.mark.parametrize(
    ("stanza", "holds"),
    [
        ({"command": "kubelogin", "args": ["get-token", "--client-secret", "s"]}, True),
        ({"command": "/usr/bin/kubelogin", "args": ["get-token", "--client-secret=s"]}, True),
        ({"command": "kubelogin", "env": [{"name": "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET", "value": "s"}]}, True),
        ({"command": "kubelogin", "env": [{"name": "AZURE_CLIENT_SECRET", "value": ""}]}, False),
        ({"command": "kubelogin", "env": [{"name": "AZURE_CLIENT_ID", "value": "i"}], "args": ["get-token"]}, False),
        ({"command": "kubelogin", "env": None, "args": None}, False),
        ({"command": "aws", "args": ["--client-secret", "s"]}, False),
    ],
)
def test_a_secret_for_kubelogin_in_clear(stanza: dict[str, Any], *, holds: bool) -> None:
    assert list(with_secrets({"u": {"exec": stanza}, "other": {"token": "t"}, "none": None})) == ["u"] * holds
