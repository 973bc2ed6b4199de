"""The stand-in for Azure's kubelogin: the same answers as kube's, for identities that its callers describe."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from keyturn import moves
from keyturn.configuration.clusters import check_named_cluster
from keyturn.configuration.kubelogin.identities import names_begin
from keyturn.configuration.kubelogin.stand_in import stand_in
from keyturn.configuration.profiles.secrets import Lent
from keyturn.errors import KeyturnError, SignInNeeded, UsageError, VariablesWanted
from keyturn.kinds_of_hints import printed
from keyturn.protocols import kubectl
from keyturn.protocols.kubelogin import flags
from keyturn.protocols.kubelogin.wish import cache_dir, wish
from keyturn.protocols.surroundings import is_text
from keyturnd import flows
from keyturnd.callers.peer import tool_behind
from keyturnd.fetching.wants import Want
from keyturnd.routes import exec_plugins
from keyturnd.routes.recorded_clusters import recorded
from keyturnd.server.http import Response

if TYPE_CHECKING:
    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile
    from keyturn.kinds_of_hints import Sentence
    from keyturn.protocols.kubelogin.wish import Wish
    from keyturnd.broker.signin import Waiter
    from keyturnd.callers.handed import Client
    from keyturnd.routes.exec_plugins import Asked
    from keyturnd.routes.remembered import AtHand
    from keyturnd.server.http import Request
    from keyturnd.services import Services


ENV = "keyturn-env"
FAILED = 1
"""The exit status of every failure, as kubelogin has it."""
_FLAGS = {
    "application_id": "--client-id",
    "tenant": "--tenant-id",
    "environment": "--environment",
    "authority": "--authority-host",
    "scopes": "--server-id",
    "flow": "--login",
}
"""What says here what a key of a profile says."""


def at_once(services: Services, request: Request) -> AtHand | None:
    """See keyturnd.routes.table.AT_ONCE."""
    # Ahead of the check: clusters that are recorded in between are not taken for those it was made against.
    known = recorded(services.state_directory).now()
    asked, said = _asked(services, request)
    return exec_plugins.at_once(services, request, asked, known if _is_to_be_remembered(said) else None)


async def get_token(services: Services, request: Request, waiter: Waiter, _: str) -> Response:
    """An ExecCredential for the identity that flags and variables describe, as kubelogin reads them."""
    return await exec_plugins.told_once(services, request, _get_token(services, request, waiter), FAILED)


async def remove_cache_dir(services: Services, request: Request, waiter: Waiter, _: str) -> Response:  # noqa: ARG001
    """Forget the identities with this cache directory. There is no such directory of ours."""
    given = flags.parse(request.arguments)
    begin = names_begin(cache_dir(given, request.environment))
    vault = await services.holdings.vault()
    names = {record.profile for record in list(vault.names()) if record.profile.startswith(begin)}
    for name in sorted(names):
        await services.broker.logout(name)
    return Response()


async def _get_token(services: Services, request: Request, waiter: Waiter) -> Response:
    helper = request.peer.pid
    tool = tool_behind(helper)
    told = services.complaints.is_told_anything(tool, helper)
    asked, said = _asked(services, request)
    client = exec_plugins.client_of(asked, tool)
    person = exec_plugins.Kubectl(waiter, tool, asking=not told)
    person.patience = min(person.patience or said.timeout, said.timeout)
    secret = await _secret(services, request, asked.want, said, client)
    try:
        with services.fetcher.loans.lent(asked.want.profile.name, secret):
            token = await exec_plugins.token(services, asked.want, person, client, helper)
    except KeyturnError as error:
        raise _in_its_words(error, asked.want.profile, said) from None
    return exec_plugins.hand(services, request, asked, token, client)


def _asked(services: Services, request: Request) -> tuple[Asked, Wish]:
    """Raises UsageError, Refused or ConfigError."""
    info = kubectl.parse(request.body)
    config = services.configuration.current()
    check_named_cluster(config, info, recorded(services.state_directory).now)
    said, plain = _understood(services, request, config)
    version = info.api_version if request.body.strip() else kubectl.V1BETA1
    meant = exec_plugins.asked(plain, version, info.cluster_server, request.body)
    return meant.of_caller(request.environment), said


def _understood(services: Services, request: Request, config: Config) -> tuple[Wish, Want]:
    """Whom these flags and variables mean; worked out once for the same words, which is most of an answer's time."""
    digest = _digest(request)
    known: tuple[Wish, Want] | None = services.understood.get(digest)
    if known is not None:
        return known
    said = wish(flags.parse(request.arguments), request.environment)
    identity = stand_in(config, said)
    found = said, Want(identity.profile, identity.scopes, "kubelogin")
    if _is_to_be_remembered(said):
        exec_plugins.keep_understood(services, digest, found)
    return found


def _is_to_be_remembered(said: Wish) -> bool:
    """Not with a secret; and whom az is signed in as, only az knows."""
    return said.login != "azurecli" and not (said.client_secret or said.certificate_password)


def _digest(request: Request) -> bytes:
    words = [*request.arguments, *(f"{name}:{value}" for name, value in request.headers.items() if name[:11] == ENV)]
    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogateescape")).digest()


async def _secret(services: Services, request: Request, want: Want, said: Wish, client: Client | None) -> str | None:
    """The secret for one acquisition, None where none is needed.

    Raises VariablesWanted for those that only the twin sends, and UsageError where there is none at all.
    """
    if not isinstance(want.profile.flow.secret_source, Lent):
        return None
    doubted = client is not None and services.handed.doubtful(client, want.key, request.peer.pid) is not None
    if not doubted and await services.broker.has(want):
        return None
    untold = [name for name in said.secret_variables if request.environment(name) is None]
    if untold:
        raise VariablesWanted("the secret may be in the environment", names=untold)
    secret = said.certificate_password if said.certificate else said.client_secret
    if not secret:
        if said.certificate:
            return None
        raise UsageError("client secret cannot be empty", _giving_it(said))
    if not is_text(secret):
        raise UsageError("the secret is not UTF-8", _giving_it(said))
    if services.fetcher.loans.is_another(want.profile.name, secret):
        services.broker.failures.clear(want.profile.name)
    return secret


def _in_its_words(error: KeyturnError, profile: Profile, said: Wish) -> KeyturnError:
    """`error` without the name of a profile that its reader never heard of, and whose verbs would not help."""
    error.sentence = error.sentence.replace(f"profile {profile.name}", f"--login {said.login}")
    if error.hint is not None and profile.name in error.hint:
        error.hint = _remedy(error, printed(error.hint), profile, said)
    return error


def _remedy(error: KeyturnError, advice: str, profile: Profile, said: Wish) -> Sentence:
    """In place of `advice`, which is about the configuration."""
    if flows.row(profile).person and isinstance(error, SignInNeeded):
        return moves.clients.at_terminal()
    named = [flag for key, flag in _FLAGS.items() if f"`{key}`" in advice]
    if named:
        return moves.clients.stanza(f"check {' and '.join(named)}")
    return _giving_it(said) if said.login == "spn" else moves.clients.stanza("look at its flags")


def _giving_it(wish: Wish) -> Sentence:
    """What to do about a secret that is missing or wrong."""
    names = " or ".join(wish.secret_variables)
    return moves.clients.stanza(f"export {names}, as kubelogin reads it" if names else "give it with its flag")
