"""`keyturn profile list` and `keyturn profile show`."""

from __future__ import annotations

from keyturn.cli.configured import configuration, named_or_only, profile_named
from keyturn.cli.parsing import Parser
from keyturn.cli.profile_texts import details, secret_source, summary
from keyturn.cli.requests import print_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyturn.config import Config
    from keyturn.profiles import EntraProfile

DESCRIPTION = """\
Show what config.toml says of profiles. No daemon is needed for it; who is signed in, `keyturn status` tells.
"""
COLUMN = 15


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    parser = Parser(prog="keyturn profile", description=DESCRIPTION)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="list all profiles", description="List all profiles.").add_json()
    show = actions.add_parser("show", help="show one profile", description="Show one profile.")
    show.add_profile("which profile")
    show.add_json()
    options = parser.parse(arguments)
    if options.action == "list":
        _list(as_json=options.json)
    else:
        _show(named_or_only(options.profile, "keyturn profile show"), as_json=options.json)
    return 0


def _list(*, as_json: bool) -> None:
    config = configuration()
    profiles = [summary(config, profile) for profile in config.profiles.values()]
    if as_json:
        print_json(profiles)
        return
    if not profiles:
        print(f"keyturn: no profile in {config.source}")
    width = max((len(profile["name"]) for profile in profiles), default=0)
    for profile in profiles:
        targets = ", ".join(profile["targets"]) or "no targets"
        print(f"{profile['name']:<{width}}  {profile['flow']:<13}  {profile['tenant']}  {targets}")


def _show(name: str, *, as_json: bool) -> None:
    config = configuration()
    profile = profile_named(config, name)
    if as_json:
        print_json(details(config, profile))
    else:
        print("\n".join(f"{key:<{COLUMN}}{text}" for key, text in _lines(config, profile)))


def _lines(config: Config, profile: EntraProfile) -> Iterator[tuple[str, str]]:
    all_details = details(config, profile)
    yield "profile", profile.name
    yield "flow", f"{profile.flow} ({secret_source(profile)})"
    yield "application", profile.application_id
    yield "authority", profile.authority
    for key in ("account", "ca_file"):
        if all_details[key]:
            yield key, all_details[key]
    yield "protocols", " ".join(all_details["protocols"])
    yield from _listed("may ask for", [" ".join(scopes) for scopes in all_details["may_ask_for"]])
    yield from _listed("git targets", [f"{target['url']} ({target['service']})" for target in all_details["targets"]])


def _listed(name: str, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    for number, text in enumerate(texts or ["nothing"]):
        yield ("" if number else name), text
