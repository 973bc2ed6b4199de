"""Another issuer's token in place of a secret: from a file, or from whoever issues them to a CI job.

Got anew for every request to Entra: jobs' tokens live for minutes, and a file is replaced all the time
(azure-sdk-for-python 44488; quickwit 6687 read it once, and was dead after a day).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from keyturn import moves
from keyturn.configuration.private_files import read_own
from keyturn.errors import ConfigError, KeyturnError
from keyturn.protocols.surroundings import GITHUB, GITHUB_URL, PIPELINES, TOKEN_FILE
from keyturn.shell import listing
from keyturnd.acquire.entra.authentication import jobs
from keyturnd.acquire.failed import Failed
from keyturnd.acquire.network.answers import claims_of, is_token
from keyturnd.messages.identities import EntraIdentity

if TYPE_CHECKING:
    from keyturn.configuration.profiles.credentials.federation import Federation
    from keyturn.kinds_of_hints import Hint, Sentence
    from keyturnd.acquire.network.transport import Transport
    from keyturnd.messages.jobs import TokenJob


def token(job: TokenJob, named: Federation, transport: Transport) -> str:
    """The other issuer's token, sound as far as can be seen from here. Raises Failed."""
    assert isinstance(job.identity, EntraIdentity)
    told = job.variables
    if named.file is not None:
        return _from_file(named.file)
    if named.service_connection:
        address, bearer = (_told(told, name, moves.machines.access_token_of_step()) for name in PIPELINES)
        asked = jobs.pipelines(address, bearer, named.service_connection)
    elif told.get(TOKEN_FILE) and not told.get(GITHUB_URL):
        return _from_told_file(told[TOKEN_FILE])
    elif not told.get(GITHUB_URL):
        sentence = f"neither {GITHUB_URL} nor {TOKEN_FILE} is set where the token is asked for"
        raise Failed(ConfigError, sentence, moves.machines.federated_token())
    else:
        address, bearer = (_told(told, name, moves.machines.id_token_permission()) for name in GITHUB)
        asked = jobs.github(address, bearer, jobs.audience(job.identity.authority))
    return _sound(jobs.token(asked, named.hosts, transport), asked.place)


def presented(token: str) -> str:
    """Who says what of whom in `token`, as a federated credential has to have it."""
    claims = claims_of(token)
    said = {name: claims.get(claim) for name, claim in (("issuer", "iss"), ("subject", "sub"), ("audience", "aud"))}
    return ", ".join(f"{name} {value}" for name, value in said.items())


def _told(told: dict[str, str], name: str, advice: Sentence) -> str:
    """The variable `name` of the caller. Raises Failed where it is not set: this is no such job."""
    if not told.get(name):
        raise Failed(ConfigError, f"{name} is not set where the token is asked for", advice)
    return told[name]


def _from_told_file(path: str) -> str:
    """A relative path would be the caller's, and this is another process's directory."""
    if not path.startswith("/"):
        raise Failed(ConfigError, f"{TOKEN_FILE} is no absolute path", moves.machines.as_told(TOKEN_FILE))
    return _from_file(path)


def _from_file(path: str) -> str:
    try:
        content = read_own(path, "the federated token").content
    except KeyturnError as error:
        raise Failed(type(error), error.sentence, error.hint) from None
    return _sound(content.decode("utf-8", "replace").strip(), path)


def _sound(token: str, place: str) -> str:
    """`token`, if it is a JWT whose time has not run out. Raises Failed."""
    claims = claims_of(token) if is_token(token) else {}
    if not claims:
        raise Failed(ConfigError, f"{place} gave no token that could be an assertion", _look_at(place))
    expires_at = claims.get("exp")
    if isinstance(expires_at, int | float) and expires_at <= time.time():
        end = time.gmtime(max(expires_at, 0))  # what is before that could not be shown
        sentence = f"the federated token of {place} expired at {time.strftime('%Y-%m-%d %H:%M:%S', end)} UTC"
        raise Failed(ConfigError, sentence, moves.secrets.replaced_token())
    return token


def _look_at(place: str) -> Hint:
    return listing(place) if place.startswith("/") else moves.configuration.odd_place(place)
