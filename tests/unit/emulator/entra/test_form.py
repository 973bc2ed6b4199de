"""Forms are read strictly: each parameter once, none empty, every escape and byte in order."""

from __future__ import annotations

import pytest

from keyturn_emulator.entra.refusals import EntraError
from keyturn_emulator.entra.requests.form import parse_form


def test_values_come_out_as_they_went_in() -> None:
    body = b"scope=a%2Fb+c&secret=%2B%26%3D~%C3%A4"
    assert parse_form(body) == {"scope": "a/b c", "secret": "+&=~ä"}


def test_no_body_is_no_parameters() -> None:
    assert parse_form(b"") == {}


@pytest.mark.parametrize(
    "body",
    [b"claims=", b"=x", b"a", b"a=1&", b"&a=1", b"a=1&&b=2", b"a=%", b"a=%zz", b"%4=a", b"a=%ff", b"a=\xff"],
)
def test_malformed(body: bytes) -> None:
    with pytest.raises(EntraError) as caught:
        parse_form(body)
    assert caught.value.kind.number == 9002313


@pytest.mark.parametrize("body", [b"a=1&a=1", b"a=1&b=2&%61=3"])
def test_duplicates_however_spelt(body: bytes) -> None:
    with pytest.raises(EntraError) as caught:
        parse_form(body)
    assert caught.value.kind.number == 9000411
