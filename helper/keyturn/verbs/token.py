"""`keyturn token`."""

from __future__ import annotations

from keyturn.configuration.targets.images import registry_of
from keyturn.console import token_request
from keyturn.console.configured import configuration
from keyturn.console.parsing import Parser
from keyturn.protocols.token_text import FORMATS, token_text
from keyturn.protocols.token_variables import HOST, PLAIN, TOKEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

DESCRIPTION = """\
Print an access token of a profile: from memory, renewed when too little of its life is left.

A profile gives out what its targets, scopes and audiences in config.toml allow, and nothing else. Where that is one
thing only, it need not be named; nor need the profile of a registry.
"""
EPILOG = f"""\
formats:
  text     the token and a line end
  header   Authorization: Bearer TOKEN
  env      NAME=VALUE lines, quoted for a shell where they need it (a token never does, so env files fit too):
           {PLAIN}, or for AWX {HOST} and {TOKEN}
  json     the token, its expiry (UTC epoch seconds), account and scopes; --json for short

examples:
  keyturn token work --audience azure-devops --format header | curl -H @- https://dev.azure.com/contoso/_apis/projects
  eval "$(keyturn token work --format env | sed 's/^/export /')"
  keyturn token --registry contoso.azurecr.io --renew >/dev/null   # the last one was refused
  docker run --env-file <(keyturn token tower --format env) …
"""


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn token", description=DESCRIPTION, epilog=EPILOG)
    token_request.add_wanted(made)
    made.add_argument(
        "--registry", metavar="HOST", help="the refresh token of this container registry, a docker target"
    )
    made.add_argument("--format", choices=FORMATS, default="text", help="see below (default: text)")
    made.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = parser().parse(arguments)
    if options.registry is not None:
        options.registry = named.netloc if (named := registry_of(options.registry)) else options.registry
        options.profile = options.profile or _profile_for(options.registry)
    print(token_text(token_request.fetch(options, "token", "keyturn token"), options.format), end="")
    return 0


def _profile_for(registry: str) -> str | None:
    """Whose docker target it is, None where it is nobody's."""
    from keyturn.configuration.targets.docker import find_docker  # noqa: PLC0415 - loads msgspec

    target = find_docker(configuration().docker_targets, registry)
    return None if target is None else target.profile
