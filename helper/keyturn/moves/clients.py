"""What git, docker, kubectl and az are told, and how they are started."""

from __future__ import annotations

from keyturn.hints import restart_daemon
from keyturn.kinds_of_hints import Sentence, after, move, printed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyturn.kinds_of_hints import Command


@move
def verify_cluster() -> Sentence:
    """A kubeconfig that takes anybody for the cluster."""
    return Sentence("remove insecure-skip-tls-verify from its cluster, and set certificate-authority instead")


@move
def other_place() -> Sentence:
    """A path that no line of git's configuration can hold."""
    return Sentence("install keyturn at another place")


@move
def docker_package() -> Sentence:
    """A docker that can start no helper."""
    return Sentence("install docker as a package of the system")


@move
def let_job_ask() -> Sentence:
    """A job of GitHub Actions that has no token of its own."""
    return Sentence("add `id-token: write` to the permissions of the job")


@move
def name_kubeconfig(command: Command) -> Sentence:
    """A file that may be somebody else's, and what it says of a cluster."""
    return Sentence(f"if it is a file of your own, name it: {printed(command)}")


@move
def type_place(command: Command) -> Sentence:
    """A place that only a repository or a kubeconfig names, where nobody can be asked whether it is meant."""
    return Sentence(f"type the place as well, as you know it: {printed(command)}")


@move
def fetch_kubeconfig(command: Command) -> Sentence:
    """A cluster that kubectl does not know yet."""
    what = "fetch one, of AKS for instance with: az aks get-credentials --resource-group GROUP --name CLUSTER"
    return after(what, command)


@move
def form(line: str) -> Sentence:
    """What a program takes, where it can say no more: it is a helper that another program starts."""
    return Sentence(line)


@move
def let_step_ask() -> Sentence:
    """A step of Azure Pipelines that no service connection stands behind."""
    return Sentence("run it in a task AzureCLI@2: azureSubscription = a connection with workload identity federation")


@move
def stanza(what: str) -> Sentence:
    """What to change in the kubeconfig, or in the environment, that kubelogin is started with."""
    return Sentence(f"in the kubeconfig: {what}")


@move
def verify(what: str, then: str) -> Sentence:
    """What only a kubeconfig says, which may be a stranger's: nothing that is made of it is there to be pasted."""
    return Sentence(f"ask those whose cluster it is whether {what}; only then {then}")


@move
def with_kubectl() -> Sentence:
    """A kubeconfig in a form that only kubectl is sure to read."""
    return Sentence("install kubectl, or write the file without aliases, and each key once")


@move
def az(what: str, command: str) -> Sentence:
    """What az itself does or tells: keyturn only runs it."""
    return Sentence(f"{what}: az {command}")


@move
def az_installed() -> Sentence:
    """A machine without az, or a daemon that cannot find it."""
    return after("put az on PATH", restart_daemon())


@move
def own_az() -> Sentence:
    """A directory of az that somebody else may have filled."""
    return Sentence("use az's own directory: unset AZURE_CONFIG_DIR")


@move
def allow_plugin(program: str, allowed: Iterable[str], kuberc: str) -> Sentence:
    """A policy of kubectl's (1.35 or newer) that keeps it from running our helper.

    The command has to name what is `allowed` already, as it writes the list anew. 1.35 knows no such command yet.
    """
    section, entries = (
        ("--section", "credentialplugin"),
        [f"--allowlist-entry=command={each}" for each in (*allowed, program)],
    )
    command = ("kubectl", "kuberc", "set", *section, "--policy", "Allowlist", *entries)
    before = f"with kubectl 1.35, put `- name: {program}` under credentialPluginAllowlist in {kuberc}"
    return Sentence(f"if you want it to run: {printed(command)} ({before})")


@move
def at_terminal() -> Sentence:
    """A sign-in that kubectl has no place for."""
    return Sentence("run the same kubectl command at a terminal")


@move
def without_person() -> Sentence:
    """A sign-in of a person's, asked for where nobody can be."""
    proofs = "--service-principal, --certificate FILE or --refresh-token SOURCE"
    return Sentence(f"go to a terminal, or have nobody sign in: {proofs}")


@move
def without_code() -> Sentence:
    """The same, where the application could sign in as itself."""
    return Sentence(
        "go to a terminal, or leave --use-authorization-code out: the application signs in as itself then"
    )


@move
def by_hand(command: Command) -> Sentence:
    """A file in a form that keyturn does not change."""
    return Sentence(f"write what this tells by hand: {printed(command)}")


@move
def unlocked(lock: str) -> Sentence:
    """A lock that a killed program may have left."""
    return Sentence(f"if none runs: {printed(('rm', lock))}")


@move
def next_git() -> Sentence:
    """A git that does not ask again within its command: the one before 2.46, mostly."""
    return Sentence("run the command again: git gets another token then")


@move
def large_push(otherwise: Sentence) -> Sentence:
    """A git before 2.54 that begins a large push without the token, and says that it was refused."""
    return Sentence(f'git before 2.54 takes authtype = "basic" for pushes of more than 1 MiB; else {otherwise}')


@move
def close_input() -> Sentence:
    """A program that starts a helper and holds its input open."""
    return Sentence("whoever starts this helper has to close its input")
