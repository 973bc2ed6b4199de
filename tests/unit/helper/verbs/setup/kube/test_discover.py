"""What is taken for a cluster of AKS, and for whose profile."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from keyturn.configuration.config import parse
from keyturn.verbs.setup.kube.discover import proposals

if TYPE_CHECKING:
    from keyturn.verbs.setup.kube.kubeconfig.file import KubeFile

AKS = "6dae42f8-4368-4678-94ff-3960e28e3630"
PROFILE = """[profile.{name}]
provider = "entra"
flow = "device-code"
tenant = "{tenant}"
application_id = "preset:azure-cli"
"""
CONFIG = (
    PROFILE.format(name="work", tenant="contoso.example")
    + PROFILE.format(name="other", tenant="fabrikam.example")
    + '[targets.kube]\n"https://known.hcp.westeurope.azmk8s.io" = "work"\n'
)


def _file(name: str, clusters: dict[str, str], args: dict[str, list[str]]) -> KubeFile:
    contexts = {f"c-{key}": {"cluster": key, "user": f"u-{key}"} for key in clusters}
    users: dict[str, Any] = {f"u-{key}": {"exec": {"args": args.get(key)}} if key in args else {} for key in clusters}
    servers = {key: {"server": server} for key, server in clusters.items()}
    return cast("KubeFile", SimpleNamespace(path=Path(name), contexts=contexts, clusters=servers, users=users))


def test_by_name_or_by_what_its_user_asks_for() -> None:
    first = _file(
        "/first",
        {
            "public": "https://a-1.hcp.westeurope.azmk8s.io:443",
            "known": "https://known.hcp.westeurope.azmk8s.io:443",
            "government": "https://b.hcp.cx.aks.containerservice.azure.us:443",
            "china": "https://c.hcp.cx.prod.service.azk8s.cn:443",
            "behind": "https://10.0.0.1:6443",
            "elsewhere": "https://kube.example",
            "alike": "https://azmk8s.io.evil.example",
            "plain": "http://d.hcp.westeurope.azmk8s.io",
        },
        {
            "behind": ["get-token", "--server-id", AKS, "--tenant-id", "Fabrikam.example"],
            "elsewhere": ["--server-id", "x"],
        },
    )
    again = _file("/second", {"again": "https://a-1.hcp.westeurope.azmk8s.io"}, {})
    config = parse(Path("/config.toml"), CONFIG.encode())
    assert [proposal.line() for proposal in proposals(config, [first, again])] == [
        "keyturn target add https://a-1.hcp.westeurope.azmk8s.io PROFILE  # context c-public in /first",
        (
            "keyturn target add https://b.hcp.cx.aks.containerservice.azure.us PROFILE --protocol kube"
            "  # context c-government in /first"
        ),
        (
            "keyturn target add https://c.hcp.cx.prod.service.azk8s.cn PROFILE --protocol kube"
            "  # context c-china in /first"
        ),
        "keyturn target add https://10.0.0.1:6443 other --protocol kube  # context c-behind in /first",
    ]


def test_the_only_profile_is_the_likely_one() -> None:
    config = parse(Path("/config.toml"), PROFILE.format(name="only", tenant="contoso.example").encode())
    file = _file("/file", {"one": "https://a.hcp.westeurope.azmk8s.io"}, {})
    assert [proposal.profile for proposal in proposals(config, [file])] == ["only"]
