"""Hints that no command can be: an edit of the user's own, or another's move (time, an administrator).

See keyturn.hints for the kinds.
"""

from __future__ import annotations

from keyturn.hints import Sentence, after, entrust, forget_locally, login, logout, move, printed, restart_daemon

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyturn.hints import Command

LOGIN_PAGE = "whether this network asks for a login page"


@move
def example(line: str) -> Sentence:
    """A right line of the configuration."""
    return Sentence(f"for example: {line}")


@move
def edit(file: str) -> Sentence:
    """Set right what the error names."""
    return Sentence(f"edit {file}")


@move
def known(words: Iterable[str]) -> Sentence:
    """What may stand there."""
    return Sentence(f"known here: {', '.join(words)}")


@move
def meant(word: str) -> Sentence:
    """What is near to a mistyped word."""
    return Sentence(f"did you mean {word}?")


@move
def add(line: str, table: str = "", file: str = "") -> Sentence:
    """A line that is missing, and where."""
    return Sentence(" ".join([f"add {line}", *([f"to {table}"] if table else []), *([f"in {file}"] if file else [])]))


@move
def leave_out(*keys: str, file: str = "") -> Sentence:
    """A key that is too much, or all but one of several."""
    return Sentence(f"remove {' or '.join(keys)}{f' from {file}' if file else ''}")


@move
def leave_out_one() -> Sentence:
    """Two keys that the error names and that exclude each other."""
    return Sentence("remove one of them")


@move
def allow(purpose: str, profile: str, file: str) -> Sentence:
    """Let a profile be used for something."""
    return Sentence(f'add "{purpose}" to protocols of profile {profile} in {file}')


@move
def check(*keys: str, of: str, also: str = "") -> Sentence:
    """What in the configuration decides, where nothing tells which of it is wrong."""
    return Sentence(f"check {' and '.join(f'`{key}`' for key in keys)} of {of}{f', and {also}' if also else ''}")


@move
def own_tenant(profile: str) -> Sentence:
    """An application signs in to the tenant it lives in."""
    return Sentence(f"set `tenant` of [profile.{profile}] to the one the application lives in")


@move
def own_ca() -> Sentence:
    """A certificate whose issuer nobody here knows."""
    return Sentence('is it a proxy or a CA of your own? set ca_file = "/path/to/ca.pem" in [network] or the profile')


@move
def readable_ca() -> Sentence:
    """A `ca_file` that is none."""
    return Sentence("set ca_file, in [network] or the profile, to a readable PEM file")


@move
def proxy_credentials() -> Sentence:
    """A password is kept in no configuration, and a daemon that runs sees no variable that is exported later."""
    what = "remove `proxy` from [network] and export HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
    return after(what, restart_daemon())


@move
def write_secret(file: str) -> Sentence:
    """A secret that its owner keeps in a file."""
    return Sentence(f"write it to {file}")


@move
def export_secret(variable: str) -> Sentence:
    """A secret that comes with the daemon's environment."""
    return after(f"export {variable}", restart_daemon())


@move
def replaced_secret(what: str, profile: str) -> Sentence:
    """A secret that is no good: entrust the right one."""
    return Sentence(f"{what}: {printed(entrust(profile))}")


@move
def before_login(what: str, profile: str) -> Sentence:
    """What a sign-in will ask for, or cannot do."""
    return after(what, login(profile))


@move
def other_flow(flow: str, profile: str, first: str = "") -> Sentence:
    """Where no browser can be opened, or its answer not received."""
    return Sentence(f'{first}set flow = "{flow}" in [profile.{profile}]')


@move
def key_in_file() -> Sentence:
    """A machine whose keyring cannot be used."""
    return Sentence('set key = "file" under [daemon] to keep the vault key in a file of yours')


@move
def key_as_before(source: str) -> Sentence:
    """The configuration names another place for the vault's key than the one it is in."""
    return Sentence(f'set key = "{source}" in [daemon]')


@move
def unlock_keyring() -> Sentence:
    """A keyring that only its owner can open."""
    return Sentence(
        "unlock it (sign in to the desktop, or: gnome-keyring-daemon --unlock), then run the command again"
    )


@move
def delete_entry(start_over: Sentence) -> Sentence:
    """A keyring's entry that is ours by name alone."""
    return Sentence(f"delete that entry in the keyring's own program; {start_over}")


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
def fetch_kubeconfig(command: Command) -> Sentence:
    """A cluster that kubectl does not know yet."""
    what = "fetch one, of AKS for instance with: az aks get-credentials --resource-group GROUP --name CLUSTER"
    return after(what, command)


@move
def form(line: str) -> Sentence:
    """What a program takes, where it can say no more: it is a helper that another program starts."""
    return Sentence(line)


@move
def stanza(what: str) -> Sentence:
    """What to change in the kubeconfig, or in the environment, that kubelogin is started with."""
    return Sentence(f"in the kubeconfig: {what}")


@move
def secret_variables() -> Sentence:
    """A secret on a command line, which every user of the machine sees."""
    return Sentence("leave it out, and export AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PASSWORD")


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
def allow_plugin(program: str) -> Sentence:
    """A policy of kubectl's (1.35 or newer) that keeps it from running our helper."""
    section, entry = ("--section", "credentialplugin"), f"command={program}"
    command = ("kubectl", "kuberc", "set", *section, "--policy", "Allowlist", "--allowlist-entry", entry)
    return Sentence(f"if you want it to run: {printed(command)}")


@move
def at_terminal() -> Sentence:
    """A sign-in that kubectl has no place for."""
    return Sentence("run the same kubectl command at a terminal")


@move
def whole_certificate() -> Sentence:
    """A key that cannot be read."""
    return Sentence("put a whole copy in its place")


@move
def new_certificate() -> Sentence:
    """A certificate whose time is over."""
    return Sentence("get another, upload it to the application, and put it in the place of the old one")


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
def replaced_token() -> Sentence:
    """A file that somebody else has to renew."""
    return Sentence("see why nobody replaces it, or check this machine's clock (date)")


@move
def odd_place(place: str) -> Sentence:
    """An address where something else answers."""
    return Sentence(f"look at what answers at {place}")


@move
def set_clock(ahead: float) -> Sentence:
    """A machine whose clock is so many seconds ahead of the provider's, or behind it."""
    minutes, where = max(round(abs(ahead) / 60), 1), "ahead of" if ahead > 0 else "behind"
    return Sentence(f"set this machine's clock (date): it is {minutes} min {where} Entra ID's")


@move
def other_cloud(profile: str) -> Sentence:
    """A cloud that Microsoft has closed."""
    return Sentence(f"set `environment` of [profile.{profile}] to the cloud that the tenant has moved to")


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


@move
def by_hand(command: Command) -> Sentence:
    """A file in a form that keyturn does not change."""
    return Sentence(f"write what this tells by hand: {printed(command)}")


@move
def unlocked(lock: str) -> Sentence:
    """A lock that a killed program may have left."""
    return Sentence(f"if none runs: {printed(('rm', lock))}")


@move
def later() -> Sentence:
    """A provider in trouble."""
    return Sentence("try again later")


@move
def in_seconds(seconds: float) -> Sentence:
    """A provider that says how long."""
    return Sentence(f"try again in {seconds:.0f} seconds")


@move
def network() -> Sentence:
    """A provider out of reach."""
    return Sentence("check the network, then try again")


@move
def again() -> Sentence:
    """What passes by itself."""
    return Sentence("run the command again")


@move
def finish_sign_in() -> Sentence:
    """A sign-in that another waits for."""
    return Sentence("finish it, then run the command again")


@move
def close_input() -> Sentence:
    """A program that starts a helper and holds its input open."""
    return Sentence("whoever starts this helper has to close its input")


@move
def clock() -> Sentence:
    """A certificate that is not valid yet."""
    return Sentence("it is not valid yet: check this machine's clock (date)")


@move
def expired() -> Sentence:
    """A certificate that is not valid any more: no `ca_file` makes it live longer."""
    return Sentence("it has expired: check this machine's clock (date), or tell the server's administrator")


@move
def other_name() -> Sentence:
    """A certificate for another server."""
    return Sentence("check the name in the configuration: a server of another name answers there")


@move
def right_of(who: str, wait: float | None = None) -> Sentence:
    """A server that refused a new token, too; `wait`: seconds after which the next try renews it once more."""
    again = "" if wait is None else f"run the command again in {wait:.0f} s; if that is refused, too, "
    return Sentence(f"{again}ask the server's administrator whether {who} may do this")


@move
def registry_right(profile: str, place: str, tenant: str | None) -> Sentence:
    """A registry that lets somebody sign in, and no further; or a guest, whose token is of another tenant."""
    what = "a tenant" if tenant is None else f"the right tenant instead of {tenant}"
    return Sentence(
        f"check that profile {profile} has the role AcrPull or AcrPush there; where the registry is another"
        f' tenant\'s: "{place}" = {{ profile = "{profile}", tenant = "…" }} in [targets.docker] names {what}'
    )


@move
def logout_again(profile: str) -> Sentence:
    """Tokens that only the right password can delete on the server."""
    what = printed(entrust(profile))
    return Sentence(f"{after(what, logout(profile))}; or leave it there: {printed(forget_locally(profile))}")


@move
def ask_administrator(place: str) -> Sentence:
    """What a server lets nobody else do."""
    return Sentence(f"ask an administrator of {place}")


@move
def external_user(profile: str) -> Sentence:
    """An AWX that creates no tokens for users of a directory."""
    return Sentence(
        f"ask for ALLOW_OAUTH2_FOR_EXTERNAL_USERS on the server, or use a local account in [profile.{profile}]"
    )


@move
def moved(url: str, profile: str) -> Sentence:
    """An AWX that says where it is now."""
    return Sentence(f'if that is it: url = "{url}" in [profile.{profile}]')


@move
def gateway(profile: str) -> Sentence:
    """An AWX whose tokens have moved."""
    what = f"set `url` of [profile.{profile}] to the platform gateway, if there is one"
    return Sentence(f"{what}; else only a name and a password work there")


@move
def number(advice: str) -> Sentence:
    """What the table of a provider's error numbers says (keyturnd.acquire.entra.aadsts)."""
    return Sentence(advice)


@move
def reinstall() -> Sentence:
    """A part of keyturn that is missing."""
    return Sentence("install keyturn again")


@move
def report() -> Sentence:
    """A mistake of ours."""
    return Sentence("please report it with this line")


@move
def told(hint: str) -> Sentence:
    """What another process of keyturn said, from its own builders."""
    return Sentence(hint)


@move
def write_configuration() -> Sentence:
    """The first configuration there is."""
    return Sentence("to write one: keyturn init")
