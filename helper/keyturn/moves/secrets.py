"""Where secrets, keys and sign-ins are."""

from __future__ import annotations

from keyturn.hints import entrust, login, restart_daemon
from keyturn.kinds_of_hints import Sentence, after, move, printed


@move
def proxy_credentials(*, configured: bool = True) -> Sentence:
    """A password is kept in no configuration, and a daemon that runs sees no variable that is exported later.

    configured: whether the proxy stands in [network], which would hide the variable.
    """
    first = "remove `proxy` from [network] and " if configured else ""
    return after(f"{first}export HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT", restart_daemon())


@move
def reachable_proxy(*, configured: bool) -> Sentence:
    """A proxy that fails; configured: in [network], else it comes from a shell that may be gone."""
    variable = f"the HTTPS_PROXY that the daemon was started with (after a change: {printed(restart_daemon())})"
    return Sentence(f"check the network, and the proxy: {'`proxy` of [network]' if configured else variable}")


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
def secret_variables() -> Sentence:
    """A secret on a command line, which every user of the machine sees."""
    return Sentence("leave it out, and export AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PASSWORD")


@move
def whole_certificate() -> Sentence:
    """A key that cannot be read."""
    return Sentence("put a whole copy in its place")


@move
def new_certificate() -> Sentence:
    """A certificate whose time is over."""
    return Sentence("get another, upload it to the application, and put it in the place of the old one")


@move
def replaced_token() -> Sentence:
    """A file that somebody else has to renew."""
    return Sentence("see why nobody replaces it, or check this machine's clock (date)")
