"""What a place becomes as a target: never more than what was said, but for a clone's URL."""

from __future__ import annotations

import pytest

from keyturn.configuration.targets.recognized import recognize
from keyturn.errors import UsageError

DIGEST = f"sha256:{'0123456789abcdef' * 4}"


@pytest.mark.parametrize(
    ("place", "key"),
    [
        ("https://dev.azure.com/contoso", "https://dev.azure.com/contoso"),
        ("https://contoso@dev.azure.com/contoso/infrastructure/_git/app", "https://dev.azure.com/contoso"),
        ("https://dev.azure.com/contoso/_git/app", "https://dev.azure.com/contoso"),
        ("https://contoso.visualstudio.com/infrastructure/_git/app", "https://contoso.visualstudio.com"),
        ("https://git.example/tfs/team/_git/app", "https://git.example/tfs/team"),
        # A project with a profile of its own: the organization is another profile's.
        ("https://dev.azure.com/contoso/infrastructure", "https://dev.azure.com/contoso/infrastructure"),
        ("https://contoso.visualstudio.com/infrastructure", "https://contoso.visualstudio.com/infrastructure"),
        # As a browser shows them.
        ("dev.azure.com/contoso/demo/_git/app", "https://dev.azure.com/contoso"),
        ("contoso.visualstudio.com", "https://contoso.visualstudio.com"),
    ],
)
def test_a_clone_stands_for_its_organization_and_all_else_for_itself(place: str, key: str) -> None:
    assert recognize(place) == ("git", key)


@pytest.mark.parametrize(
    "place",
    ["contoso.azurecr.io", "contoso.azurecr.io/", "https://contoso.azurecr.io", "https://contoso.azurecr.io/"],
)
def test_a_registry_as_its_clients_or_the_portal_have_it(place: str) -> None:
    assert recognize(place) == ("docker", "contoso.azurecr.io")


@pytest.mark.parametrize(
    "image",
    [
        "{}/app", "{}/app:1", "{}/team/app:1.2-rc_3", f"{{}}/app@{DIGEST}", f"{{}}/app:1@{DIGEST}",
        "oci://{}/charts/app", "docker://{}/app:1", "https://{}/v2/", "https://{}/v2/_catalog", "https://{}/team/app",
    ],
)  # fmt: skip
def test_an_image_stands_for_its_registry(image: str) -> None:
    assert recognize(image.format("contoso.azurecr.io")) == ("docker", "contoso.azurecr.io")
    assert recognize(image.format("localhost:5000"), "docker") == ("docker", "localhost:5000")


@pytest.mark.parametrize(
    "text",
    [
        "http://dev.azure.com/contoso", "git@ssh.dev.azure.com.example:v3/contoso/demo/app", "git.example/tfs",
        "http://contoso.azurecr.io/app", "contoso.azurecr.io/App", "contoso.azurecr.io.example/app:1",
        "docker.io/app", "contoso.azurecr.io/app@", "contoso.azurecr.io/app:", "a@contoso.azurecr.io/app",
        "contoso.azurecr.io/a//b",
        "dev.azure.com.example/contoso", "alice@dev.azure.com/contoso", "contoso",
    ],
)  # fmt: skip
def test_what_is_neither_a_url_nor_a_login_server_says_what_would_be(text: str) -> None:
    with pytest.raises(UsageError, match=r"no target: expected a URL that starts with https://, or a login server"):
        recognize(text)


@pytest.mark.parametrize("image", ["library/ubuntu", "contoso/app:1", "docker://contoso/app"])
def test_an_image_of_docker_hub_is_taken_for_no_registry_of_its_users_name(image: str) -> None:
    with pytest.raises(UsageError, match="no target: "):
        recognize(image, "docker")


@pytest.mark.parametrize(
    "address",
    [
        "git@ssh.dev.azure.com:v3/contoso/demo/app", "ssh://git@ssh.dev.azure.com/v3/contoso/demo/app",
        "contoso@vs-ssh.visualstudio.com:v3/contoso/demo/app",
    ],
)  # fmt: skip
def test_an_address_for_ssh_is_told_the_one_for_https(address: str) -> None:
    with pytest.raises(UsageError, match="no token over SSH: the same place over https is ") as refused:
        recognize(address)
    assert refused.value.mistyped == (address, "https://dev.azure.com/contoso")
