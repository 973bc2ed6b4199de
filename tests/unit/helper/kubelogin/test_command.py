"""What `kubelogin` says of words that it does not know."""

from __future__ import annotations

import pytest

from keyturn.kubelogin import command


@pytest.mark.parametrize(
    ("flag", "told"),
    [("--client-secret=planted", "--client-secret"), ("-splanted", "-s"), ("--unheard-of", "--unheard-of")],
)
def test_a_flag_before_the_verb_is_named_without_its_value(
    capsys: pytest.CaptureFixture[str], flag: str, told: str
) -> None:
    """It stands in a job's log then."""
    assert command.run([flag, "get-token"]) == 1
    assert capsys.readouterr().err == f"Error: unknown flag: {told}\nkeyturn: hint: kubelogin --help\n"
