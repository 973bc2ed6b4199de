"""What must not leave the machine does not, wherever it stands; what helps somebody to help stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.verbs.doctor.redaction import MASK, Redaction

GUID = "11111111-2222-3333-4444-555555555555"
THUMBPRINT = "6F8C5BCC0EE7B2A3D5A1B6B0C1D2E3F405162738"


def redaction(*people: str, **environment: str) -> Redaction:
    return Redaction(environment, people, "/home/alice")


@pytest.mark.parametrize(
    "secret",
    [
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl",
        "8Q~jaOeC88sqLg95A3UdV8KJGQJ6OX9CI1e+~=",
        "Xyz8Q~abc.dEfGhIjKl.mNoPqRsTuVw.xYzABCDE",
        "1.AVYA" + "a1B2c3" * 30,
        "ghp_" + "A1b2" * 9,
    ],
)
def test_what_looks_like_a_secret(secret: str) -> None:
    told = redaction().text(f"the provider said: {secret}, and no more")
    assert told == f"the provider said: {MASK}, and no more"


@pytest.mark.parametrize(
    "text", [GUID, THUMBPRINT, "https://contoso.azurecr.io/v2/", "AADSTS7000215", "git-credential-keyturn-and-others",
     "Linux-6.1.0-18-cloud-amd64-x86_64-with-glibc2.36", "at 12:30:59, see https://contoso.azurecr.io:8443/v2/"]
)  # fmt: skip
def test_what_helps_stays(text: str) -> None:
    assert redaction().text(text) == text


@pytest.mark.parametrize("before", ["http://", "//", "socks5h://", ""])
@pytest.mark.parametrize("password", ["pw", "p@ss", "a/b", "a:b", "p%40ss"])
def test_credentials_in_a_url(before: str, password: str) -> None:
    """As people write them into a variable: unencoded, and a proxy's without a scheme."""
    told = redaction().text(f'the proxy is "{before}alice:{password}@proxy.example:8080"')
    assert told == f'the proxy is "{before}{MASK}@proxy.example:8080"'


@given(st.text(min_size=4), st.text(), st.text())
def test_the_value_of_a_variable_with_the_name_of_a_secret(secret: str, before: str, behind: str) -> None:
    for name in ("SYSTEM_ACCESSTOKEN", "AZURE_CLIENT_SECRET", "db_password", "MY_PAT", "DB_PASS", "SMTP_PWD"):
        told = redaction(**{name: secret}).text(f"{before}{secret}{behind}")
        assert secret not in told.replace(MASK, "")


def test_names_of_people_and_of_their_home() -> None:
    cut = redaction("alice@contoso.com", "bob")
    told = cut.text("signed in as Alice@Contoso.com, asked by bob in /home/alice/x: bobsled, carol@contoso.com")
    assert told == "signed in as person-1, asked by person-2 in ~/x: bobsled, someone"


@pytest.mark.parametrize(
    ("home", "told"),
    [
        ("/home/al", "~/x /home/al.old /home/alice/x ~."),
        ("/home/al/", "~/x /home/al.old /home/alice/x ~."),
        ("/", "/home/al/x /home/al.old /home/alice/x /home/al."),
    ],
)
def test_a_home_is_a_whole_path(home: str, told: str) -> None:
    assert Redaction({}, (), home).text("/home/al/x /home/al.old /home/alice/x /home/al.") == told


def test_everywhere_in_a_document() -> None:
    document = {"a": [{"b": "xyzzy1"}, ("xyzzy1", 1, None, True)], "xyzzy1": 2.5}
    told = redaction(SOME_TOKEN="xyzzy1").whole(document)
    assert told == {"a": [{"b": MASK}, [MASK, 1, None, True]], MASK: 2.5}
    assert "xyzzy1" not in json.dumps(told)
