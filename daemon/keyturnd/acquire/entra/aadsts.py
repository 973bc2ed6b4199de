"""AADSTS numbers, and what to advise for each.

Microsoft forbids control flow on them: they change. They choose words only, with two exceptions that err on the
safe side: a number known as passing (`TRANSIENT`) is tried again, and where no suberror says so, only the numbers of
`DEAD` end a login. One that is new to us keeps it.
Source: reference/entra.md section 4, with the page on error codes behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from keyturn import hints, moves
from keyturn.kinds_of_hints import printed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from keyturn.kinds_of_hints import Hint
    from keyturnd.messages.identities import EntraIdentity

_NUMBER = re.compile(r"AADSTS(\d{5,9})")

Advice = Callable[["EntraIdentity"], "Hint"]
"""What to do, given who was refused."""


def _check(*keys: str, also: str = "") -> Advice:
    return lambda who: moves.configuration.check(*keys, of=f"[profile.{who.profile}]", also=also)


def _first(what: str) -> Advice:
    return lambda who: moves.secrets.before_login(_said(what, who), who.profile)


def _new_secret(what: str) -> Advice:
    return lambda who: moves.secrets.replaced_secret(what, who.profile)


def _say(text: str, *, by_code: str = "") -> Advice:
    """`by_code`: what to say in its place to who signs in with a device code."""
    return lambda who: moves.servers.number(_said(by_code if by_code and who.flow == BY_CODE else text, who))


def _said(text: str, who: EntraIdentity) -> str:
    return text.format(profile=who.profile, consent=f"{who.authority}/adminconsent?client_id={who.application_id}")


def _login(who: EntraIdentity) -> Hint:
    return hints.login(who.profile)


def _own_tenant(who: EntraIdentity) -> Hint:
    return moves.configuration.own_tenant(who.profile)


def _report(_: EntraIdentity) -> Hint:
    return moves.waiting.report()


def _again(_: EntraIdentity) -> Hint:
    return moves.waiting.later()


BY_CODE = "device-code"
"""The flow that can prove nothing about the device, and that many tenants forbid."""
_TENANT = _check("tenant", "environment")
_ACCOUNT = _first("wrong account or tenant: check `tenant` of [profile.{profile}]")
_APPLICATION = _check("application_id", "tenant")
_REDIRECT = _say("register http://localhost as a redirect address (mobile and desktop) of the application")
_PASSWORD = _first("change the password")
_KIND = _say("allow public client flows for the application, or check `flow` of [profile.{profile}]")
_PUBLIC = _say("the application is a public client, which takes no secret: check `flow` of [profile.{profile}]")
_DEVICE = _say(
    "sign in on a device that the tenant manages, or ask an administrator",
    by_code='a device code cannot prove that a device is managed: set flow = "browser" in [profile.{profile}], and '
    "sign in on a managed one",
)
_POLICY = _say(
    "ask an administrator about Conditional Access, with the correlation id and the time",
    by_code='many tenants block device codes: set flow = "browser" in [profile.{profile}]; if that is blocked, too, '
    "ask an administrator about Conditional Access, with the correlation id and the time",
)
_MFA = _first("enrol for multi-factor authentication in a browser")
_CONSENT = _first("be ready to consent, or let an administrator consent at {consent}")
_ADMINISTRATOR = _first("let an administrator consent at {consent}")
_SCOPES = _say("check `scopes` of the target or of [profile.{profile}]: one resource, and /.default for applications")
_RESOURCE = _say("check `scopes` of the target; an administrator has to add the permission to the application")
_CERTIFICATE = _say("upload the certificate to the application, or name the one that is there")
_GRANT = _say("an administrator has to grant the application's permissions: {consent}")
_ASSERTION = _say(
    "check the certificate or the federated token that profile {profile} proves itself with, and its `tenant`"
)
_FRESH_ASSERTION = _say("send a token that a user got for `application_id`, and that is fresh: no application's own")
_NOT_THERE = _say("if `tenant` of [profile.{profile}] is right, an administrator adds the application: {consent}")


_ADVICE: tuple[tuple[tuple[int, ...], Advice], ...] = (
    ((16000, 50020, 50034, 51004, 90072), _ACCOUNT),
    ((50011, 500112, 900971, 9002325, 9002327), _REDIRECT),
    ((50013, 500133, 7000114), _FRESH_ASSERTION),
    ((50027, 700021, 700023), _ASSERTION),
    ((50053,), _say("the account is locked or the address blocked: wait, or ask an administrator")),
    ((50055, 50144), _PASSWORD),
    ((50057,), _say("the account is disabled: ask an administrator")),
    ((50058, 700020, 50132, 50133, 50173, 70043), _login),
    ((50059, 90002, 90038, 900432, 900439), _TENANT),
    ((50072, 50079, 53004), _MFA),
    ((50074, 50076, 50078, 50158), _login),
    ((50097, 50129, 53000, 53001, 50005), _DEVICE),
    ((53003, 50131, 530032, 530035), _POLICY),
    ((50105,), _say("an administrator has to assign the user to the application")),
    ((50126, 50056), _say("wrong user name or password: try once more, then stop (accounts get locked)")),
    ((50194, 9001023, 90130), _own_tenant),
    ((50196,), _say("too many requests of one kind: wait five minutes, and look for a script that loops")),
    ((500011, 650052, 650053, 650056, 650057), _RESOURCE),
    ((500021, 500022), _say("this network allows certain tenants only: ask its administrator")),
    ((500212, 500213), _say("a policy between two tenants keeps the user out: ask an administrator of both")),
    ((54005, 501481, 70016, 70018, 70019, 70020, 700005), _login),
    ((65001,), _CONSENT),
    ((90094, 90095), _ADMINISTRATOR),
    (
        (65002,),
        _say("register an application of your own, and set its id as `application_id` of [profile.{profile}]"),
    ),
    ((65004,), _CONSENT),
    ((70000, 70008, 700082, 700084), _login),
    ((70011, 28000, 28002, 700022, 1002012), _SCOPES),
    ((700016, 700011, 70001, 7000112), _APPLICATION),
    ((700024,), _say("the assertion's times do not fit: check this machine's clock")),
    ((700025,), _PUBLIC),
    ((7000218,), _KIND),
    ((700026,), _say("the assertion was used before: run the command again")),
    ((700027, 50012, 1000502), _CERTIFICATE),
    ((7000215,), _new_secret("store the secret's value, not its id")),
    ((7000229,), _NOT_THERE),
    ((90100, 9000411), _report),
    ((7000222,), _new_secret("the secret has expired: create another, then")),
    ((70021, 700211, 700212, 700213), _say("compare issuer, subject and audience of the federated credential")),
    ((90006, 90012, 90024, 90033, 50033, 50087, 90055), _again),
)

HINTS: Mapping[int, Advice] = {number: hint for numbers, hint in _ADVICE for number in numbers}
DEAD = frozenset({70000, 70008, 700082, 700084, 50132, 50133, 50173, 70043})
"""The refresh token itself is no good: unknown, expired, idle for too long, or revoked with its session."""
TRANSIENT = frozenset({50033, 50087, 50196, 90006, 90012, 90024, 90033, 90055})


def numbers_in(codes: object, description: str) -> tuple[int, ...]:
    """The numbers of an error answer: `error_codes`, and those in its description."""
    listed = [code for code in codes if type(code) is int] if isinstance(codes, list) else []
    return tuple(dict.fromkeys((*listed[:8], *(int(number) for number in _NUMBER.findall(description)[:8]))))


def hint(numbers: Iterable[int], who: EntraIdentity, *, of_user: bool) -> Hint | None:
    """The advice for the first number that has any: `of_user` for a person, else for an application."""
    found = next((HINTS[number](who) for number in numbers if number in HINTS), None)
    if found is not None and not of_user and printed(hints.login(who.profile)) in printed(found):
        return _GRANT(who)  # nobody signs in, and nobody consents, for a service principal
    return found
