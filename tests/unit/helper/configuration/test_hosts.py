"""Strict parsing of hosts, paths and URLs: what is taken as it stands, and why the rest is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.configuration.hosts import (
    HTTPS_PORT,
    LIMIT,
    Place,
    UnfitName,
    host_and_port,
    host_name,
    https_url,
    path_segments,
    without_userinfo,
)
from keyturn.configuration.targets.docker import registry

LABEL_63 = "a" * 63


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("dev.azure.com", "dev.azure.com"),
        ("DEV.Azure.Com", "dev.azure.com"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        (f"{LABEL_63}.example", f"{LABEL_63}.example"),
        (".".join([LABEL_63] * 3 + ["a" * 61]), ".".join([LABEL_63] * 3 + ["a" * 61])),
    ],
)
def test_host_is_taken(text: str, host: str) -> None:
    assert host_name(text) == host


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "-a",
        "a-",
        "a_b",
        "a b",
        "a\n",
        "[::1]",
        f"{LABEL_63}a",
        "bücher.example",
        "\u212a",
    ],
)
def test_host_is_refused(text: str) -> None:
    with pytest.raises(UnfitName):
        host_name(text)


def test_host_over_253_characters_is_refused() -> None:
    with pytest.raises(UnfitName):
        host_name(".".join([LABEL_63] * 3 + ["a" * 62]))


@pytest.mark.parametrize(("text", "port"), [("h", HTTPS_PORT), ("h:1", 1), ("h:65535", 65535)])
def test_port_is_taken(text: str, port: int) -> None:
    assert host_and_port(text) == ("h", port)


@pytest.mark.parametrize(
    "port", ["", "0", "00", "0443", "+1", "-1", " 1", "1 ", "1_0", "65536", "99999", "443\n", "٤"]
)
def test_port_is_refused(port: str) -> None:
    with pytest.raises(UnfitName, match="port"):
        host_and_port(f"h:{port}")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://h", Place("h", 443)),
        ("https://H/", Place("h", 443)),
        ("https://h:8443/a/b/", Place("h", 8443, ("a", "b"))),
        ("https://h/My%20Project", Place("h", 443, ("My Project",))),
        ("https://h/gr%C3%B6%c3%9fe", Place("h", 443, ("größe",))),
        ("https://h/c%23/%3F", Place("h", 443, ("c#", "?"))),
    ],
)
def test_url_is_taken(url: str, place: Place) -> None:
    assert https_url(url) == place


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "starts with https://"),
        ("h/a", "starts with https://"),
        ("http://h", "starts with https://"),
        ("HTTPS://h", "starts with https://"),
        ("https:/h", "starts with https://"),
        ("https://", "plain host name"),
        ("https:///a", "plain host name"),
        ("https://u@h", "without a user name"),
        ("https://u:p@h/a", "without a user name"),
        ("https://[::1]/a", "port"),
        ("https://h?q", "plain host name"),
        ("https://h/a?q", "query"),
        ("https://h/a#f", "query"),
        ("https://h//", "empty"),
        ("https://h//a", "empty"),
        ("https://h/a//", "empty"),
        ("https://h/./a", "empty"),
        ("https://h/a/..", "empty"),
        ("https://h/%2e%2e/a", "empty"),
        ("https://h/a%2Fb", "encoded slashes"),
        ("https://h/a%5Cb", "encoded slashes"),
        ("https://h/a\\b", "encoded slashes"),
        ("https://h/a%2520b", "encoded slashes"),
        ("https://h/100%", "encoded slashes"),
        ("https://h/%zz", "encoded slashes"),
        ("https://h/a%00", "invisible"),
        ("https://h/a%0Ab", "invisible"),
        ("https://h/%E2%80%AE", "invisible"),
        ("https://h/%ff", "UTF-8"),
        ("https://h/\udcff", "UTF-8"),
        ("https://h/".ljust(LIMIT + 1, "a"), "no more than"),
    ],
)
def test_url_is_refused(url: str, reason: str) -> None:
    with pytest.raises(UnfitName, match=reason):
        https_url(url)


def test_what_is_longer_than_any_server_takes_is_not_looked_at() -> None:
    assert https_url("https://h/".ljust(LIMIT, "a")).host == "h"
    assert path_segments("a" * LIMIT) == ("a" * LIMIT,)
    with pytest.raises(UnfitName, match="no more than"):
        path_segments("a/" * LIMIT)
    with pytest.raises(UnfitName, match="no more than"):
        registry("h/".ljust(LIMIT + 1, "a"))


@given(st.text(max_size=40))
def test_any_text_is_segments_or_unfit(path: str) -> None:
    try:
        segments = path_segments(path)
    except UnfitName:
        return
    assert "/".join(segments) == path.removesuffix("/")
    assert not {"", ".", ".."} & set(segments)


@given(st.text(max_size=40))
def test_what_was_parsed_parses_to_itself(text: str) -> None:
    try:
        host, port = host_and_port(text)
    except UnfitName:
        return
    assert host_and_port(f"{host}:{port}") == (host, port)
    assert host == text.partition(":")[0].lower()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://h/a", "https://h/a"),
        ("https://u:hunter2@h/a", "https://***@h/a"),
        ("https://u:hun@ter2@h", "https://***@h"),
        ("u:hunter2@h", "***@h"),
        ("ftp://u:hunter2\n@h", "***@h"),
    ],
)
def test_userinfo_is_never_shown(url: str, shown: str) -> None:
    assert without_userinfo(url) == shown
