"""Whether git lets its helpers ask a person: what stops its own prompts stops ours (gitcredentials(7))."""

from __future__ import annotations

import os

OFF = {"", "0", "false", "no", "off"}
"""How git spells a boolean that is not true (git-config(1)), whatever its case."""
NEVER = OFF | {"never"}


def is_allowed() -> bool:
    """Unless GIT_TERMINAL_PROMPT, credential.interactive, or Git Credential Manager's GCM_INTERACTIVE says no.

    Run where git runs its helpers, in the work tree: a repository may say so for itself.
    """
    environment = os.environ
    if environment.get("GIT_TERMINAL_PROMPT", "1").lower() in OFF:
        return False
    return environment.get("GCM_INTERACTIVE", "auto").lower() not in NEVER and _configured().lower() not in NEVER


def _configured() -> str:
    """credential.interactive (git >= 2.47) by git itself: with `-c` it comes in GIT_CONFIG_PARAMETERS."""
    from keyturn.twin import git_config  # noqa: PLC0415 - only where a person could be asked

    found = git_config.read("--default=auto", "--get", "credential.interactive")
    return "auto" if found is None else found.strip()  # a configuration that git cannot read stops git itself
