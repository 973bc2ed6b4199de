"""`keyturn completion`: scripts that let a shell complete our words."""

from __future__ import annotations

from keyturn.errors import KeyturnError
from keyturn.verbs.known import VERBS, module_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator, Sequence

    from keyturn.console.parsing import Parser

SHELLS = ("bash", "fish", "zsh")
NAMES = ("profiles", "targets")
PROFILES = ["--names", "profiles"]
"""What a shell says most, each time that somebody waits for an answer to a key."""
KINDS = {"profile": "profiles", "places": "targets", "urls": "targets", "registries": "targets"}
"""What the arguments of these names are called by."""
DESCRIPTION = """\
Print a script that lets your shell complete the words of keyturn, names of profiles and targets among them. They come
from config.toml: no daemon is started for them.
"""
EPILOG = """\
examples:
  keyturn completion bash >~/.local/share/bash-completion/completions/keyturn
  keyturn completion zsh >~/.zfunc/_keyturn          # a directory of $fpath
  keyturn completion fish >~/.config/fish/completions/keyturn.fish
"""
# What the scripts call, in each shell's own way of completing.
PREAMBLES = {
    "bash": """\
_keyturn_{name}() {{ compgen -W "$(keyturn completion --names {name} 2>/dev/null)" -- "$1"; }}
""",
    "zsh": """\
_keyturn_{name}() {{ compadd -- ${{(f)"$(keyturn completion --names {name} 2>/dev/null)"}} }}
""",
    "fish": "",
}


def parser() -> Parser:
    """What comes after the verb."""
    from keyturn.console.parsing import Parser  # noqa: PLC0415 - not behind every key of a shell

    made = Parser(prog="keyturn completion", description=DESCRIPTION, epilog=EPILOG)
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument("shell", metavar="SHELL", nargs="?", choices=SHELLS, help=f"one of {', '.join(SHELLS)}")
    what.add_argument("--names", choices=NAMES, help="print names of the configuration, as the scripts need them")
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    if list(arguments) == PROFILES:
        print("\n".join(_profile_names()))
        return 0
    options = parser().parse(arguments)
    if options.names is not None:
        print("\n".join(_names(options.names)))
    else:
        print(_script(options.shell))
    return 0


def _names(kind: str) -> Iterator[str]:
    """Nothing where the configuration cannot be read: a shell has no place for a complaint."""
    from keyturn.console.configured import configuration  # noqa: PLC0415 - it takes long to understand all of it
    from keyturn.console.profile_texts import target_name  # noqa: PLC0415

    if kind == "profiles":
        yield from _profile_names()
        return
    try:
        config = configuration()
    except KeyturnError:
        return
    for targets in (config.git_targets, config.kube_targets, config.docker_targets):
        yield from map(target_name, targets)


def _profile_names() -> Iterator[str]:
    """The names alone: those of a configuration with a mistake somewhere else, too."""
    import tomllib  # noqa: PLC0415 - only here

    from keyturn.configuration.profiles import is_profile_name  # noqa: PLC0415
    from keyturn.configuration.trusted import read_trusted  # noqa: PLC0415
    from keyturn.reach.paths import config_path  # noqa: PLC0415

    try:
        content = read_trusted(config_path()) or b""
        profiles = tomllib.loads(content.decode()).get("profile")
    except (KeyturnError, ValueError, RecursionError):
        return
    if isinstance(profiles, dict):
        yield from filter(is_profile_name, profiles)  # bash expands what it is offered: nothing else passes


def _script(shell: str) -> str:
    import shtab  # noqa: PLC0415 - only here

    preamble = "".join(PREAMBLES[shell].format(name=name) for name in NAMES)
    script: str = shtab.complete(whole(), shell, root_prefix="keyturn", preamble=preamble)
    return script


def whole() -> ArgumentParser:
    """One parser of all verbs, each with its own inside."""
    from argparse import ArgumentParser  # noqa: PLC0415 - as in `parser`

    made = ArgumentParser(prog="keyturn", allow_abbrev=False)
    verbs = made.add_subparsers(metavar="VERB")
    for verb, what in VERBS.items():
        module = module_of(verb)
        if hasattr(module, "parser"):
            own = module.parser()
            _complete(own)
            verbs.add_parser(verb, help=what, parents=[own], add_help=False)
    return made


def _complete(parser: ArgumentParser) -> None:
    """Say of each argument what it names."""
    from argparse import _SubParsersAction  # noqa: PLC0415 - as in `parser`

    from shtab import FILE  # noqa: PLC0415 - only here

    for action in parser._actions:  # noqa: SLF001 - argparse has no other list of them
        if isinstance(action, _SubParsersAction):
            for below in action.choices.values():
                _complete(below)
        elif action.metavar == "FILE":
            action.complete = FILE  # type: ignore[attr-defined] # shtab's way to be told
        elif (kind := KINDS.get(str(action.dest))) is not None:
            action.complete = {  # type: ignore[attr-defined]
                "bash": f"_keyturn_{kind}", "zsh": f"_keyturn_{kind}", "fish": f"(keyturn completion --names {kind})",
            }  # fmt: skip
