"""Completion of kubelogin's words for shells."""

from __future__ import annotations

from keyturn import moves
from keyturn.errors import UsageError
from keyturn.protocols.kubelogin.flags import OF_CONVERT, SWITCHES, TEXTS

VERBS = "get-token convert-kubeconfig remove-cache-dir completion"
SCRIPTS = {
    "bash": """\
_kubelogin() {{
    local words="{flags}"
    [ "$COMP_CWORD" -gt 1 ] || words="{verbs}"
    COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -F _kubelogin kubelogin
""",
    "fish": """\
complete -c kubelogin -f -n __fish_use_subcommand -a "{verbs}"
complete -c kubelogin -f -n "not __fish_use_subcommand" -a "{flags}"
""",
    "zsh": """\
#compdef kubelogin
_kubelogin() {{
    if (( CURRENT == 2 )); then compadd -- {verbs}; else compadd -- {flags}; fi
}}
compdef _kubelogin kubelogin
""",
}


def script(shell: str) -> str:
    """The script for `shell`. Raises UsageError."""
    if shell not in SCRIPTS:
        raise UsageError(f"no completion for {shell or 'no shell'}", moves.configuration.known(SCRIPTS))
    flags = " ".join(f"--{name}" for name in (*TEXTS, *SWITCHES, *OF_CONVERT) if name != "v")
    return SCRIPTS[shell].format(verbs=VERBS, flags=flags)
