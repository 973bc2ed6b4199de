"""A mistyped or second organization on a host with targets: which of them is nearest; nothing for other hosts."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.configuration import config
from keyturn.configuration.targets.near import check_near
from keyturn.errors import NoTarget
from keyturn.protocols import git

TARGETS = config.parse(
    Path("FILE"),
    b"""
[profile.work]
provider = "entra"
flow = "device-code"
application_id = "11111111-2222-3333-4444-555555555555"
[targets.git]
"https://dev.azure.com/contoso" = "work"
"https://dev.azure.com/fabrikam/secret" = "work"
"https://git.example:8443/team" = { profile = "work", service = "azure-devops" }
""",
).git_targets


def asked(host: str, path: str = "", username: str = "") -> git.GitRequest:
    fields = {"protocol": "https", "host": host, "path": path, "username": username}
    return git.parse("".join(f"{name}={value}\n" for name, value in fields.items() if value).encode())


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (asked("dev.azure.com", "contosso/p/_git/r"), "https://dev.azure.com/contosso/p/_git/r is none"),
        (asked("dev.azure.com", "fabrikam/open/_git/r"), "the nearest is https://dev.azure.com/fabrikam/secret"),
        (asked("dev.azure.com", username="contoos"), "the nearest is https://dev.azure.com/contoso"),
        (asked("contosso.visualstudio.com", "p/_git/r"), "the nearest is https://dev.azure.com/contoso"),
        (asked("dev.azure.com"), "https://dev.azure.com it means, as it has to: keyturn setup git"),
        (asked("git.example:8443", "taem/x"), "the nearest is https://git.example:8443/team"),
    ],
)  # fmt: skip
def test_the_nearest_target_of_the_host_is_named(request_: git.GitRequest, told: str) -> None:
    with pytest.raises(NoTarget) as raised:
        check_near(TARGETS, request_)
    assert told in raised.value.sentence
    assert raised.value.lines() == f"keyturn: warning: {raised.value.sentence}\n"
    assert raised.value.exit_status == 0


@pytest.mark.parametrize(
    "request_",
    [asked("github.com", "contoso/x"), asked("git.example", "team/x"), asked("dev.azure.com:8443", "contoso")],
)
def test_another_host_is_none_of_our_business(request_: git.GitRequest) -> None:
    check_near(TARGETS, request_)


def test_a_url_with_a_secret_in_its_user_name_does_not_repeat_it() -> None:
    with pytest.raises(NoTarget) as raised:
        check_near(TARGETS, asked("dev.azure.com", "x/y", "hunter2"))
    assert "hunter2" not in raised.value.lines()
