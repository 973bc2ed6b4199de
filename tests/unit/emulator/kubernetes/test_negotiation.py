"""The API server's pure parts: forms, pages and protobuf."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from keyturn_emulator.kubernetes import discovery, protobuf
from keyturn_emulator.kubernetes.negotiation import PLAIN, TABLE, Form, choose
from keyturn_emulator.kubernetes.pages import page
from keyturn_emulator.kubernetes.refusals import Refusal

ITEMS = [(name, name) for name in "abcde"]
V2, V2BETA1 = discovery.AGGREGATED


def chosen(accept: str | None, *offered: Form) -> Form:
    headers = {} if accept is None else {"Accept": accept}
    return choose(Headers(headers), offered)


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/*", "text/html, application/json"])
def test_plain_json(accept: str | None) -> None:
    assert chosen(accept, PLAIN, TABLE) == PLAIN


def test_the_first_form_that_is_offered_wins() -> None:
    tables = [f"application/json;as=Table;v={version};g=meta.k8s.io" for version in ("v1", "v1beta1")]
    accept = ",".join([*tables, "application/json"])
    assert chosen(accept, PLAIN, TABLE) == TABLE
    assert chosen(accept, PLAIN) == PLAIN


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        # kubectl 1.30 and later; 1.26 to 1.29; 1.20
        (f"{V2.content_type},{V2BETA1.content_type},application/json", V2),
        (f"{V2BETA1.content_type},application/json", V2BETA1),
        ("application/json, */*", PLAIN),
    ],
)
def test_discovery_by_version_of_kubectl(accept: str, form: Form) -> None:
    assert chosen(accept, PLAIN, *discovery.AGGREGATED) == form


def test_a_form_that_is_not_to_be_had() -> None:
    with pytest.raises(Refusal) as caught:
        chosen("application/vnd.kubernetes.protobuf", PLAIN)
    assert caught.value.status == 406


def test_pages_hold_everything_once() -> None:
    found, token, left = [], "", []
    while True:
        items, metadata = page(ITEMS, {"limit": "2", "continue": token}, "7")
        found.append(items)
        left.append(metadata.get("remainingItemCount"))
        if "continue" not in metadata:
            break
        token = str(metadata["continue"])
    assert found == [["a", "b"], ["c", "d"], ["e"]]
    assert left == [3, 1, None]


@pytest.mark.parametrize("limit", ["", "0", "5", "500"])
def test_one_page_for_all(limit: str) -> None:
    assert page(ITEMS, {"limit": limit}, "7") == (list("abcde"), {"resourceVersion": "7"})


@pytest.mark.parametrize(
    ("query", "status"), [({"limit": "-1"}, 400), ({"limit": "x"}, 400), ({"continue": "%"}, 400)]
)
def test_pages_that_are_none(query: dict[str, str], status: int) -> None:
    with pytest.raises(Refusal) as caught:
        page(ITEMS, query, "7")
    assert caught.value.status == status


def test_the_next_page_of_a_list_that_is_gone() -> None:
    _, metadata = page(ITEMS, {"limit": "2"}, "7")
    with pytest.raises(Refusal) as caught:
        page(ITEMS, {"limit": "2", "continue": str(metadata["continue"])}, "8")
    assert (caught.value.status, caught.value.reason) == (410, "Expired")


def test_texts_and_messages_of_protobuf() -> None:
    message = b"\x0a\x02hi" + b"\x10\x96\x01" + b"\x19" + b"12345678" + b"\x25" + b"1234" + b"\x1a\x00"
    assert protobuf.fields(message) == {1: b"hi", 3: b""}


@pytest.mark.parametrize("message", [b"\x0a\x05hi", b"\x0a", b"\x10\x96", b"\x0b", b"\x19123"])
def test_what_is_no_protobuf(message: bytes) -> None:
    with pytest.raises(ValueError, match=r"ends in the middle|unknown kind"):
        protobuf.fields(message)


def test_an_envelope_needs_its_magic() -> None:
    with pytest.raises(ValueError, match="magic"):
        protobuf.envelope(b"{}")
