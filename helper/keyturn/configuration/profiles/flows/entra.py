"""The flows of provider entra, together."""

from __future__ import annotations

from typing import TypeAlias

from keyturn.configuration.profiles.flows.applications import (
    ClientCertificate,
    ClientSecret,
    OfMachine,
    WorkloadIdentity,
)
from keyturn.configuration.profiles.flows.passing import AzureCli, OnBehalfOf
from keyturn.configuration.profiles.flows.people import Browser, ConfidentialBrowser, DeviceCode, RefreshToken

EntraFlow: TypeAlias = (
    Browser
    | DeviceCode
    | ClientSecret
    | ClientCertificate
    | ConfidentialBrowser
    | RefreshToken
    | WorkloadIdentity
    | OfMachine
    | AzureCli
    | OnBehalfOf
)
FLOWS: tuple[type[EntraFlow], ...] = (
    Browser,
    DeviceCode,
    ClientSecret,
    ClientCertificate,
    ConfidentialBrowser,
    RefreshToken,
    WorkloadIdentity,
    OfMachine,
)
