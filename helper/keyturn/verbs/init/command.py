"""`keyturn init`."""

from __future__ import annotations

from keyturn import hints, moves
from keyturn.configuration.config import parse
from keyturn.configuration.profiles import NAME_RULE, is_profile_name
from keyturn.configuration.profiles.flows.entra import FLOWS
from keyturn.configuration.profiles.flows.flow import name_of
from keyturn.console import person
from keyturn.console.parsing import Parser
from keyturn.console.profile_texts import protocol_of
from keyturn.console.secret_sources import check_source
from keyturn.editing.config_document import ConfigDocument
from keyturn.errors import KeyturnError, Refused, UsageError, one_line
from keyturn.kinds_of_hints import printed
from keyturn.reach import client
from keyturn.reach.paths import config_file
from keyturn.verbs.init import sources
from keyturn.verbs.init.contexts import declined
from keyturn.verbs.init.fitting import check_files, check_flow, check_places
from keyturn.verbs.init.places import PROTOCOLS, of_this_repository, places_of
from keyturn.verbs.init.proof import prove
from keyturn.verbs.init.proposal import propose, propose_target, same_application
from keyturn.verbs.init.sign_ins import read_secrets, sign_in
from keyturn.verbs.init.tenants import doubt_about, tenant_of, usual_tenant
from keyturn.verbs.init.who import as_written, ask_who, named, standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from keyturn.configuration.config import Config
    from keyturn.configuration.profiles.profile import Profile
    from keyturn.kinds_of_hints import Command, Hint
    from keyturn.verbs.init.places import Place
    from keyturn.verbs.init.proposal import Proposal

DESCRIPTION = """\
Write the configuration for one or more places, sign in, let the tools use keyturn, and prove that it works.

PLACE is an organization or a clone at Azure Repos, a context of kubectl or the server of an AKS cluster, the login
server of a registry, or an AWX. Without one, the clone this is run in is taken, or you are asked. What will be
written is shown first. A place that a repository or a kubeconfig names is confirmed by a person even with --yes.
"""
EPILOG = """\
examples:
  keyturn init https://dev.azure.com/contoso
  keyturn init https://dev.azure.com/contoso contoso-aks contoso.azurecr.io
  keyturn init contoso.azurecr.io --subscription 22222222-3333-4444-5555-666666666666
  keyturn init https://awx.example --service awx --account alice
  keyturn init https://dev.azure.com/contoso --yes --tenant contoso.com --flow device-code
  keyturn init https://dev.azure.com/contoso --yes --from-env
"""
SERVICES = (*PROTOCOLS, "awx")
NO_PLACE = "a place is needed: a URL, a login server, a context"
NOTHING_WRITTEN = "nothing was written"


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn init", description=DESCRIPTION, epilog=EPILOG)
    made.add_argument("places", metavar="PLACE", nargs="*", help="where tokens are wanted")
    made.add_argument("--service", choices=SERVICES, help="what answers there, where its name does not tell")
    made.add_argument("--profile", metavar="NAME", help="a new one's name, or one there is (default: work, or awx)")
    made.add_argument("--tenant", metavar="TENANT", help="its id or a domain (default: asked of the organization)")
    made.add_argument("--subscription", metavar="ID", help="of Azure, which tells its tenant")
    made.add_argument(
        "--flow",
        metavar="FLOW",
        help=f"who signs in and how: {', '.join(map(name_of, FLOWS))} (default: browser, or device-code)",
    )
    made.add_argument("--application-id", metavar="ID", help="an application of your own (default: Azure CLI's)")
    made.add_argument("--certificate", metavar="FILE", help="certificate and key of a service principal")
    made.add_argument("--secret", metavar="SOURCE", help="of an application, or a password: -, @FILE or env:NAME")
    made.add_argument("--environment", metavar="NAME", help="a cloud, AzureUSGovernment for instance")
    made.add_argument("--authority", metavar="URL", help="a login host that is none of Microsoft's")
    made.add_argument("--account", metavar="NAME", help="who signs in")
    made.add_argument("--ca-file", metavar="FILE", help="the CA of a provider of your own")
    known = made.add_mutually_exclusive_group()
    known.add_argument("--from-env", action="store_true", help="sign in as AZURE_* variables or a CI job say")
    known.add_argument("--from-az", action="store_true", help="take tenant and account from az account show")
    made.add_argument("--yes", action="store_true", help="ask nothing, and agree to what would be shown")
    made.set_defaults(send_x5c=None, federated_token_file=None, service_connection=None)
    return made


def options_of(arguments: Sequence[str]) -> Namespace:
    """What the words say; `again`: the command as it was typed, for hints that add an option to it."""
    options = parser().parse(arguments)
    check_source(options.secret, hints.usage("keyturn init"))  # all that was typed is said again below
    if options.profile is not None and not is_profile_name(options.profile):
        raise UsageError(NAME_RULE, hints.usage("keyturn init"))
    options.again = ("keyturn", "init", *(word for word in arguments if word != "--"))  # behind it is no option
    return options


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    options = options_of(arguments)
    places = _places(options)
    check_places(places, options)
    if options.from_env:
        sources.fill_from_environment(options)
    if options.from_az:
        sources.fill_from_az(options)
    check_flow(places, options)
    document = ConfigDocument(config_file())
    ask_who(options, document.config, [place for place in places if named(document.config, place, options) is None])
    proposals = list(proposals_for(document, places, options))
    config = parse(config_file(), document.text.encode())
    check_files(config.profiles[proposal.profile] for proposal in proposals if proposal.keys)
    _agree(proposals, options)
    # No question comes behind a change: whoever says no, or nothing, finds all as it was.
    clusters = [proposal.place for proposal in proposals if proposal.place.service == "aks"]
    if any(declined(config, place.key, place.context) for place in clusters):
        raise Refused(NOTHING_WRITTEN, hints.usage("keyturn init"))
    entrusted = read_secrets(config, (proposal.profile for proposal in proposals), options)
    if any(table for proposal in proposals for table in proposal.tables()):
        document.save()
        print(f"keyturn: wrote {config_file()}")
    try:
        _carry_out(proposals, entrusted, options.again)
    except (KeyturnError, KeyboardInterrupt) as error:
        if printed(options.again) not in str(getattr(error, "hint", "")):
            print("keyturn: not all of it is set up yet; to go on from here:", printed(options.again), sep="\n    ")
        raise
    if way_back := list(_way_back(proposals)):
        print("keyturn: to take it back:", *way_back, sep="\n    ")
    return 0


def _places(options: Namespace) -> list[Place]:
    """Where: as given, as found here, or as told. Raises UsageError."""
    if options.places:
        return places_of(options.places, options.service, options.again)
    found = of_this_repository()
    if found is not None:
        return [found]
    if options.yes or not client.has_terminal():
        job = sources.for_job()
        hint = moves.configuration.name_purpose(("keyturn", "init", "PLACE", *job)) if job else None
        raise UsageError(NO_PLACE, hint or hints.usage("keyturn init"))
    question = "where do you need tokens? a URL, a login server or a context of kubectl: "
    words = person.ask_line(question).split()
    if not words:
        raise UsageError(NO_PLACE, hints.usage("keyturn init"))
    options.again = (*options.again, *words)
    return places_of(words, options.service, options.again)


def proposals_for(document: ConfigDocument, places: Sequence[Place], options: Namespace) -> Iterator[Proposal]:
    """Each with those before it in mind: what signs in at one place may do so at the next.

    Raises UsageError, ConfigError and Refused, and writes nothing.
    """
    config, tenant = document.config, ""
    for place in (as_written(config, place) for place in places):
        known = named(config, place, options)
        if known is None:
            usual = (
                "" if place.service == "awx" else usual_tenant(config, lambda each: same_application(each, options))
            )
            tenant, environment = tenant_of(place, options, tenant, usual)
            proposal = propose(config, place, options, tenant=tenant, environment=environment)
        else:
            doubt = doubt_about(config.profiles[known], place, options)
            proposal = propose_target(place, known, options)._replace(doubt=doubt)
        proposal = _compared(config, proposal, options)
        proposal.write(document)
        config = parse(config_file(), document.text.encode())
        yield proposal


def _compared(config: Config, proposal: Proposal, options: Namespace) -> Proposal:
    """`proposal` with what there is already: see Proposal.former and stands."""
    target = standing(config, proposal.place)
    if target is None:
        targets = (*config.git_targets, *config.kube_targets, *config.docker_targets)
        same_tool = any(protocol_of(each) in proposal.table for each in targets)
        return proposal._replace(former="" if same_tool else None)
    stands = target.profile == proposal.profile and options.service in {None, target.service}
    return proposal._replace(former=target.profile, stands=stands)


def _agree(proposals: Sequence[Proposal], options: Namespace) -> None:
    """Show what will be written. Raises Refused where the person does not want it.

    A URL that a repository or a kubeconfig names is its author's choice: it takes a person, whatever the options say.
    """
    tables: dict[str, list[str]] = {}
    for header, lines in (table for proposal in proposals for table in proposal.tables()):
        tables.setdefault(header, []).extend(lines)
    if tables:
        print(f"keyturn: for {config_file()}:\n")
    for header, lines in tables.items():
        print(f"    {header}", *(f"    {line}" for line in lines), "", sep="\n")
    for remark in dict.fromkeys(remark for proposal in proposals for remark in proposal.remarks()):
        print(f"keyturn: {one_line(remark)}")
    named = next((proposal.place for proposal in proposals if proposal.place.named_in), None)
    if options.yes and named is None:
        return
    question = "write this, and sign in?" if tables else "sign in, and set up?"
    if not person.agrees(question, _instead(named, options)):
        raise Refused(NOTHING_WRITTEN, hints.usage("keyturn init"))


def _instead(named: Place | None, options: Namespace) -> Hint:
    """What agrees where nobody can be asked: to `named`, whoever types its name, which is not repeated here."""
    again = options.again if options.yes else (*options.again, "--yes")
    if named is None:
        return moves.configuration.agree(again)
    if not named.context:
        return moves.clients.type_place((*again, "URL"))
    behind = again.index(named.context) + 1  # places stand together
    return moves.clients.type_place((*again[:behind], "https://SERVER", *again[behind:]))


def _carry_out(
    proposals: Sequence[Proposal], entrusted: Sequence[tuple[Profile, str | None]], again: Command
) -> None:
    """What the configuration says by now, made to work. The same command once more, `again`, does what is left."""
    for profile, given in entrusted:
        sign_in(profile, given, again)
    for proposal in proposals:
        _set_up(proposal.place)
    for proposal in proposals:
        print(f"keyturn: {prove(proposal.place, proposal.profile)}")


def _set_up(place: Place) -> None:
    from keyturn.verbs.setup import command as setup  # noqa: PLC0415 - only here

    context = ["--context", place.context] if place.context else []
    arguments = {"azure-devops": ["git", place.key], "acr": ["docker", place.key], "aks": ["kube", *context]}
    if place.service in arguments:
        setup.run(arguments[place.service])


def _way_back(proposals: Sequence[Proposal]) -> Iterator[str]:
    """A command a line, so that they can be pasted at any width."""
    targets = [proposal for proposal in proposals if proposal.table and not proposal.stands]
    tools = dict.fromkeys(proposal.table[-1] for proposal in targets if proposal.former is None)
    yield from (f"keyturn setup {tool} --undo" for tool in tools)
    for proposal in targets:
        place, former = proposal.place, proposal.former
        service = "" if place.names_its_service else f" --service {place.service}"
        yield f"keyturn target add {place.key} {former}{service}" if former else f"keyturn target remove {place.key}"
    yield from (f"keyturn profile remove {proposal.profile}" for proposal in proposals if proposal.keys)
