"""A secret in a file of its owner's: from a file nobody else can read, and its content is in no error."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from keyturn.configuration.private_files import SIZE_LIMIT
from keyturn.configuration.settings import NetworkSettings
from keyturn.errors import ConfigError, ProviderRefused, ProviderUnreachable
from keyturnd.fetching.entrusted import fitting, secret_from_file, secret_from_variable
from keyturnd.fetching.surroundings import network_of
from support.daemon.brokers import service_profile
from support.machine.interpreters import NOBODY

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "planted secret"


def secret_file(directory: Path, content: str | bytes, mode: int = 0o600) -> Path:
    path = directory / "secret"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return path


def refusal(path: Path) -> ConfigError:
    """Why it is refused; neither its words nor its origin may hold what is in the file."""
    with pytest.raises(ConfigError) as raised:
        secret_from_file(str(path))
    assert "planted" not in repr(raised.value) + str(raised.value.hint)
    assert raised.value.__context__ is None or "planted" not in repr(raised.value.__context__)
    return raised.value


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_one_line_is_the_secret(tmp_path: Path, ending: str, mode: int) -> None:
    assert secret_from_file(str(secret_file(tmp_path, SECRET + ending, mode))) == SECRET


@pytest.mark.parametrize(
    "content",
    ["", "\n", "planted\nplanted", "planted\n\n", "planted\0", "\x1b[2Jplanted", "planted\u202e", b"planted\xff"],
)
def test_anything_else_is_refused(tmp_path: Path, content: str | bytes) -> None:
    refusal(secret_file(tmp_path, content))


@pytest.mark.parametrize("content", [b"planted\xff", b"planted\n", b"planted\x1b[2J"])
def test_a_variable_that_holds_no_secret(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setenv("MY_SECRET", os.fsdecode(content))
    with pytest.raises(ConfigError) as raised:
        secret_from_variable("MY_SECRET")
    assert raised.value.sentence == "MY_SECRET does not hold one line with a secret where the daemon was started"
    assert "planted" not in repr(raised.value) + str(raised.value.hint)


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_network_that_no_acquisition_could_be_told(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "http://planted:\udcff@proxy.example")
    with pytest.raises(ConfigError) as raised:
        network_of(NetworkSettings(), None)
    assert raised.value.sentence == f"{variable} is not UTF-8 where the daemon was started"
    assert str(raised.value.hint).startswith(f"unset {variable} "), "the spelling that is set"
    assert msgspec.json.encode(NetworkSettings().in_environment(os.environ).shown())  # as status tells it


def test_a_variable_that_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "\udcff")
    assert network_of(NetworkSettings(), "/ca.pem").ca_file == "/ca.pem"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644])
def test_a_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    told = refusal(secret_file(tmp_path, SECRET, mode))
    assert told.sentence == f"{tmp_path}/secret may be read or written by others (mode {mode:04o})"
    assert told.hint == f"chmod 600 {tmp_path}/secret"


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "missing"):
        refusal(path)


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    assert "exceeds 64 KiB" in refusal(secret_file(tmp_path, "x" * (SIZE_LIMIT + 1))).sentence


@pytest.mark.root
def test_a_file_of_somebody_elses_is_refused(tmp_path: Path) -> None:
    path = secret_file(tmp_path, SECRET)
    os.chown(path, NOBODY, NOBODY)
    assert refusal(path).sentence == f"{path} belongs to uid {NOBODY}"


@pytest.mark.parametrize("host", ["login.microsoftonline.de", "login.microsoftonline.com"])
def test_that_a_cloud_was_closed_explains_why_nobody_answers(host: str) -> None:
    profile = service_profile(authority=f"https://{host}/contoso.example")
    told = fitting(ProviderUnreachable(f"cannot connect to {host}"), profile)
    refused = fitting(ProviderRefused("no"), profile)
    closed = host.endswith(".de")
    assert told.sentence.endswith("; AzureGermanCloud was closed on 29 October 2021") == closed
    assert (told.hint is not None and "`environment` of [profile.ci]" in told.hint) == closed
    assert refused.sentence == "no"
