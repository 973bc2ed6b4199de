"""The three [targets.*] tables: what a valid one means. Mistakes in them are vectors of test_config."""

from __future__ import annotations

import pytest

from keyturn.configuration import config
from keyturn.configuration.audiences import targets_of
from keyturn.configuration.targets.docker import DockerTarget
from keyturn.configuration.targets.git import GitTarget
from keyturn.configuration.targets.kube import KubeTarget
from keyturn.configuration.targets.target import scopes_of
from keyturn.errors import ConfigError
from support import places

VALID = places.VECTORS / "config" / "valid.toml"
WORK = """
[profile.work]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"
"""


@pytest.fixture(name="valid")
def parsed_valid(monkeypatch: pytest.MonkeyPatch) -> config.Config:
    """The configuration in valid.toml, read by a user whose home is /home/alice."""
    monkeypatch.setenv("HOME", "/home/alice")
    return config.parse(VALID, VALID.read_bytes())


def docker_target(server: str) -> DockerTarget:
    """The target that `"SERVER" = "work"` makes."""
    return config.parse(VALID, f'{WORK}\n[targets.docker]\n"{server}" = "work"\n'.encode()).docker_targets[0]


def test_git_targets(valid: config.Config) -> None:
    assert valid.git_targets == (
        GitTarget(
            url="https://dev.azure.com/contoso",
            host="dev.azure.com",
            port=443,
            segments=("contoso",),
            profile="work",
            service="azure-devops",
        ),
        GitTarget(
            url="https://127.0.0.1:9443/contoso/My%20Project/",
            host="127.0.0.1",
            port=9443,
            segments=("contoso", "My Project"),
            profile="ci.build-2_x",
            service="azure-devops",
        ),
        GitTarget(
            url="https://git.example/team",
            host="git.example",
            port=443,
            segments=("team",),
            profile="least",
            service="plain",
            scopes=("api://git/read", "api://git/write"),
        ),
        GitTarget(
            url="https://git.example/behind-awx",
            host="git.example",
            port=443,
            segments=("behind-awx",),
            profile="tower",
            service="plain",
            scopes=("read",),
        ),
    )


def test_kube_targets(valid: config.Config) -> None:
    assert valid.kube_targets == (
        KubeTarget(
            url="https://contoso-1234.hcp.westeurope.azmk8s.io:443",
            host="contoso-1234.hcp.westeurope.azmk8s.io",
            port=443,
            segments=(),
            profile="variable",
            service="aks",
        ),
        KubeTarget(
            url="https://Rancher.example/k8s/clusters/c-m-1/",
            host="rancher.example",
            port=443,
            segments=("k8s", "clusters", "c-m-1"),
            profile="least",
            service="aks",
        ),
        KubeTarget(
            url="https://127.0.0.1:6443",
            host="127.0.0.1",
            port=6443,
            segments=(),
            profile="least",
            service="plain",
            scopes=("api://cluster/.default",),
        ),
    )


def test_docker_targets(valid: config.Config) -> None:
    assert valid.docker_targets == (
        DockerTarget(host="contoso.azurecr.io", port=443, profile="least"),
        DockerTarget(host="127.0.0.1", port=5000, profile="least", tenant="fabrikam.example"),
    )
    assert [target.login_server for target in valid.docker_targets] == ["contoso.azurecr.io", "127.0.0.1:5000"]
    assert [target.service for target in valid.docker_targets] == ["acr", "acr"]


def test_explicit_scopes_make_a_cluster_plain() -> None:
    table = '[targets.kube]\n"https://kube.example" = { profile = "work", scopes = ["api://cluster/.default"] }\n'
    assert config.parse(VALID, f"{WORK}\n{table}".encode()).kube_targets[0].service == "plain"


@pytest.mark.parametrize(
    "server",
    [
        "contoso.azurecr.io",
        "contoso.azurecr.cn",
        "contoso.azurecr.us",
        "contoso.azurecr.sovcloud-azure.fr",
        "contoso-abc123.azurecr.io",
        "contoso.westeurope.geo.azurecr.io",
        "contoso-abc123.westeurope.geo.azurecr.io",
        "CONTOSO.AzureCR.io:443",
    ],
)
def test_a_login_server_in_azures_own_naming_needs_no_service(server: str) -> None:
    assert docker_target(server).login_server == server.lower().removesuffix(":443")


@pytest.mark.parametrize(
    "server",
    [
        "azurecr.io",
        "geo.azurecr.io",
        "cont.azurecr.io",
        "x.contoso.azurecr.io",
        "contoso.westeurope.data.azurecr.io",
        "contoso.west.europe.geo.azurecr.io",
        "contoso--x.azurecr.io",
        "contosoazurecr.io",
        "contoso.azurecr.io.evil.example",
        "contoso.azurecr.com",
        "contoso.azurecr.ioo",
    ],
)
def test_any_other_name_has_to_say_what_it_is(server: str) -> None:
    with pytest.raises(ConfigError, match="service: missing"):
        docker_target(server)


def test_what_each_service_implies(valid: config.Config) -> None:
    azure_devops = ("499b84ac-1321-427f-aa17-267ca6975798/.default",)
    aks = ("6dae42f8-4368-4678-94ff-3960e28e3630/.default",)
    acr = ("https://containerregistry.azure.net/.default",)
    assert [scopes_of(target) for target in valid.git_targets[:2]] == [azure_devops, azure_devops]
    assert [scopes_of(target) for target in valid.kube_targets] == [aks, aks, ("api://cluster/.default",)]
    assert [scopes_of(target) for target in valid.docker_targets] == [acr, acr]


def test_targets_of_a_profile_are_those_of_every_protocol(valid: config.Config) -> None:
    assert list(targets_of(valid, "least")) == [
        valid.git_targets[2],
        *valid.kube_targets[1:],
        *valid.docker_targets,
    ]
    assert list(targets_of(valid, "hill")) == []
