"""The one reader of Authorization headers."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from keyturn_emulator.bearer.header import bearer_token
from keyturn_emulator.bearer.signing import TokenRefused


def headers(*values: str) -> Headers:
    return Headers(raw=[(b"authorization", value.encode("latin-1")) for value in values])


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_written_in_any_case(scheme: str) -> None:
    assert bearer_token(headers(f"{scheme} abc")) == "abc"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ((), "anonymous"),
        (("Bearer abc", "Bearer abc"), "ambiguous"),
        (("Basic abc",), "scheme"),
        (("abc",), "scheme"),
        (("",), "scheme"),
    ],
)
def test_whatever_is_not_one_bearer_token_is_refused(values: tuple[str, ...], reason: str) -> None:
    with pytest.raises(TokenRefused) as caught:
        bearer_token(headers(*values))
    assert caught.value.reason == reason
