"""The environment variables that carry a token to another program.

The names for AWX are those that its tools read (reference/awx.md section 5): `awx`, the collections awx.awx and
ansible.controller, ansible-rulebook, and Terraform's providers ansible/aap and denouche/awx.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

PLAIN = "KEYTURN_TOKEN"
"""Of a provider without tools of its own: no name that another program takes for its own setting by accident."""

HOST, TOKEN = "CONTROLLER_HOST", "CONTROLLER_OAUTH_TOKEN"
OTHER_HOSTS = ("TOWER_HOST", "AAP_HOSTNAME", "AWX_HOSTNAME", "EDA_CONTROLLER_URL")
OTHER_TOKENS = ("TOWER_OAUTH_TOKEN", "AAP_TOKEN", "AWX_TOKEN", "EDA_CONTROLLER_TOKEN")
OF_SOMEBODY_ELSE = (
    "CONTROLLER_TOKEN",
    "TOWER_TOKEN",
    "CONTROLLER_USERNAME",
    "CONTROLLER_PASSWORD",
    "TOWER_USERNAME",
    "TOWER_PASSWORD",
    "AAP_USERNAME",
    "AAP_PASSWORD",
    "AWX_USERNAME",
    "AWX_PASSWORD",
    "EDA_CONTROLLER_USERNAME",
    "EDA_CONTROLLER_PASSWORD",
)
"""Where a tool might find another identity for the host we name."""
BUNDLE = "REQUESTS_CA_BUNDLE"
"""What the `awx` command trusts in place of the CAs it brings along."""


def essential(token: Mapping[str, Any]) -> dict[str, str]:
    """The variables of `token`, an answer of /v1/token, that one tool needs."""
    if token["provider"] != "awx":
        return {PLAIN: token["access_token"]}
    return {HOST: token["url"], TOKEN: token["access_token"]}


def environment_with(token: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` for a command that uses `token`.

    For AWX every name is set, not only those the command reads: a host left over from somewhere else, beside our
    token, would be sent it. CONTROLLER_VERIFY_SSL and its like stay as they are.
    """
    changed = {**environment, **essential(token)}
    if token["provider"] != "awx":
        return changed
    for name in OF_SOMEBODY_ELSE:
        changed.pop(name, None)
    changed.update(dict.fromkeys(OTHER_HOSTS, token["url"]), **dict.fromkeys(OTHER_TOKENS, token["access_token"]))
    if token["ca_file"]:
        # Without it `awx` fails, and says how to switch verification off. SSL_CERT_FILE is left alone: a daemon that
        # is started below the command would take it for every provider's.
        changed.setdefault(BUNDLE, token["ca_file"])
    return changed
