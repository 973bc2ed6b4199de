"""Options of `init` that do not fit the sign-in that they lead to."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.configuration.config import parse
from keyturn.errors import UsageError
from keyturn.verbs.init.command import options_of
from keyturn.verbs.init.fitting import check_flow, check_places
from keyturn.verbs.init.places import Place
from keyturn.verbs.init.proposal import Proposal, propose

ID = "11111111-2222-3333-4444-555555555555"
REGISTRY = Place("acr", "contoso.azurecr.io", "contoso.azurecr.io")
AWX = Place("awx", "https://awx.example", "https://awx.example")


def proposed(*words: str) -> Proposal:
    options = options_of(["contoso.azurecr.io", *words])
    return propose(parse(Path("config.toml"), b""), REGISTRY, options, tenant=ID, environment="")


@pytest.mark.parametrize(
    ("words", "sentence", "hint"),
    [
        (["--flow", "device-code", "--secret", "-"], "--secret: flow device-code takes none", "keyturn init --help"),
        (
            ["--flow", "client-secret"],
            "flow client-secret takes an application of your own",
            "name it: keyturn init contoso.azurecr.io --flow client-secret --application-id ID",
        ),
        (
            ["--certificate", "key.pem"],
            "flow client-certificate takes an application of your own",
            "name it: keyturn init contoso.azurecr.io --certificate key.pem --application-id ID",
        ),
        (["--flow", "nonsense"], "--flow: expected browser, device-code, client-secret", "keyturn init --help"),
    ],
)
def test_what_does_not_fit_is_said_before_anything_is_written(words: list[str], sentence: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        proposed(*words)
    assert raised.value.sentence.startswith(sentence)
    assert raised.value.hint == hint


@pytest.mark.parametrize(
    ("flow", "sentence"),
    [
        ("workload-identity", "flow workload-identity takes an application of your own"),
        ("managed-identity", "a managed identity has its own tenant"),
    ],
)
def test_what_no_question_cures_is_said_before_any(flow: str, sentence: str) -> None:
    options = options_of(["contoso.azurecr.io", "--flow", flow])
    check_flow([AWX], options)
    with pytest.raises(UsageError, match=sentence):
        check_flow([AWX, REGISTRY], options)


def test_a_certificate_says_how_its_application_signs_in() -> None:
    keys = proposed("--certificate", "key.pem", "--application-id", ID, "--ca-file", "~/ca.pem").keys
    assert (keys["flow"], keys["certificate"]) == ("client-certificate", str(Path("key.pem").absolute()))
    assert keys["ca_file"] == "~/ca.pem"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--tenant", "contoso.example"], "--tenant is for Entra ID, and an AWX has none"),
        (["--application-id", ID], "--application-id is for Entra ID, and an AWX has none"),
        (["--flow", "browser"], "--flow: init signs in to an AWX by password or token"),
    ],
)
def test_an_awx_is_not_told_what_it_does_not_know(words: list[str], sentence: str) -> None:
    options = options_of(["https://awx.example", *words])
    with pytest.raises(UsageError) as raised:
        check_places([AWX], options)
    assert raised.value.sentence == sentence
    check_places([AWX, REGISTRY], options)
