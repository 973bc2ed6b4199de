"""Which parameters of `keyturn azure new-token` belong together, and what is said where they do not."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import pytest

from keyturn.console.parsing import Parser
from keyturn.errors import UsageError
from keyturn.verbs.azure import command, parameter_sets

if TYPE_CHECKING:
    from argparse import Namespace

ID = "11111111-2222-3333-4444-555555555555"
OTHER = "99999999-2222-3333-4444-555555555555"
SCOPES = ["--scopes", "https://graph.microsoft.com/.default"]
APP = ["--application-id", ID]
TENANT = ["--tenant", "contoso.example"]
SECRET = ["--credential", "env:S"]
THUMBPRINT = ["--certificate-thumbprint", "0123456789ABCDEF0123456789ABCDEF01234567"]


def parsed(words: list[str]) -> Namespace:
    parser = Parser(prog=parameter_sets.PROGRAM)
    command._add_parameters(parser)
    return parser.parse([*words, *SCOPES])


@pytest.mark.parametrize(
    ("words", "name", "flow"),
    [
        (APP, "User", "browser"),
        ([*APP, "--use-authorization-code"], "User", "browser"),
        ([*APP, "--auth-code"], "User", "browser"),
        *(([*APP, word], "User", "device-code") for word in ("--use-device-authentication", "--device-code")),
        *(([*APP, word], "User", "device-code") for word in ("--device-auth", "--device")),
        ([*APP, *TENANT, "--service-principal", *SECRET], "ServicePrincipal", "client-secret"),
        ([*APP, *TENANT, "--service-principal"], "ServicePrincipal", "client-secret"),
        (["--credential-id", ID, *TENANT, "--service-principal", *SECRET], "ServicePrincipal", "client-secret"),
        ([*APP, *TENANT, "--service-principal", *SECRET, "--auth-code"], "ServicePrincipal", "confidential-browser"),
        ([*APP, *TENANT, *THUMBPRINT], "ServicePrincipalCertificate", "client-certificate"),
        ([*APP, *TENANT, "--service-principal", *THUMBPRINT], "ServicePrincipalCertificate", "client-certificate"),
        ([*APP, *TENANT, "--certificate", "a.pem"], "ServicePrincipalCertificate", "client-certificate"),
        ([*APP, *TENANT, *THUMBPRINT, "--auth-code"], "ServicePrincipalCertificate", "confidential-browser"),
        ([*APP, "--refresh-token", "-"], "RefreshToken", "refresh-token"),
        (["--credential-id", ID, *SECRET, "--refresh-token", "-"], "RefreshToken", "refresh-token"),
        ([*APP, *THUMBPRINT, "--refresh-token", "-", "--service-principal"], "RefreshToken", "refresh-token"),
        ([*APP, *TENANT, *SECRET, "--assertion", "-"], "OnBehalfOf", "refresh-token"),
    ],
)
def test_the_set_is_the_cmdlets(words: list[str], name: str, flow: str) -> None:
    options = parsed(words)
    chosen = parameter_sets.resolved(options)
    assert (chosen.name, command._table(options, chosen)["flow"]) == (name, flow)
    assert command._table(options, chosen)["application_id"] == ID


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "parameter set User needs --application-id"),
        (["--refresh-token", "-"], "parameter set RefreshToken needs --application-id"),
        (["--service-principal", *SECRET], "parameter set ServicePrincipal needs --application-id and --tenant"),
        ([*APP, *THUMBPRINT], "parameter set ServicePrincipalCertificate needs --tenant"),
        (
            [*APP, *TENANT, "--assertion", "-"],
            "parameter set OnBehalfOf needs --credential or a certificate: an application asks",
        ),
        (
            [*APP, *SECRET],
            "--credential goes with --refresh-token, --assertion or --service-principal, not with parameter set User",
        ),
        (
            [*APP, "--certificate-password", "-"],
            (
                "--certificate-password goes with --refresh-token, --assertion or --certificate-thumbprint, "
                "not with parameter set User"
            ),
        ),
        (
            [*APP, *TENANT, "--service-principal", "--device"],
            "--use-device-authentication is of parameter set User, not of ServicePrincipal",
        ),
        (
            [*APP, "--refresh-token", "-", "--auth-code"],
            (
                "--use-authorization-code goes with --certificate-thumbprint or --service-principal, "
                "not with parameter set RefreshToken"
            ),
        ),
        (
            [*APP, "--device", "--auth-code"],
            (
                "--use-device-authentication and --use-authorization-code exclude each other: "
                "a code on another screen, or a browser here"
            ),
        ),
        (
            [*APP, *TENANT, "--service-principal", *SECRET, *THUMBPRINT],
            (
                "--credential and --certificate-thumbprint exclude each other: "
                "an application proves itself with a secret or with a certificate"
            ),
        ),
        (
            [*APP, "--credential-id", OTHER, *TENANT, "--service-principal"],
            "--application-id and --credential-id name two different applications",
        ),
    ],
)
def test_what_does_not_belong_together_is_named(words: list[str], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parameter_sets.resolved(parsed(words))
    assert caught.value.sentence == sentence
    assert caught.value.hint == "keyturn azure new-token --help"


def test_one_id_may_be_said_twice() -> None:
    options = parsed([*APP, "--credential-id", ID.upper(), *TENANT, "--service-principal"])
    assert parameter_sets.application_id(options) == ID


def test_paths_are_those_of_whoever_asks(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.chdir(str(tmp_path))
    options = parsed([*APP, *TENANT, "--certificate", "a.pem", "--ca-file", "ca.pem"])
    table = command._table(options, parameter_sets.resolved(options))
    assert (table["certificate"], table["ca_file"]) == (f"{tmp_path}/a.pem", f"{tmp_path}/ca.pem")


def test_every_parameter_is_looked_at() -> None:
    """One that belongs to no set would be taken and ignored."""
    parser = argparse.ArgumentParser()
    command._add_parameters(parser)  # type: ignore[arg-type]  # what it needs of one
    everywhere = {
        *("help", "tenant", "environment", "authority", "scopes", "audience", "application_id", "ca_file"),
        *("no_browser", "json", "raw", "show_secrets", "verbose", "debug"),
    }
    known = frozenset().union(*(each.known for each in parameter_sets.SETS))
    assert {action.dest for action in parser._actions} == everywhere | (known - {""})
