"""Sealed records: what goes in comes out, and nothing else ever does."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keyturnd.vault.records import (
    HEADER_LIMIT,
    MAGIC,
    Damaged,
    NewerForm,
    OtherKey,
    RecordName,
    key_id_of,
    read_header,
    seal,
    unseal,
)

KEY = bytes(range(32))
KEY_ID = key_id_of(KEY)
NAME = RecordName(
    kind="state",
    profile="work",
    provider="entra",
    authority="https://login.microsoftonline.com/organizations",
    client_id="0d4a5a14-0000-4000-8000-000000000001",
)
SECRET = b"planted-refresh-token"

TEXT = st.text(st.characters(exclude_categories=["Cs"]))  # a lone surrogate is no text
NAMES = st.builds(
    RecordName,
    kind=st.sampled_from(["state", "access-token", "secret"]),
    profile=TEXT,
    provider=TEXT,
    authority=TEXT,
    client_id=TEXT,
    scopes=st.lists(TEXT, max_size=3).map(tuple),
    claims=st.none() | TEXT,
)


def sealed() -> bytes:
    return seal(NAME, SECRET, key=KEY, key_id=KEY_ID)


def opened(content: bytes) -> bytes:
    return unseal(NAME, content, key=KEY, key_id=KEY_ID)


@given(name=NAMES, payload=st.binary())
@example(name=NAME, payload=b"")
def test_what_was_sealed_can_be_unsealed(name: RecordName, payload: bytes) -> None:
    content = seal(name, payload, key=KEY, key_id=KEY_ID)
    assert unseal(name, content, key=KEY, key_id=KEY_ID) == payload
    header = read_header(content)
    assert header is not None
    assert (header.name, header.key) == (name, KEY_ID)


@given(one=NAMES, other=NAMES)
def test_a_record_opens_under_its_own_name_only(one: RecordName, other: RecordName) -> None:
    content = seal(one, SECRET, key=KEY, key_id=KEY_ID)
    if one != other:
        assert one.file_name() != other.file_name()
        with pytest.raises(Damaged):
            unseal(other, content, key=KEY, key_id=KEY_ID)


@pytest.mark.parametrize("field", ["profile", "provider", "authority", "client_id"])
def test_a_header_edited_to_another_name_does_not_open(field: str) -> None:
    """A hostile configuration plus an edited file must not send a secret to another place."""
    other = msgspec.structs.replace(NAME, **{field: "evil"})
    content = sealed().replace(NAME.canonical(), other.canonical())
    with pytest.raises(Damaged):
        unseal(other, content, key=KEY, key_id=KEY_ID)


def test_no_flipped_bit_goes_unnoticed() -> None:
    content = sealed()
    for position in range(len(content) * 8):
        tampered = bytearray(content)
        tampered[position // 8] ^= 1 << position % 8
        with pytest.raises((Damaged, NewerForm, OtherKey)):
            opened(bytes(tampered))


def test_no_truncation_goes_unnoticed() -> None:
    content = sealed()
    for length in range(len(content)):
        with pytest.raises(Damaged):
            opened(content[:length])
    with pytest.raises(Damaged):
        opened(content + b"\0")


@given(content=st.binary() | st.binary().map(lambda tail: MAGIC + tail))
@example(content=MAGIC + b'{"x":' + b"[" * 60_000 + b"\n")
@example(content=MAGIC + b"{}" + b" " * HEADER_LIMIT + b"\n")
@example(content=MAGIC)
@example(content=b"\n" * 200)
def test_any_other_bytes_are_damaged_and_nothing_worse(content: bytes) -> None:
    with pytest.raises(Damaged):
        opened(content)


def test_the_same_header_written_differently_does_not_open() -> None:
    """The bytes are authenticated, not what a parser makes of them."""
    content = sealed().replace(b'{"key":', b'{"key": ')
    assert read_header(content) is not None
    with pytest.raises(Damaged):
        opened(content)


def test_another_key_is_told_apart_from_damage() -> None:
    other = bytes(32)
    with pytest.raises(OtherKey) as raised:
        unseal(NAME, sealed(), key=other, key_id=key_id_of(other))
    assert raised.value.key_id == KEY_ID


def test_another_key_under_the_same_id_does_not_open() -> None:
    with pytest.raises(Damaged):
        unseal(NAME, sealed(), key=bytes(32), key_id=KEY_ID)


def test_nonces_differ() -> None:
    nonce_and_text = {sealed()[-(12 + len(SECRET) + 16) :][:12] for _ in range(64)}
    assert len(nonce_and_text) == 64


def test_the_form_on_disk_is_stable() -> None:
    """Both belong to what is on users' disks: a change here loses every login."""
    assert NAME.canonical() == (
        b'{"authority":"https://login.microsoftonline.com/organizations",'
        b'"client_id":"0d4a5a14-0000-4000-8000-000000000001",'
        b'"kind":"state","profile":"work","provider":"entra"}'
    )
    assert NAME.file_name() == "6546097ef9f95c6767816f268bc1f9e080501ff9fecac3bd862553c1c06d1d35.sealed"
    record = bytes.fromhex(
        "6b65797475726e2d7365616c65642d7265636f726420310a7b226b6579223a2233623432323061653735666562393163"
        "222c226e616d65223a7b22617574686f72697479223a2268747470733a2f2f6c6f67696e2e6d6963726f736f66746f6e"
        "6c696e652e636f6d2f6f7267616e697a6174696f6e73222c22636c69656e745f6964223a2230643461356131342d3030"
        "30302d343030302d383030302d303030303030303030303031222c226b696e64223a227374617465222c2270726f6669"
        "6c65223a22776f726b222c2270726f7669646572223a22656e747261227d7d0a9579c52d01905547905752c66b333615"
        "6f09c54ed830dbed12b3665f925d081cef2ce1651f2b6fc54263145a85124395ad"
    )
    assert opened(record) == SECRET


def test_the_clear_lines_hold_no_secret() -> None:
    content = sealed()
    assert SECRET not in content
    assert KEY not in content
    assert KEY.hex().encode() not in content
    assert KEY_ID not in KEY.hex()
