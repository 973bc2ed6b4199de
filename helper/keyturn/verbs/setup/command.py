"""`keyturn setup`: lets other programs use keyturn. Every tool has a room of its own."""

from __future__ import annotations

import contextlib
import sys
from argparse import SUPPRESS

from keyturn import hints
from keyturn.configuration.named import no_profile
from keyturn.console.configured import configuration
from keyturn.console.parsing import Parser
from keyturn.errors import KeyturnError, Refused, UsageError, one_line, report
from keyturn.kinds_of_hints import printed
from keyturn.verbs.setup.docker import command as setup_docker
from keyturn.verbs.setup.git import command as setup_git
from keyturn.verbs.setup.kube import command as setup_kube
from keyturn.verbs.setup.kube import stand_in
from keyturn.verbs.setup.turn import own_turn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from keyturn.configuration.config import Config

TOOLS = {"git": setup_git, "kube": setup_kube, "docker": setup_docker}
"""Each module has HELP, DESCRIPTION, EPILOG, `add_arguments(parser)` and `run(options) -> exit status`; and what its
tool is for and lacks: `targets(config)`, `is_set_up()`, `unlike(config)`, a sentence for each thing that `run` would
change, and `hindrances(config)`, an Advice for each that it would not."""
OTHERS = {
    "podman": "docker", "skopeo": "docker", "buildah": "docker", "helm": "docker", "acr": "docker",
    "kubectl": "kube", "kubernetes": "kube", "k9s": "kube", "aks": "kube", "azure-devops": "git",
}  # fmt: skip
"""What else somebody may call what is set up by one of TOOLS."""
CHECK = "change nothing; exit status 1 where something would change"
DESCRIPTION = """\
Let other programs use keyturn. Without a TOOL: each of them that has targets, and what was set up for one that has
none any more is taken back; with --undo all of it, targets or not.
"""


def parser() -> Parser:
    """What comes after the verb."""
    made = Parser(prog="keyturn setup", description=DESCRIPTION)
    otherwise = made.add_mutually_exclusive_group()
    otherwise.add_argument("--check", dest="look", action="store_true", help=CHECK)
    otherwise.add_argument("--undo", dest="undo_all", action="store_true", help="take back all that was set up")
    tools = made.add_subparsers(dest="tool", metavar="TOOL")
    for name, tool in TOOLS.items():
        below = tools.add_parser(name, help=tool.HELP, description=tool.DESCRIPTION, epilog=tool.EPILOG)
        tool.add_arguments(below)
        if tool is not setup_kube:  # which names contexts with a --check of its own
            # Without a default of its own: that would undo a --check before the tool.
            below.add_argument("--check", dest="look", action="store_true", default=SUPPRESS, help=CHECK)
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    _check_tool(arguments)
    options = parser().parse(arguments)
    if options.tool is not None and not options.look:
        options.undo = options.undo or options.undo_all
        with contextlib.nullcontext() if _only_looks(options) else own_turn():
            status: int = TOOLS[options.tool].run(options)
            return status
    if options.undo_all and not options.look:
        return _undo()
    return _check(configuration(), _looked_at(options)) if options.look else _set_up(configuration())


def _check_tool(arguments: Sequence[str]) -> None:
    """Raises UsageError for the name of a program that is set up with another."""
    named = next((word for word in arguments if not word.startswith("-")), "")
    if named in OTHERS:
        told = f"{named} is set up by the name of {OTHERS[named]}"
        words = (OTHERS[named] if word == named else word for word in arguments)
        raise UsageError(told, hints.verb("setup", *words))


def _only_looks(options: Namespace) -> bool:
    return any(getattr(options, name, False) for name in ("dry_run", "discover", "check"))


def _looked_at(options: Namespace) -> Sequence[str]:
    """Raises UsageError for what would not be obeyed: a tool is looked at as a whole."""
    if options.tool is None:
        return tuple(TOOLS)
    if options != parser().parse(["--check", options.tool]):
        raise UsageError("--check takes no more than a tool", hints.verb("setup", "--check", options.tool))
    return (options.tool,)


def _check(config: Config, tools: Sequence[str]) -> int:
    found = list(_unlike(config, tools))
    for sentence in found or [_well(config, tools)]:
        print(f"keyturn: {one_line(sentence)}")
    return int(bool(found))


def _well(config: Config, tools: Sequence[str]) -> str:
    """Also where there is nothing that could be otherwise: that is no set-up that somebody can rely on."""
    which = "every tool" if len(tools) > 1 else tools[0]
    if any(TOOLS[tool].targets(config) for tool in tools):
        return f"{which} asks keyturn for its targets"
    return _nothing(config, "target" if len(tools) > 1 else f"{which} target")


def _nothing(config: Config, lacking: str) -> str:
    return f"nothing to set up: {config.source} has no {lacking}"


def _unlike(config: Config, tools: Sequence[str]) -> Iterator[str]:
    for tool in tools:
        module = TOOLS[tool]
        if module.targets(config):
            yield from module.unlike(config)
        elif _is_left_over(tool, config):
            undo = printed(hints.set_up(tool, "--undo"))
            yield f"{tool} has no target any more, and still asks keyturn (no longer after: {undo})"


def _set_up(config: Config) -> int:
    """Raises ConfigError where there is no profile."""
    if not config.profiles:
        raise no_profile(config)
    if not any(module.targets(config) or _is_left_over(tool, config) for tool, module in TOOLS.items()):
        print(f"keyturn: {_nothing(config, 'target')}")  # silence would look like success
        print(f"keyturn: hint: {printed(hints.usage('keyturn target add'))}", file=sys.stderr)
    wanted = [(tool,) for tool, module in TOOLS.items() if module.targets(config)]
    return _each([*wanted, *((tool, "--undo") for tool in TOOLS if _is_left_over(tool, config))])


def _undo() -> int:
    """Of every tool, targets or not; no configuration is needed for it."""
    undone: list[Sequence[str]] = [(tool, "--undo") for tool in TOOLS if _is_set_up(tool, unread=True)]
    if stand_in.installed():
        undone.append(("kube", "--as-kubelogin", "--undo"))
    if not undone:
        print("keyturn: nothing is set up")
    return _each(undone)


def _each(of_tools: Sequence[Sequence[str]]) -> int:
    """What keeps one tool from being set up keeps none of the others; the first exit status that is none of success.

    of_tools: the words behind `keyturn setup`, for each.
    """
    statuses = []
    for words in of_tools:
        try:
            statuses.append(run(words))
        except KeyturnError as error:
            print(end="", flush=True)
            statuses.append(report(error, sys.stderr))
    return next((status for status in statuses if status), 0)


def _is_left_over(tool: str, config: Config) -> bool:
    return not TOOLS[tool].targets(config) and _is_set_up(tool, unread=False)


def _is_set_up(tool: str, *, unread: bool) -> bool:
    """Whether it is; `unread` where that cannot be read: who wants it undone is told by --undo what is in the way."""
    try:
        return bool(TOOLS[tool].is_set_up())
    except Refused:
        return unread
