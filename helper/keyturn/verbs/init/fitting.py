"""Options that do not fit the sign-in they lead to: refused before anything is written, and asked where possible."""

from __future__ import annotations

import os

from keyturn import hints, moves, shell
from keyturn.configuration.private_files import read_own
from keyturn.configuration.profiles.credentials.certificates import Certificate
from keyturn.configuration.profiles.credentials.federation import Federation
from keyturn.configuration.profiles.flows.applications import OfMachine
from keyturn.configuration.profiles.flows.flow import name_of
from keyturn.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence

    from keyturn.configuration.profiles.profile import Profile
    from keyturn.kinds_of_hints import Command
    from keyturn.verbs.init.places import Place

OF_ENTRA = ("tenant", "subscription", "application_id", "certificate", "environment", "authority")
"""Options that say nothing to an AWX."""
OWN_APPLICATION = {"client-secret", "client-certificate", "confidential-browser", "workload-identity"}
"""Flows in which an application proves who it is: Azure CLI's is Microsoft's, and nobody else can."""
OF_AWX = {"password", "token"}
"""Flows of an AWX that need no application there."""


def check_places(places: Sequence[Place], options: Namespace) -> None:
    """Raises UsageError for an option of Entra ID's where there is no place of its."""
    if any(place.service != "awx" for place in places):
        return
    for name in OF_ENTRA:
        if getattr(options, name) is not None:
            raise UsageError(f"--{name.replace('_', '-')} is for Entra ID, and an AWX has none", _usage())
    if options.flow not in {None, *OF_AWX}:
        raise UsageError("--flow: init signs in to an AWX by password or token", hints.usage("keyturn profile add"))


def check_flow(places: Sequence[Place], options: Namespace) -> None:
    """Raises UsageError for a flow whose application nothing names nor asks for, and for one without any to name."""
    if all(place.service == "awx" for place in places):
        return
    if options.flow == name_of(OfMachine):
        sentence = "--flow: a managed identity has its own tenant and application, for which init asks"
        raise UsageError(sentence, hints.usage("keyturn profile add"))
    if options.flow is not None:
        _check_application(options.flow, options)


def check_profile(wanted: Profile, options: Namespace) -> None:
    """Raises UsageError for a secret that its flow has no use for, and for one that nobody has."""
    flow = wanted.flow
    if options.secret is not None and flow.secret_name is None:
        raise UsageError(f"--secret: flow {flow.name} takes none", _usage())
    _check_application(flow.name, options)


def check_files(profiles: Iterable[Profile]) -> None:
    """Raises ConfigError and UsageError for what cannot be read: its name put right makes another profile.

    profiles: those that are to be written.
    """
    for profile in profiles:
        match profile.flow.credential:
            case Certificate(file=str(file)):
                read_own(file, "the certificate")
            case Federation(file=str(file)):
                read_own(file, "the federated token")
        if profile.ca_file is not None and not os.access(profile.ca_file, os.R_OK):
            raise UsageError(f"--ca-file: {profile.ca_file} cannot be read", shell.listing(profile.ca_file))


def _check_application(flow: str, options: Namespace) -> None:
    if flow in OWN_APPLICATION and options.application_id is None:
        what_helps = moves.configuration.name_it(options.again, "--application-id", "ID")
        raise UsageError(f"flow {flow} takes an application of your own", what_helps)


def _usage() -> Command:
    return hints.usage("keyturn init")
