"""How a job of GitHub Actions or Azure Pipelines asks its own issuer for a token (reference/entra.md section 2).

The job's variables say where. What goes there is a secret of the job, so the host has to be one of the issuer's own:
whoever could set the variables of a build would otherwise have the secret sent to themselves.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from keyturn import moves
from keyturn.configuration.profiles.clouds import cloud_of
from keyturn.errors import ConfigError, ProviderRefused
from keyturn.protocols.surroundings import GITHUB, PIPELINES
from keyturnd.acquire.failed import Failed, beside
from keyturnd.acquire.network.answers import is_token, odd, parse
from keyturnd.acquire.network.transport import Redirected, Request

if TYPE_CHECKING:
    from collections.abc import Collection

    from keyturn.kinds_of_hints import Sentence
    from keyturnd.acquire.network.transport import Answer, Transport

AUDIENCE = "api://AzureADTokenExchange"
"""What Microsoft's documentation has every federated credential expect, but for those of two clouds."""
AUDIENCES = {"AzureUSGovernment": f"{AUDIENCE}USGov", "AzureChinaCloud": f"{AUDIENCE}China"}
GITHUB_HOSTS = re.compile(r"(?:[a-z0-9-]+\.)+actions\.githubusercontent\.com")
"""Of its runners' service: one for each region (GitHub's list of domains that self-hosted runners need)."""
PIPELINES_HOSTS = re.compile(r"dev\.azure\.com|[a-z0-9-]+\.visualstudio\.com")
"""SYSTEM_OIDCREQUESTURI lies below the organization's URL, which is one of these two forms. Azure DevOps has other
services below both names, and is told nothing there."""
API_VERSION = "7.1"
BEARER = "Bearer "


class Asked(NamedTuple):
    """One request to a job's issuer. Secret: `request` holds the job's own token."""

    request: Request
    member: str
    """Of the answer: where the token is."""
    hosts: re.Pattern[str]
    """Whole names, in lower case, that are the issuer's own."""
    advice: Sentence
    variables: tuple[str, str]
    """The names of those that told the URL and the job's own token."""

    @property
    def place(self) -> str:
        """Who is asked."""
        return urlsplit(self.request.url).netloc


def audience(authority: str) -> str:
    """Whom a token has to be for that the login service at this URL shall take."""
    cloud = cloud_of(authority)
    return AUDIENCE if cloud is None else AUDIENCES.get(cloud.name, AUDIENCE)


def github(address: str, bearer: str, audience: str) -> Asked:
    """`address` has a query already, which names the job."""
    url = f"{address}{'&' if '?' in address else '?'}audience={quote(audience, safe='')}"
    headers = {"Authorization": f"{BEARER}{bearer}", "Accept": "application/json"}
    return Asked(Request("GET", url, headers), "value", GITHUB_HOSTS, moves.machines.id_token_permission(), GITHUB)


def pipelines(address: str, bearer: str, service_connection: str) -> Asked:
    """Without the last header who is refused is sent to a sign-in page."""
    query = urlencode({"api-version": API_VERSION, "serviceConnectionId": service_connection})
    headers = {
        "Authorization": f"{BEARER}{bearer}",
        "Accept": "application/json",
        "Content-Type": "application/json",
        "X-TFS-FedAuthRedirect": "Suppress",
    }
    return Asked(
        Request("POST", f"{address}?{query}", headers, b""),
        "oidcToken",
        PIPELINES_HOSTS,
        moves.machines.access_token_of_step(),
        PIPELINES,
    )


def token(asked: Asked, more_hosts: Collection[str], transport: Transport) -> str:
    """The job's token. Raises Failed, before anything is sent where the host is not the issuer's."""
    _check_sound(asked)
    _check_place(asked, more_hosts)
    with beside():
        return _exchanged(asked, transport)


def _exchanged(asked: Asked, transport: Transport) -> str:
    answer = _sent(asked, transport)
    if answer.status != 200:
        sentence = f"{asked.place} gave the job no token (status {answer.status})"
        raise Failed(ProviderRefused, sentence, asked.advice)
    value = parse(answer.body, asked.place).get(asked.member)
    if not is_token(value):
        raise odd(asked.place, "holds no token of the job")
    return value


def _sent(asked: Asked, transport: Transport) -> Answer:
    """The answer. Where an issuer sends us is not said of the profile's authority."""
    try:
        return transport.exchange(asked.request)
    except Redirected as failed:
        raise Failed(ProviderRefused, failed.failure.sentence, moves.configuration.odd_place(asked.place)) from None


def _check_sound(asked: Asked) -> None:
    """Raises Failed for variables that no issuer sets so; a header with a line break in it would be two."""
    address, bearer = asked.variables
    if not is_token(asked.request.headers["Authorization"].removeprefix(BEARER)):
        raise Failed(ConfigError, f"{bearer} is no token: too long, or not of visible ASCII alone", asked.advice)
    try:
        parts, written = urlsplit(asked.request.url), asked.request.url
        sound = written.isprintable() and written[:8].lower() == "https://" and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.username is not None or parts.fragment:
        raise Failed(
            ConfigError,
            f"{address} is not the https URL of an issuer, without user and fragment",
            moves.machines.as_told(address),
        )


def _check_place(asked: Asked, more_hosts: Collection[str]) -> None:
    parts = urlsplit(asked.request.url)
    host, port = parts.hostname or "", parts.port or 443
    place = host if port == 443 else f"{host}:{port}"
    if place not in more_hosts and not (port == 443 and asked.hosts.fullmatch(host)):
        raise Failed(
            ConfigError,
            f"the job is told to ask {place} for its token, which is not its issuer's own",
            moves.machines.oidc_host(place),
        )
