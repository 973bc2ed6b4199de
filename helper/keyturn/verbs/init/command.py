"""`keyturn init`."""

from __future__ import annotations

from keyturn import hints, moves
from keyturn.configuration.hosts import HTTPS_PORT, https_url
from keyturn.configuration.targets.git import is_azure_devops
from keyturn.console import person
from keyturn.console.parsing import Parser
from keyturn.console.requests import ask
from keyturn.editing.config_document import ConfigDocument
from keyturn.errors import ProviderError, Refused, UsageError
from keyturn.reach import client
from keyturn.reach.paths import config_file
from keyturn.verbs.init.places import PROTOCOLS, of_this_repository, place_of
from keyturn.verbs.init.proof import prove
from keyturn.verbs.init.proposal import propose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from keyturn.verbs.init.places import Place
    from keyturn.verbs.init.proposal import Proposal

DESCRIPTION = """\
Write the configuration for a place, sign in, let the tool use keyturn, and prove that it works.

URL is an organization or a clone at Azure Repos, the server of an AKS cluster, the login server of a registry, or an
AWX. Without one, the clone this is run in is taken, or you are asked. What will be written is shown first.
"""
EPILOG = """\
examples:
  keyturn init https://dev.azure.com/contoso
  keyturn init contoso.azurecr.io --tenant contoso.com
  keyturn init https://awx.example --service awx --account alice
  keyturn init https://dev.azure.com/contoso --yes --flow device-code
"""
SERVICES = (*PROTOCOLS, "awx")


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn init", description=DESCRIPTION, epilog=EPILOG)
    made.add_argument("url", metavar="URL", nargs="?", help="where tokens are wanted")
    made.add_argument("--service", choices=SERVICES, help="what answers there, where its name does not tell")
    made.add_argument("--profile", metavar="NAME", help="the profile's name (default: work, or awx)")
    made.add_argument("--tenant", metavar="TENANT", help="its id or a domain (default: asked of the organization)")
    made.add_argument("--flow", metavar="FLOW", help="who signs in and how (default: browser, or device-code)")
    made.add_argument("--application-id", metavar="ID", help="an application of your own (default: Azure CLI's)")
    made.add_argument("--authority", metavar="URL", help="a login host that is none of Microsoft's")
    made.add_argument("--account", metavar="NAME", help="who signs in")
    made.add_argument("--ca-file", metavar="FILE", help="the CA of a provider of your own")
    made.add_argument("--yes", action="store_true", help="ask nothing, and agree to what would be shown")
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = parser().parse(arguments)
    place = _place(options)
    tenant, environment = ("", "") if place.service == "awx" else _tenant(place, options)
    document = ConfigDocument(config_file())
    proposal = propose(document.config, place, options, tenant=tenant, environment=environment)
    proposal.write(document)
    _agree(proposal, options)
    document.save()
    print(f"keyturn: wrote {config_file()}")
    _sign_in(proposal, options)
    _set_up(place)
    print(f"keyturn: {prove(place, proposal.profile)}")
    print("keyturn: to take it back:", *_way_back(proposal), sep="\n    ")
    return 0


def _place(options: Namespace) -> Place:
    """Where: as given, as found here, or as told. Raises UsageError."""
    if options.url is not None:
        return place_of(options.url, options.service)
    found = of_this_repository()
    if found is not None:
        return found
    if options.yes or not client.has_terminal():
        raise UsageError("a URL is needed", hints.usage("keyturn init"))
    return place_of(person.ask_line("where do you need tokens? URL or login server: "), options.service)


def _tenant(place: Place, options: Namespace) -> tuple[str, str]:
    """The tenant and the cloud it is in: as given, as the organization says, or as told."""
    if options.tenant is not None:
        return options.tenant, ""
    if place.service == "azure-devops" and _is_microsofts(place):
        try:
            found = ask("POST", "/v1/discovery", {"url": place.key})
        except ProviderError as error:
            print(f"keyturn: {error.sentence}")
        else:
            if found["tenant"]:
                print(f"keyturn: {place.key} belongs to the tenant {found['tenant']}")
                return found["tenant"], found["environment"]
    if options.yes or not client.has_terminal():
        service = () if place.names_its_service else ("--service", place.service)
        again = ("keyturn", "init", place.given, *service)
        raise UsageError("the tenant is needed", moves.configuration.name_it(again, "--tenant", "ID-OR-DOMAIN"))
    answer = person.ask_line("which tenant signs in there? its id or a domain [organizations]: ")
    return answer or "organizations", ""


def _is_microsofts(place: Place) -> bool:
    """Whether Azure DevOps itself is asked; a server of one's own is known to its owner."""
    at = https_url(place.key)
    return is_azure_devops(at.host) and at.port == HTTPS_PORT


def _agree(proposal: Proposal, options: Namespace) -> None:
    """Show what will be written. Raises Refused where the person does not want it.

    A URL that a repository names is its author's choice: it takes a person, whatever the options say.
    """
    print(f"keyturn: for {config_file()}:\n")
    if proposal.keys:
        print(f"    [profile.{proposal.profile}]")
        print("".join(f'    {key} = "{value}"\n' for key, value in proposal.keys.items()))
    if proposal.table:
        print(f'    [{".".join(proposal.table)}]\n    "{proposal.place.key}" = {_shown(proposal)}\n')
    for remark in proposal.remarks():
        print(f"keyturn: {remark}")
    if options.yes and not proposal.place.repository:
        return
    if not person.agrees("write this, and sign in?", hints.usage("keyturn init")):
        raise Refused("nothing was written", hints.usage("keyturn init"))


def _shown(proposal: Proposal) -> str:
    if isinstance(proposal.target, dict):
        return "{ " + ", ".join(f'{key} = "{value}"' for key, value in proposal.target.items()) + " }"
    return f'"{proposal.profile}"'


def _sign_in(proposal: Proposal, options: Namespace) -> None:
    from keyturn.verbs import login, secret  # noqa: PLC0415 - only once there is something to sign in to

    if options.flow in {"client-secret", "confidential-browser"}:
        secret.run(["set", proposal.profile])
    login.run([proposal.profile])


def _set_up(place: Place) -> None:
    from keyturn.verbs.setup import command as setup  # noqa: PLC0415 - only here

    arguments = {"azure-devops": ["git", place.key], "acr": ["docker", place.key], "aks": ["kube"]}
    if place.service in arguments:
        setup.run(arguments[place.service])


def _way_back(proposal: Proposal) -> Iterator[str]:
    """A command a line, so that they can be pasted at any width."""
    if proposal.table:
        yield f"keyturn setup {PROTOCOLS[proposal.place.service]} --undo"
        yield f"keyturn target remove {proposal.place.key}"
    yield f"keyturn profile remove {proposal.profile}"
