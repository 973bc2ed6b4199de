"""Which parameters of `keyturn azure new-token` belong together: New-SecMgmtAccessToken's parameter sets.

PowerShell says "parameter set cannot be resolved"; here the parameter that is too much or missing is named, and where
it would belong. reference/entra.md section 1 tells what each set does there. OnBehalfOf is ours.
"""

from __future__ import annotations

from typing import NamedTuple

from keyturn import hints
from keyturn.configuration.tables import either
from keyturn.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Iterator

PROGRAM = "keyturn azure new-token"
SECRET = frozenset({"credential", "credential_id"})
CERTIFICATE = frozenset({"certificate", "certificate_thumbprint"})
OF_CERTIFICATES = frozenset({"certificate_directory", "certificate_password"})
PROOFS = SECRET | CERTIFICATE | OF_CERTIFICATES


class ParameterSet(NamedTuple):
    """name: as the cmdlet has it. chosen_by: the parameter that makes it this one; none of all: User."""

    name: str
    chosen_by: str
    needs: tuple[str, ...]
    takes: frozenset[str]
    flow: str
    """What config.toml would call it."""
    with_code: str | None = None
    """The same with --use-authorization-code."""

    @property
    def known(self) -> frozenset[str]:
        """All that belong to it, beside those that belong to every set."""
        return self.takes | frozenset(self.needs) | frozenset({self.chosen_by})


REFRESH_TOKEN = ParameterSet(
    "RefreshToken",
    "refresh_token",
    ("application_id",),
    PROOFS | {"service_principal"},
    "refresh-token",
)
ON_BEHALF_OF = ParameterSet(
    "OnBehalfOf", "assertion", ("application_id", "tenant"), PROOFS | {"service_principal"}, "refresh-token"
)
BY_CERTIFICATE = ParameterSet(
    "ServicePrincipalCertificate",
    "certificate_thumbprint",
    ("application_id", "tenant"),
    CERTIFICATE | OF_CERTIFICATES | {"service_principal", "use_authorization_code"},
    "client-certificate",
    "confidential-browser",
)
BY_SECRET = ParameterSet(
    "ServicePrincipal",
    "service_principal",
    ("application_id", "tenant"),
    SECRET | {"use_authorization_code"},
    "client-secret",
    "confidential-browser",
)
USER = ParameterSet(
    "User", "", ("application_id",), frozenset({"use_authorization_code", "device"}), "browser", "browser"
)
SETS = (REFRESH_TOKEN, ON_BEHALF_OF, BY_CERTIFICATE, BY_SECRET, USER)
EXCLUSIVE = (
    ("device", "use_authorization_code", "a code on another screen, or a browser here"),
    ("certificate", "certificate_thumbprint", "a file, or what to look for"),
    *(
        (secret, proof, "an application proves itself with a secret or with a certificate")
        for secret in sorted(SECRET)
        for proof in sorted(CERTIFICATE | OF_CERTIFICATES)
    ),
)
OPTIONS = {"device": "--use-device-authentication"}
"""Where it is not the name with hyphens."""


def resolved(options: Namespace) -> ParameterSet:
    """The set that `options` belong to. Raises UsageError for what does not belong together."""
    given = frozenset(_given(options))
    for first, second, why in EXCLUSIVE:
        if {first, second} <= given:
            raise _wrong(f"{option(first)} and {option(second)} exclude each other: {why}")
    chosen = next((each for each in SETS[:2] if each.chosen_by in given), None) or _of_nobodys_token(given)
    for name in sorted(given - chosen.known):
        raise _misplaced(name, chosen)
    _check_needs(chosen, options)
    return chosen


def application_id(options: Namespace) -> str | None:
    """The one id, from either parameter. Raises UsageError where they differ."""
    first, second = options.application_id, options.credential_id
    if first and second and first.casefold() != second.casefold():
        raise _wrong("--application-id and --credential-id name two different applications")
    chosen: str | None = first or second
    return chosen


def option(name: str) -> str:
    """A parameter as it is written."""
    return OPTIONS.get(name, f"--{name.replace('_', '-')}")


def _misplaced(name: str, chosen: ParameterSet) -> UsageError:
    places = tuple(option(each.chosen_by) for each in SETS if name in each.known and each is not USER)
    if not places:
        return _wrong(f"{option(name)} is of parameter set {USER.name}, not of {chosen.name}")
    return _wrong(f"{option(name)} goes with {either(places)}, not with parameter set {chosen.name}")


def _of_nobodys_token(given: Iterable[str]) -> ParameterSet:
    if not CERTIFICATE.isdisjoint(given):
        return BY_CERTIFICATE
    return BY_SECRET if "service_principal" in given else USER


def _given(options: Namespace) -> Iterator[str]:
    """The parameters that belong to some sets alone, and were given."""
    names = frozenset().union(*(each.known for each in SETS)) - {"", "application_id", "tenant"}
    return (name for name in names if getattr(options, name) not in {None, False})


def _check_needs(chosen: ParameterSet, options: Namespace) -> None:
    values = {"application_id": application_id(options), "tenant": options.tenant}
    missing = [option(name) for name in chosen.needs if values[name] is None]
    if missing:
        raise _wrong(f"parameter set {chosen.name} needs {' and '.join(missing)}")
    if chosen is ON_BEHALF_OF and (SECRET | CERTIFICATE).isdisjoint(_given(options)):
        raise _wrong(f"parameter set {chosen.name} needs --credential or a certificate: an application asks")


def _wrong(sentence: str) -> UsageError:
    return UsageError(sentence, hints.usage(PROGRAM))
