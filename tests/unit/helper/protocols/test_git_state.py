"""The states that name a token."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from keyturn.protocols import git_state

DIGEST = hashlib.sha256(b"token").digest()


def test_a_digest_comes_back_among_the_states_of_other_helpers() -> None:
    assert git_state.named(["other:1", git_state.naming(DIGEST)]) == {DIGEST}


@given(st.lists(st.text()), st.text(), st.binary(max_size=40))
def test_nothing_else_names_a_token(states: list[str], text: str, digest: bytes) -> None:
    found = git_state.named([*states, f"keyturn:{text}", f"keyturn:{digest.hex()}", git_state.naming(DIGEST).upper()])
    assert found <= {digest}
    assert all(len(one) == 32 for one in found)
