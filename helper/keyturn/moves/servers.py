"""What only the server, or its administrator, can change."""

from __future__ import annotations

from keyturn.hints import entrust, forget_locally, logout, on_awx
from keyturn.kinds_of_hints import Sentence, after, move, printed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.kinds_of_hints import Command


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
        f"check that profile {profile} has the role AcrPull or AcrPush there, or where those do not count (ABAC)"
        " Container Registry Repository Reader or Writer; where the registry is another"
        f' tenant\'s: "{place}" = {{ profile = "{profile}", tenant = "…" }} in [targets.docker] names {what}'
    )


@move
def registry_network(place: str) -> Sentence:
    """A registry whose firewall, or whose lack of public access, keeps this network out: whoever asks."""
    way = "reach it another way (VPN, private endpoint)"
    return Sentence(f"{way}, or ask an administrator of {place} to let this network in")


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
def ask_for_fewer() -> Sentence:
    """A server that has more rows than one answer of ours holds."""
    return Sentence("ask for fewer: the options of the command choose among them (--help)")


@move
def external_user(profile: str) -> Sentence:
    """An AWX that creates no tokens for users of a directory."""
    return Sentence(
        f"ask for ALLOW_OAUTH2_FOR_EXTERNAL_USERS on the server, or use a local account in [profile.{profile}]"
    )


@move
def other_application(profile: str) -> Sentence:
    """An application of an AWX that is none, or not for this user; named in the profile or on a command line."""
    return Sentence(
        f"see which there are, and whether its organisation is yours: {printed(on_awx('applications', profile))}"
    )


@move
def lifetime(place: str) -> Sentence:
    """An AWX whose tokens are dead when they are made."""
    return Sentence(f"ask an administrator of {place} to look at ACCESS_TOKEN_EXPIRE_SECONDS, and at its clock")


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
def moved_organization(*commands: Command) -> Sentence:
    """An organization that says it belongs to another tenant: only a person knows whether it was to move."""
    return Sentence(f"see that it has moved there, then: {' && '.join(map(printed, commands))}")
