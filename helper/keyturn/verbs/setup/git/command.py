"""`keyturn setup git`."""

from __future__ import annotations

import shlex
import sys
from shutil import which

from keyturn import shell
from keyturn.console.configured import configuration
from keyturn.console.requests import print_json
from keyturn.protocols.git_options import OURS
from keyturn.reach.installed import program
from keyturn.verbs.setup.advice import Advice
from keyturn.verbs.setup.git.asked import ALL_OTHERS, EVERYWHERE, PROGRAM, spoken
from keyturn.verbs.setup.git.config import GitConfig
from keyturn.verbs.setup.git.obstacles import obstacles
from keyturn.verbs.setup.git.origins import chosen, origins_of
from keyturn.verbs.setup.git.sections import Sections, record_of_sections, shell_word
from keyturn.verbs.setup.record import CREATED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Iterator, Sequence, Sized

    from keyturn.configuration.config import Config
    from keyturn.console.parsing import Parser
    from keyturn.verbs.setup.git.sections import Command
    from keyturn.verbs.setup.record import Record

IN_THE_WAY = r"^(credential|http)\."
"""git's settings among which obstacles are; by name alone, as some of the values are secret."""
NO_LONGER = "git no longer asks keyturn for"
HELP = "let git use keyturn"
DESCRIPTION = """\
Let git ask keyturn for the hosts of your git targets: one section per host in your git configuration, which makes
git ask keyturn instead of the helpers configured before it. Whatever else stands there stays, and --undo brings back
what was there. Run it again after you have added targets, or moved keyturn.
"""
EPILOG = """\
examples:
  keyturn setup git --dry-run
  keyturn setup git https://dev.azure.com/contoso
  keyturn setup git --undo
"""


def add_arguments(parser: Parser) -> None:
    """What comes after `keyturn setup git`."""
    parser.add_argument("urls", metavar="URL", nargs="*", help="a git target, or its host (default: all)")
    parser.add_argument("--dry-run", action="store_true", help="print the commands instead of running them")
    parser.add_argument("--undo", action="store_true", help="remove the sections again, all of them or those of URL")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--file", metavar="FILE", help="change FILE instead of your git configuration")
    where.add_argument("--global", action="store_true", help="change your git configuration (the default)")
    parser.add_json()


def run(options: Namespace) -> int:
    """The exit status."""
    git, record = GitConfig(options.file), record_of_sections()
    plan = _undoing(git, record, options) if options.undo else _writing(configuration(), git, record, options.urls)
    if not options.dry_run:
        plan.carry_out(git, record, undoing=options.undo)
    if not (options.dry_run or options.undo):  # where a section was there and empty, git has put ours, before others
        _writing(configuration(), git, record, options.urls).carry_out(git, record, undoing=False)
    plan.notes += _notes(git, record, options)
    _report(plan, git, options)
    return 0


def targets(config: Config) -> Sized:
    """What git may ask keyturn for: hosts without a target too, where their credentials are kept."""
    return [*config.git_targets, *([ALL_OTHERS] if config.git.store != "off" else [])]


def is_set_up() -> bool:
    """Whether there is something to undo: noted here, or come along from another machine, whose notes stayed there.

    Raises Refused where that cannot be read.
    """
    record = record_of_sections()
    return not record.is_empty or (which("git") is not None and bool(Sections(GitConfig(None), record).ours()))


def unlike(config: Config) -> Iterator[str]:
    """A sentence for each place that git does not ask keyturn for. Raises what `run` does."""
    plan = _writing(config, GitConfig(None), record_of_sections(), [])
    for place, commands in plan.steps.items():
        if commands:
            yield f"git {'still asks' if place in plan.ended else 'does not ask'} keyturn for {place}"


def hindrances(config: Config) -> Iterator[Advice]:
    """What keeps git from asking keyturn, or lets others have our tokens. Raises what `run` does."""
    git, origins = GitConfig(None), chosen(config, [])
    shown = shell.as_run(
        ["git", "config", "--show-scope", "--show-origin", "--name-only", "--get-regexp", IN_THE_WAY]
    )
    return (Advice(sentence, shown) for sentence in obstacles(git, origins, config))


class Plan:
    """What is to be done for each origin, and what there is to say about it."""

    def __init__(self, done: str, nothing: str) -> None:
        self.steps: dict[str, list[Command]] = {}
        self.notes: list[str] = []
        self.ended: set[str] = set()
        """Those of the steps that undo."""
        self._given_back: list[str] = []
        self._done, self._nothing = done, nothing

    def end(self, section: str, commands: Iterable[Command]) -> None:
        """Have `section` as it was without us, which `commands` do."""
        name = section.removeprefix(EVERYWHERE).removeprefix(".").removesuffix("/") or ALL_OTHERS.name
        self.ended.add(name)
        self.steps.setdefault(name, []).extend(commands)
        self._given_back.append(section)

    def carry_out(self, git: GitConfig, record: Record, *, undoing: bool) -> None:
        """Run the commands: what --undo needs is durable as long as it may be needed. Raises Refused."""
        record.save()
        for command in self.commands():
            git.change(*command)
        for section in self._given_back:
            record.remember(git.path, section, None)
        if undoing and record.replaced(git.path, CREATED) and git.path.is_file() and not git.path.stat().st_size:
            git.path.unlink()
            record.remember(git.path, CREATED, None)
        record.save()

    def commands(self) -> list[Command]:
        """Arguments of `git config`, in order."""
        return [command for commands in self.steps.values() for command in commands]

    def sentences(self) -> Iterator[str]:
        """What was done, for people."""
        for url, commands in self.steps.items():
            done = NO_LONGER if url in self.ended else self._done
            yield f"{done if commands else self._nothing} {url}"
        yield from self.notes


def _writing(config: Config, git: GitConfig, record: Record, urls: Sequence[str]) -> Plan:
    plan = Plan("git asks keyturn for", "git asks keyturn already for")
    origins = chosen(config, urls)
    sections, helper = Sections(git, record), shell_word(program(PROGRAM))
    # For hosts of others, git has to go on where our configuration is invalid.
    plan.steps = {
        origin.name: sections.to_write(origin, helper if origin == ALL_OTHERS else f"{helper} {OURS}")
        for origin in origins
    }
    wanted = {origin.section for origin in origins}
    for section in sections.ours() if not urls else []:
        if section.removesuffix("/") not in wanted:  # no target any more, or other hosts whose credentials were kept
            plan.end(section, sections.to_remove(section))
    if plan.commands() and not git.path.exists():
        record.remember(git.path, CREATED, former=True)
    for origin in origins:
        if plan.steps[origin.name] and record.replaced(git.path, origin.section) is None:
            record.remember(git.path, origin.section, sections.note(origin.section))
    return plan


def _undoing(git: GitConfig, record: Record, options: Namespace) -> Plan:
    plan = Plan(NO_LONGER, "git does not ask keyturn for")
    sections = Sections(git, record)
    named = [f"{EVERYWHERE}.{url}{slash}" for word in options.urls for url in origins_of(word) for slash in ("", "/")]
    for section in named or sections.ours():
        plan.end(section, sections.to_remove(section))
    if not plan.steps:
        plan.notes = ["git does not ask keyturn for anything"]
    return plan


def _notes(git: GitConfig, record: Record, options: Namespace) -> list[str]:
    """What there is to know of other helpers, as the configuration stands now."""
    if options.undo:
        return []
    sections, origins = Sections(git, record), chosen(configuration(), options.urls)
    behind = sections.behind(origins)
    return [
        *(f"{spoken(key)} of your git configuration is not asked for these" for key in sections.superseded(origins)),
        *(f"{spoken(key)} stands behind keyturn's helper, which git may pass over for it: move it up in your git"
          f" configuration ({shlex.join(git.shown(['--edit']))})" for key in behind),
        *obstacles(git, origins, configuration()),
    ]  # fmt: skip


def _report(plan: Plan, git: GitConfig, options: Namespace) -> None:
    commands = [git.shown(command) for command in plan.commands()]
    if options.json:
        origins = [{"url": url, "change": bool(steps)} for url, steps in plan.steps.items()]
        print_json({"dry_run": options.dry_run, "origins": origins, "commands": commands, "notes": plan.notes})
        return
    for line in map(shlex.join, commands) if options.dry_run else (f"keyturn: {text}" for text in plan.sentences()):
        print(line)
    if options.dry_run and not commands:
        print("keyturn: git: nothing to change", file=sys.stderr)
