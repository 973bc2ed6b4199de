"""`keyturn completion`: scripts that let a shell complete our words."""

from __future__ import annotations

from keyturn.verbs.completion import names
from keyturn.verbs.known import VERBS, module_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable, Sequence

    from keyturn.console.parsing import Parser

SHELLS = ("bash", "fish", "zsh")
NAMES = ["--names"]
"""What a shell says each time that somebody waits for an answer to a key."""
CALLED = {
    "keyturn init places": "places",
    "keyturn setup git urls": "repositories",
    "profile": "profiles",
    "places": "targets",
    "urls": "targets",
    "hosts": "registries",
    "registry": "registries",
    "context": "contexts",
}
"""What the arguments of these names are called by; with the command in front, those of that command."""


def _audiences() -> Iterable[str]:
    from keyturn.configuration.profiles.clouds import SPOKEN  # noqa: PLC0415 - only here

    return SPOKEN


def _environments() -> Iterable[str]:
    from keyturn.configuration.profiles.clouds import CLOUDS  # noqa: PLC0415 - only here

    return (cloud.name for cloud in CLOUDS)


def _flows() -> Iterable[str]:
    from keyturn.configuration.profiles.flows.entra import FLOWS  # noqa: PLC0415 - only here
    from keyturn.configuration.profiles.flows.flow import name_of  # noqa: PLC0415 - only here

    return map(name_of, FLOWS)


CHOICES = {"audience": _audiences, "environment": _environments, "flow": _flows}
"""What the arguments of these names are one of, though the parser leaves it to others to say so."""
DESCRIPTION = """\
Print a script that lets your shell complete the words of keyturn, names of profiles, targets and contexts among them.
They come from config.toml and kubeconfigs: no daemon is started for them.
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
# Behind all else. bash takes words apart at colons, which URLs and names of contexts hold, and wants what is behind
# the last one; parsed are whole words, or each part would count as an argument.
AFTERWORDS = {
    "bash": """
_keyturn() {
    local word last= whole=()
    for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        if [[ $word == :* || $last == *: ]]; then
            whole[${#whole[@]}-1]+=$word
        else
            whole+=("$word")
        fi
        last=$word
    done
    local COMP_WORDS=("${whole[@]}") COMP_CWORD=$((${#whole[@]} - 1))
    _shtab_keyturn "$@"
    word=${COMP_WORDS[COMP_CWORD]}
    [[ $COMP_WORDBREAKS != *:* ]] || COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*:}"}"}")
}
complete -o bashdefault -F _keyturn keyturn""",
    "zsh": "",
    "fish": "",
}


def parser() -> Parser:
    """What comes after the verb."""
    from keyturn.console.parsing import Parser  # noqa: PLC0415 - not behind every key of a shell

    made = Parser(prog="keyturn completion", description=DESCRIPTION, epilog=EPILOG)
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument("shell", metavar="SHELL", nargs="?", choices=SHELLS, help=f"one of {', '.join(SHELLS)}")
    what.add_argument(
        "--names",
        metavar="KIND",
        choices=tuple(names.KINDS),
        help="print names of the configuration, as the scripts need them",
    )
    return made


def run(arguments: Sequence[str]) -> int:
    """The verb's exit status."""
    if list(arguments[:-1]) == NAMES and arguments[-1] in names.KINDS:
        print("\n".join(names.of(arguments[-1])))
        return 0
    options = parser().parse(arguments)
    if options.names is not None:
        print("\n".join(names.of(options.names)))
    else:
        print(_script(options.shell))
    return 0


def _script(shell: str) -> str:
    import shtab  # noqa: PLC0415 - only here

    preamble = "".join(PREAMBLES[shell].format(name=name) for name in names.KINDS)
    script: str = shtab.complete(whole(), shell, root_prefix="keyturn", preamble=preamble)
    return script + AFTERWORDS[shell]


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
        elif hasattr(module, "VERBS"):  # a program with a parser of its own: Azure's kubelogin has Go's
            verbs.add_parser(verb, help=what).add_argument("verb", choices=module.VERBS, help="which")
    verbs.add_parser("help", help="tell more of a verb").add_argument("verb", choices=tuple(VERBS), help="which")
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
        elif action.dest in CHOICES:
            action.choices = tuple(CHOICES[action.dest]())
        elif kind := CALLED.get(f"{parser.prog} {action.dest}") or CALLED.get(str(action.dest)):
            action.complete = {  # type: ignore[attr-defined]
                "bash": f"_keyturn_{kind}", "zsh": f"_keyturn_{kind}", "fish": f"(keyturn completion --names {kind})",
            }  # fmt: skip
