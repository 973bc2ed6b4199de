"""Which redirect URIs are one's own: whatever else is accepted would be a way for codes to get out."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn_emulator.entra.directory.registry import Registry
from keyturn_emulator.entra.refusals import EntraError
from keyturn_emulator.entra.requests.authorization import WRONG_REDIRECT, destination_of

REGISTRY = Registry()
PIECES = ("http", "https", ":", "/", "//", "localhost", "127.0.0.1", "[::1]", "8400", *"@?#.\\x", "%2f")


def destination(redirect_uri: str) -> str | None:
    """Where the answer would go, None if it is refused for that."""
    form = {"client_id": REGISTRY.device.id, "redirect_uri": redirect_uri}
    try:
        return destination_of(form, None, REGISTRY).redirect_uri
    except EntraError as error:
        if error.kind is not WRONG_REDIRECT:
            raise
        return None


@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join) | st.text(min_size=1))
def test_what_is_accepted_is_this_machine_and_nothing_else(redirect_uri: str) -> None:
    accepted = destination(redirect_uri)
    if accepted is None:
        return
    url = urlsplit(accepted)
    assert accepted == redirect_uri
    assert (url.scheme, url.hostname, url.username, url.query, url.fragment) == ("http", "localhost", None, "", "")
    assert url.path in {"", "/"}


@given(st.integers(0, 65535), st.sampled_from(["", "/"]))
def test_any_port_is_accepted(port: int, path: str) -> None:
    assert destination(f"http://localhost:{port}{path}")


@given(st.integers(65536))
def test_what_is_no_port_is_not(port: int) -> None:
    assert destination(f"http://localhost:{port}") is None


def test_a_path_that_was_registered() -> None:
    registry = Registry()
    registry.device.redirect_uris = ("http://127.0.0.1/cb", "https://app.example/cb")
    form = {"client_id": registry.device.id}
    for fitting in ("http://127.0.0.1:1/cb", "https://app.example/cb"):
        assert destination_of({**form, "redirect_uri": fitting}, None, registry).redirect_uri == fitting
    for other in (
        "http://127.0.0.1:1/",
        "http://localhost:1/cb",
        "https://app.example:444/cb",
        "https://app.example/cb/",
    ):
        with pytest.raises(EntraError):
            destination_of({**form, "redirect_uri": other}, None, registry)
