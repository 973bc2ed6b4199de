"""Jobs and machines that have an identity of their own."""

from __future__ import annotations

from keyturn.hints import restart_daemon
from keyturn.kinds_of_hints import Sentence, after, move


@move
def id_token_permission() -> Sentence:
    """A job of GitHub Actions that may not ask for a token of its own."""
    return Sentence("give the job `permissions: id-token: write`")


@move
def federated_token() -> Sentence:
    """A caller that is no job of GitHub Actions, and whose cluster names no file."""
    return Sentence(
        "in GitHub Actions give the job `permissions: id-token: write`; elsewhere set federated_token_file"
    )


@move
def access_token_of_step() -> Sentence:
    """A step of Azure Pipelines without the job's token, or without a right to its service connection."""
    return Sentence(
        "give the step `env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)`, and the pipeline its service connection"
    )


@move
def oidc_host(place: str) -> Sentence:
    """An issuer of the user's own; nobody else is sent a job's token."""
    return Sentence(f'if it is, set oidc_hosts = ["{place}"] in the profile')


@move
def as_told(variable: str) -> Sentence:
    """A variable that somebody set over that of a job's runner, a cluster or a machine of Azure's."""
    return Sentence(f"leave {variable} as the job's runner, the cluster or Azure sets it")


@move
def other_variable(name: str) -> Sentence:
    """A variable that the daemon was started with and cannot use."""
    return after(f"unset {name} or set it right", restart_daemon())


@move
def state_elsewhere() -> Sentence:
    """A home directory with bytes in its name that are no UTF-8."""
    return Sentence("set KEYTURN_STATE to a directory, and KEYTURN_CONFIG to a file, whose paths are UTF-8")


@move
def writable_places() -> Sentence:
    """A home directory that can only be read, as that of many containers."""
    return Sentence("set KEYTURN_STATE, and KEYTURN_SOCKET where it is below the home, to places that can be written")


@move
def descriptors() -> Sentence:
    """A shell, or a container, whose hard limit leaves a daemon too few files that may be open at once."""
    return Sentence("start it where that is not limited, or to 1024, as is usual: `ulimit -Hn` tells")


@move
def set_clock(ahead: float, whose: str = "Entra ID") -> Sentence:
    """A machine whose clock is so many seconds ahead of the provider's, or behind it."""
    minutes, where = max(round(abs(ahead) / 60), 1), "ahead of" if ahead > 0 else "behind"
    return Sentence(f"set this machine's clock (date): it is {minutes} min {where} {whose}'s")


@move
def on_azure() -> Sentence:
    """A managed identity where there is none."""
    return Sentence("this flow works on Azure's own machines, and on those that Azure Arc has joined")


@move
def assigned_identity() -> Sentence:
    """An identity that the machine does not have."""
    return Sentence("assign the identity to this machine or app, or name another one in the profile")


@move
def own_identity(*keys: str) -> Sentence:
    """An endpoint that cannot give the identity that was named."""
    return Sentence(f"remove {' and '.join(keys)} from the profile: there it is the machine's own, or none")


@move
def resource() -> Sentence:
    """A machine's endpoint that tells no reason."""
    return Sentence("check the audience: that it exists, and is written as it calls itself, its last slash included")


@move
def arc_member() -> Sentence:
    """A key that only some users of a machine may read."""
    return Sentence("let root add you to its group: usermod -aG himds USER, and sign in to this machine again")


@move
def arc_agent() -> Sentence:
    """An agent of Azure Arc that knows its own identity alone."""
    return Sentence("update the agent of Azure Arc, or use the machine's own identity")


@move
def not_keyturns_own() -> Sentence:
    """A profile that would ask keyturn itself for its token."""
    return Sentence("give it another flow, or run the command outside of keyturn's environment")
