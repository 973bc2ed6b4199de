"""keyturn.configuration.profiles.clouds: names, hosts, and which hosts are one service."""

from __future__ import annotations

import pytest

from keyturn.configuration.profiles.clouds import (
    CLOUDS,
    SPOKEN,
    audience,
    authority_host,
    cloud,
    same_service,
    short_name,
    spoken,
)


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("AzureCloud", "login.microsoftonline.com"),
        ("azurecloud", "login.microsoftonline.com"),
        ("AZURECHINACLOUD", "login.partner.microsoftonline.cn"),
        ("AzureUSGovernment", "login.microsoftonline.us"),
        ("AzureGermanCloud", "login.microsoftonline.de"),
        ("AzurePPE", "login.windows-ppe.net"),
        ("azurebleucloud", "login.sovcloud-identity.fr"),
        ("AzureMars", None),
        ("", None),
    ],
)
def test_hosts_by_name(name: str, host: str | None) -> None:
    assert authority_host(name) == host


def test_a_closed_cloud_says_when() -> None:
    assert [known.name for known in CLOUDS if known.closed] == ["AzureGermanCloud"]
    german = cloud("azuregermancloud")
    assert german is not None
    assert german.closed == "29 October 2021"


@pytest.mark.parametrize(
    ("host", "other", "same"),
    [
        ("login.microsoftonline.com", "LOGIN.WINDOWS.NET", True),
        ("login.microsoftonline.com", "login.microsoft.com", True),
        ("sts.windows.net", "login.windows.net", True),
        ("login.usgovcloudapi.net", "login.microsoftonline.us", True),
        ("login.chinacloudapi.cn", "login.partner.microsoftonline.cn", True),
        ("login.microsoftonline.com", "login.microsoftonline.us", False),
        ("login-us.microsoftonline.com", "login.microsoftonline.us", True),
        ("login.example", "login.example", True),
        ("login.example", "login.microsoftonline.com", False),
    ],
)
def test_aliases_stay_within_their_cloud(host: str, other: str, *, same: bool) -> None:
    assert same_service(host, other) is same


@pytest.mark.parametrize(
    ("word", "authority", "uri"),
    [
        ("graph", "https://login.microsoftonline.com/t", "https://graph.microsoft.com"),
        ("Graph", "https://login.microsoftonline.us/t", "https://graph.microsoft.us"),
        ("arm", "https://login.chinacloudapi.cn/t", "https://management.chinacloudapi.cn"),
        ("sql", "https://login.microsoftonline.com/t", "https://database.windows.net/"),
        ("aks", "https://login.microsoftonline.us/t", "6dae42f8-4368-4678-94ff-3960e28e3630"),
        ("key-vault", "https://login.example:8443/t", "https://vault.azure.net"),
        ("arm", "https://login.windows-ppe.net/t", "https://api-dogfood.resources.windows-int.net"),
        ("graph", "https://login.windows-ppe.net/t", "https://graph.microsoft-ppe.com"),
        ("key-vault", "https://login.microsoftonline.us/t", "https://vault.usgovcloudapi.net"),
        ("sql", "https://login.usgovcloudapi.net/t", "https://database.usgovcloudapi.net/"),
        ("key-vault", "https://login.chinacloudapi.cn/t", "https://vault.azure.cn"),
        ("sql", "https://login.partner.microsoftonline.cn/t", "https://database.chinacloudapi.cn/"),
        ("key-vault", "https://login.sovcloud-identity.fr/t", "https://vault.sovcloud-api.fr"),
        ("https://api.example", "https://login.microsoftonline.com/t", "https://api.example"),
    ],
)
def test_an_audience_by_its_short_name_is_that_of_the_cloud(word: str, authority: str, uri: str) -> None:
    assert audience(word, authority) == uri


@pytest.mark.parametrize(
    ("scopes", "text"),
    [
        (("499b84ac-1321-427f-aa17-267ca6975798/.default",), "Azure DevOps"),
        (("499B84AC-1321-427F-AA17-267CA6975798/.default",), "Azure DevOps"),
        (
            ("https://graph.microsoft.us/User.Read", "https://graph.microsoft.us/Mail.Read"),
            "Microsoft Graph (User.Read, Mail.Read)",
        ),
        (("https://management.core.windows.net//.default",), "ARM"),
        (("https://containerregistry.azure.net/.default",), "ACR"),
        (("https://api.example/.default",), "https://api.example/.default"),
        (("https://a.example/x", "https://b.example/y"), "https://a.example/x https://b.example/y"),
        (("write",), "AWX (read and write)"),
        (("read",), "AWX (read)"),
        ((), ""),
    ],
)
def test_scopes_are_told_by_the_name_of_their_resource(scopes: tuple[str, ...], text: str) -> None:
    assert spoken(scopes) == text


def test_every_name_is_spoken_in_every_cloud() -> None:
    for known in CLOUDS:
        for short, called in SPOKEN.items():
            assert spoken((f"{audience(short, f'https://{known.host}/t')}/.default",)) == called
        assert [short_name((f"{audience(short, f'https://{known.host}/t')}/.default",)) for short in SPOKEN] == [
            *SPOKEN
        ]
    assert short_name(("https://graph.microsoft.com/User.Read",)) is None
