"""keyturn.configuration.profiles.clouds: names, hosts, and which hosts are one service."""

from __future__ import annotations

import pytest

from keyturn.configuration.profiles.clouds import CLOUDS, authority_host, cloud, same_service


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
        ("login.chinacloudapi.cn", "login.partner.microsoftonline.cn", True),
        ("login.microsoftonline.com", "login.microsoftonline.us", False),
        ("login.example", "login.example", True),
        ("login.example", "login.microsoftonline.com", False),
    ],
)
def test_aliases_stay_within_their_cloud(host: str, other: str, *, same: bool) -> None:
    assert same_service(host, other) is same
