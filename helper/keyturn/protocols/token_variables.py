"""The environment variables that carry a token to another program.

The names for AWX are those that its tools read (reference/awx.md section 5): `awx`, the collections awx.awx,
ansible.controller and ansible.platform, ansible-rulebook, and Terraform's providers ansible/aap and denouche/awx.
No variable of these is ever set empty: an empty CONTROLLER_OAUTH_TOKEN makes `awx` log in with a password of its own.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

PLAIN = "KEYTURN_TOKEN"
"""Of a provider without tools of its own: no name that another program takes for its own setting by accident."""

HOST, TOKEN = "CONTROLLER_HOST", "CONTROLLER_OAUTH_TOKEN"
OTHER_HOSTS = ("AAP_HOSTNAME", "AWX_HOSTNAME")
RULEBOOK = "EDA_CONTROLLER_URL"
"""ansible-rulebook takes a path, if there is one, for that of the controller's API (ansible-rulebook#652)."""
OTHER_TOKENS = ("AAP_TOKEN", "AWX_TOKEN", "EDA_CONTROLLER_TOKEN")
PATHS = ("AWXKIT_API_BASE_PATH", "CONTROLLER_OPTIONAL_API_URLPATTERN_PREFIX")
"""Where the controller's API is behind a gateway, with a slash at both ends: `awx` and the collection's modules
(awx#16113, #16081)."""
USUAL_PATH = "/api/"
"""What tools take for the path of the controller's API unless they are told."""
OF_GATEWAY = ("GATEWAY_HOSTNAME", "GATEWAY_API_TOKEN")
"""What the collection ansible.platform reads before AAP_HOSTNAME and AAP_TOKEN."""
OF_TOWER = ("TOWER_HOST", "TOWER_TOKEN", "TOWER_OAUTH_TOKEN")
"""What plugins of collections take before the names of today, and complain about once per look-up; so does nobody
who is told the names of today."""
OF_SOMEBODY_ELSE = (
    "CONTROLLER_TOKEN",
    *OF_TOWER,
    *OF_GATEWAY,
    *(
        f"{tool}_{what}"
        for tool in ("CONTROLLER", "TOWER", "AAP", "AWX", "EDA_CONTROLLER", "GATEWAY")
        for what in ("USERNAME", "PASSWORD")
    ),
)
"""Where a tool might find another identity, or another server for our token."""
OF_ANOTHER_HUB = ("AUTH_URL", "USERNAME")
"""What a variable or an ansible.cfg may say of another hub's server that has our server's name: ansible-galaxy would
send our token to that one's sign-in page, or its password to us. Empty they beat both, and mean nothing (2.19)."""
TOOLS = ("CONTROLLER_", "TOWER_", "AAP_", "AWX_", "AWXKIT_", "EDA_CONTROLLER_", "GATEWAY_", "REQUESTS_CA_BUNDLE")


def essential(token: Mapping[str, Any]) -> dict[str, str]:
    """The variables of `token`, an answer of /v1/token, that one tool needs."""
    if token["provider"] != "awx":
        return {PLAIN: token["access_token"]}
    return {HOST: token["url"], TOKEN: token["access_token"], **_paths(token)}


def environment_with(token: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` for a command that uses `token`.

    For AWX every name is set, not only those the command reads: a host left over from somewhere else, beside our
    token, would be sent it. CONTROLLER_VERIFY_SSL and its like stay as they are.
    """
    if token["provider"] != "awx":
        return {**environment, **essential(token)}
    changed = {name: value for name, value in environment.items() if not _contradicts(name, value)}
    if token["controller"]:
        for name in PATHS:
            changed.pop(name, None)
    changed |= essential(token) | {RULEBOOK: _rulebook_url(token)}
    changed |= dict.fromkeys(OTHER_HOSTS, token["url"]) | dict.fromkeys(OTHER_TOKENS, token["access_token"])
    return changed | _galaxy(token, environment)


def _contradicts(name: str, value: str) -> bool:
    """Whether it names somebody else, or is empty, which to these tools is not the same as not set."""
    return name in OF_SOMEBODY_ELSE or (not value and name.startswith(TOOLS))


def _paths(token: Mapping[str, Any]) -> dict[str, str]:
    """For a controller that is not where tools look for it; nothing where nobody knows where it is."""
    return dict.fromkeys(PATHS, token["controller"]) if token["controller"] not in {"", USUAL_PATH} else {}


def _rulebook_url(token: Mapping[str, Any]) -> str:
    """The URL with the path of the controller's API, unless that is where ansible-rulebook looks by itself."""
    url: str = token["url"]
    below = url.removeprefix("https://").partition("/")[2]
    path = token["controller"] or USUAL_PATH
    return f"{url}{path}" if below or path != USUAL_PATH else url


def _galaxy(token: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    """The private hub's repositories that the profile names, for ansible-galaxy, before what it asks already."""
    if not token["galaxy"]:
        return {}
    variables: dict[str, str] = {}
    names = [repository.replace("-", "_") for repository in token["galaxy"]]
    for name, repository in zip(names, token["galaxy"], strict=True):
        server = f"ANSIBLE_GALAXY_SERVER_{name.upper()}"
        variables[f"{server}_URL"] = f"{token['url']}/api/galaxy/content/{repository}/"
        variables[f"{server}_TOKEN"] = token["access_token"]
        variables |= {f"{server}_{what}": "" for what in OF_ANOTHER_HUB}
    known = [name.strip() for name in environment.get("ANSIBLE_GALAXY_SERVER_LIST", "").split(",")]
    others = [name for name in known if name and name not in names]
    return {**variables, "ANSIBLE_GALAXY_SERVER_LIST": ",".join([*names, *others])}
