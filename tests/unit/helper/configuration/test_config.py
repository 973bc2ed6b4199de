"""config.toml: what a valid one means, and the one line each mistake in it ends in."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.configuration import config
from keyturn.configuration.profiles.credentials.certificates import Certificate
from keyturn.configuration.profiles.credentials.federation import Federation
from keyturn.configuration.profiles.credentials.managed import ManagedIdentity
from keyturn.configuration.profiles.flows.applications import (
    ClientCertificate,
    ClientSecret,
    OfMachine,
    WorkloadIdentity,
)
from keyturn.configuration.profiles.flows.people import DeviceCode
from keyturn.configuration.profiles.profile import PROTOCOLS, EntraProfile
from keyturn.configuration.profiles.secrets import InFile, InVariable
from keyturn.configuration.settings import DaemonSettings, DockerSettings, GitSettings, NetworkSettings
from keyturn.errors import ConfigError
from support import places

VECTORS = places.VECTORS / "config"
VALID = (VECTORS / "valid.toml").read_text("utf-8")
MISTAKES = sorted((VECTORS / "mistakes").glob("*.toml"))
COMMENT = re.compile(r"# error: (?P<error>.+)\n# hint: (?P<hint>.+)\n")
FILE = Path("FILE")
ID = "bbbbbbbb-2222-3333-4444-555555555555"


@pytest.fixture(name="valid")
def parsed_valid(monkeypatch: pytest.MonkeyPatch) -> config.Config:
    """The configuration in valid.toml, read by a user whose home is /home/alice."""
    monkeypatch.setenv("HOME", "/home/alice")
    return config.parse(FILE, VALID.encode())


@pytest.mark.parametrize("vector", MISTAKES, ids=lambda path: path.stem)
def test_mistake_is_refused_in_one_line(vector: Path) -> None:
    content = vector.read_bytes()
    expected = COMMENT.match(content.decode())
    assert expected, "the vector lacks its expected lines"
    with pytest.raises(ConfigError) as caught:
        config.parse(FILE, content)
    assert caught.value.sentence == expected["error"]
    assert caught.value.hint == expected["hint"]
    assert caught.value.exit_status == 2


@pytest.mark.parametrize("vector", MISTAKES, ids=lambda path: path.stem)
def test_no_mistake_repeats_a_planted_secret(vector: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        config.parse(FILE, vector.read_bytes())
    assert "hunter2" not in caught.value.lines()


def test_secrets_were_planted() -> None:
    assert sum("hunter2" in vector.read_text("utf-8") for vector in MISTAKES) >= 6


def test_work_profile(valid: config.Config) -> None:
    assert valid.profiles["work"] == EntraProfile(
        name="work",
        tenant="contoso.example",
        application_id="04b07795-8ddb-461a-bbee-02f9e1bf7b46",
        flow=DeviceCode(),
        authority="https://login.microsoftonline.us/contoso.example",
        account="alice@contoso.example",
        ca_file="/home/alice/corp ca.pem",
        scopes=("https://graph.microsoft.com/User.Read", "https://graph.microsoft.com/Mail.Read"),
        audiences=("https://management.azure.com/",),
        protocols=frozenset({"git", "token"}),
    )


def test_aliases_and_an_explicit_authority(valid: config.Config) -> None:
    assert valid.profiles["ci.build-2_x"] == EntraProfile(
        name="ci.build-2_x",
        tenant="aaaaaaaa-2222-3333-4444-555555555555",
        application_id=ID,
        flow=ClientSecret(InFile("/run/secrets/ci")),
        authority="https://127.0.0.1:8443/aaaaaaaa-2222-3333-4444-555555555555",
    )
    assert valid.profiles["variable"] == EntraProfile(
        name="variable",
        tenant="contoso.example",
        application_id=ID,
        flow=ClientSecret(InVariable("CI_SECRET")),
        authority="https://login.microsoftonline.com/contoso.example",
    )


def test_certificates(valid: config.Config) -> None:
    flows = {name: valid.profiles[name].flow for name in ("certified", "thumbprint", "elsewhere")}
    assert flows == {
        "certified": ClientCertificate(
            Certificate("/home/alice/app.crt", "/home/alice/app.key", send_x5c=True, algorithm="RS256")
        ),
        "thumbprint": ClientCertificate(
            Certificate(
                thumbprint="0123456789abcdef0123456789abcdef01234567",
                directories=("certificates", "/home/alice/.dotnet/corefx/cryptography/x509stores/my"),
            )
        ),
        "elsewhere": ClientCertificate(
            Certificate(thumbprint="0123456789abcdef" * 4, directories=("/etc/keyturn",)),
        ),
    }


def test_identities_of_a_callers_surroundings(valid: config.Config) -> None:
    machine, pod = valid.profiles["machine"], valid.profiles["pod"]
    assert machine == EntraProfile(
        name="machine",
        tenant="organizations",
        application_id="",
        flow=OfMachine(ManagedIdentity(client_id=ID)),
        authority="https://login.microsoftonline.us/managed-identity",
        audiences=("https://graph.microsoft.us",),
    )
    assert pod.flow == WorkloadIdentity(Federation(hosts=("github.example", "ci.example:8443")))


def test_defaults_of_a_profile(valid: config.Config) -> None:
    assert valid.profiles["least"] == EntraProfile(
        name="least",
        tenant="organizations",
        application_id=ID,
        flow=DeviceCode(),
        authority="https://login.microsoftonline.com/organizations",
        protocols=frozenset(PROTOCOLS),
    )


def test_settings(valid: config.Config) -> None:
    assert valid.git == GitSettings(store="off")
    assert valid.docker == DockerSettings(store="off")
    assert valid.daemon == DaemonSettings(idle_exit=8 * 3600, key="file", log="debug")
    assert valid.network == NetworkSettings(
        proxy="http://proxy.example:8080", no_proxy="localhost,.corp.example", ca_file="/etc/ssl/corp.pem"
    )


def test_an_empty_file_means_the_defaults() -> None:
    empty = config.parse(FILE, b"")
    assert empty == config.Config(source=FILE)
    assert (empty.profiles, empty.git_targets, empty.kube_targets, empty.docker_targets) == ({}, (), (), ())
    assert empty.daemon == DaemonSettings(idle_exit=28800, key="auto", log="info")
    assert empty.network == NetworkSettings(proxy=None, no_proxy=None, ca_file=None)


def test_idle_exit_never() -> None:
    assert config.parse(FILE, b'[daemon]\nidle_exit = "never"\n').daemon.idle_exit is None


def test_windows_line_ends_are_fine(valid: config.Config, monkeypatch: pytest.MonkeyPatch) -> None:
    assert config.parse(FILE, VALID.replace("\n", "\r\n").encode()) == valid


def test_bytes_that_are_not_utf8_are_found_by_line() -> None:
    with pytest.raises(ConfigError, match=r"^FILE: not UTF-8 \(at line 2\)$"):
        config.parse(FILE, b'[network]\nno_proxy = "\xe9"\n')


def test_an_editors_byte_order_mark_is_called_by_its_name() -> None:
    with pytest.raises(ConfigError, match=r"^FILE: it begins with a byte order mark$"):
        config.parse(FILE, b"\xef\xbb\xbf[network]\n")


def test_two_configurations_share_nothing_that_can_change() -> None:
    first, second = config.Config(source=FILE), config.Config(source=FILE)
    assert first.profiles is not second.profiles


def test_a_configuration_cannot_be_changed(valid: config.Config) -> None:
    targets = (valid.git_targets[0], valid.kube_targets[0], valid.docker_targets[0])
    profiles = (valid.profiles["work"], valid.profiles["tower"])
    for thing in (valid, *profiles, *targets, valid.daemon, valid.network, valid.git, valid.docker):
        with pytest.raises(AttributeError, match="immutable"):
            setattr(thing, type(thing).__struct_fields__[0], "changed")
    assert msgspec.to_builtins(valid.git_targets[0])["url"] == "https://dev.azure.com/contoso"


def parse_or_refuse(content: bytes) -> None:
    """Whatever the content: a Config, or a ConfigError of one short line with a hint."""
    try:
        config.parse(FILE, content)
    except ConfigError as error:
        lines = error.lines().splitlines()
    else:
        return
    assert len(lines) == 2
    assert lines[0].startswith("keyturn: error: FILE: ")
    assert len(lines[0]) < 600


@given(st.binary(max_size=60))
def test_any_bytes_are_a_configuration_or_a_config_error(content: bytes) -> None:
    parse_or_refuse(content)


@given(
    position=st.integers(min_value=0, max_value=len(VALID)),
    length=st.integers(min_value=0, max_value=4),
    put=st.one_of(
        st.text(max_size=2), st.sampled_from(['"', "[", "]\n", "= 1", "\\u0000", "true", "\n[x]\n", "%2e%2e"])
    ),
)
def test_any_small_change_is_a_configuration_or_a_config_error(position: int, length: int, put: str) -> None:
    changed = VALID[:position] + put + VALID[position + length :]
    parse_or_refuse(changed.encode("utf-8", "surrogatepass"))
