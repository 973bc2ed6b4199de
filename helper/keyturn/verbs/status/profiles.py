"""A profile's lines: who is signed in, what it is for, its tokens, and what failed."""

from __future__ import annotations

import time

from keyturn.console.moments import DAY, duration, validity
from keyturn.hints import entrust, login
from keyturn.kinds_of_hints import printed
from keyturn.verbs.status.row import Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from keyturn.console.look import Look

UNTOLD = dict.fromkeys(
    (
        "url", "username", "entrusts", "secret_name", "secret_source", "secret_optional", "by_itself",
        "by_secret", "targets", "last_error", "certificate", "set_aside",
    )
)  # fmt: skip
"""What a daemon from before an upgrade does not tell of a profile: it has been warned of by now."""
SPOKEN = {"kube": "kubectl"} | {verb: f"keyturn {verb}" for verb in ("token", "run", "login", "awx")}
"""Who uses a token, where that is not called as its protocol is."""
SOON = 30 * DAY
"""Seconds before a certificate's end in which somebody should get another."""


def profile_rows(told: dict[str, Any], look: Look, *, running: bool) -> Iterator[Row]:
    """The first row names the profile, marked with the worst of what the others say."""
    profile = UNTOLD | told
    rows = [*_targets(profile), *(_standing(profile, look) if running else ())]
    worst = next((kind for kind in ("error", "attention") if any(row.says == kind for row in rows)), "ok")
    head = f"{look.mark(worst)} {profile['name']}" if running else f"  {profile['name']}"
    yield Row(head, f"{profile['provider']}, {profile['flow']}{_place(profile)}", colour=worst if running else "bold")
    yield from rows


def _place(profile: dict[str, Any]) -> str:
    if not profile["url"]:
        return ""
    return f", {profile['username']} at {profile['url']}" if profile["username"] else f", {profile['url']}"


def _targets(profile: dict[str, Any]) -> Iterator[Row]:
    before = ""
    for target in profile["targets"] or ():
        yield Row("" if target["tool"] == before else f"  {target['tool']}", target["target"])
        before = target["tool"]


def _standing(profile: dict[str, Any], look: Look) -> Iterator[Row]:
    cure = _cure(profile)
    if cure is None:
        yield Row("  identity", _signed_in(profile))
    else:
        yield Row("", f"{cure[0]}: {cure[1]}", says="attention", whole=True)
    yield from _certificate(profile)
    yield from _set_aside(profile)
    if waiting := profile["waiting_for_sign_in"]:
        yield Row("", f"a sign-in is under way, {waiting} waiting for it")
    yield from token_rows(profile["tokens"], look)
    error = profile["last_error"]
    if error is not None and (cure is None or error["hint"] != cure[1]):
        yield Row("  last error", f"{error['sentence']} ({_ago(error['at'])})", says="error")
        yield from [Row("", f"hint: {error['hint']}", whole=True)] if error["hint"] else []


def _cure(profile: dict[str, Any]) -> tuple[str, str] | None:
    """What keeps the profile from getting tokens, and the command that helps; None where nothing does."""
    name = profile["name"]
    proves = profile["secret"] or profile["secret_source"] or profile["secret_optional"]
    if profile["signed_in"] is None:  # it takes nobody, or the vault cannot be read
        lacking = profile["secret"] is False and not proves and not profile["by_itself"]
        return ("no secret yet", printed(entrust(name))) if lacking else None
    if profile["signed_in"] or (profile["by_secret"] and proves):
        return None
    if profile["entrusts"]:
        return f"no {profile['entrusts']}", printed(entrust(name))
    if profile["secret"] is False and not proves and not profile["by_secret"]:
        return f"no {profile['secret_name']} yet", printed(entrust(name))
    return "not signed in", printed(login(name))


def _signed_in(profile: dict[str, Any]) -> str:
    """What the vault has of it, where nothing is missing."""
    kept = f"{profile['secret_name'] or 'secret'} in the vault" if profile["secret"] else ""
    secret = profile["secret_source"] or kept
    if profile["signed_in"]:
        return f"{whose(profile)}, {secret}" if secret else whose(profile)
    if profile["secret_optional"] or profile["by_itself"]:
        return secret or "signs in by itself"
    return secret or "not known: the vault cannot be read"


def whose(profile: dict[str, Any]) -> str:
    """As whom somebody is signed in, as far as the tokens tell, or the vault once it has been opened."""
    known = profile.get("account", "")
    accounts = dict.fromkeys(token["account"] for token in profile["tokens"] if token["account"])
    if not accounts and known is None:
        return "signed in (as whom, the vault tells once a token is asked for)"
    return f"signed in as {', '.join(accounts or [known])}" if accounts or known else "signed in"


def _certificate(profile: dict[str, Any]) -> Iterator[Row]:
    if certificate := profile["certificate"]:
        left = certificate["expires_at"] - time.time()
        says = "error" if left <= 0 else "attention" if left < SOON else ""
        valid = validity(certificate["expires_at"])
        yield Row("  certificate", f"{certificate['thumbprint']}: {valid}", says=says)


def _set_aside(profile: dict[str, Any]) -> Iterator[Row]:
    for aside in profile["set_aside"] or ():
        what = "sign-in" if aside["kind"] == "state" else "secret"
        place = f"{aside['client_id']} at {aside['authority']}"
        yield Row("  set aside", f"a {what} for {place}, found again when config.toml says so again")


def token_rows(tokens: list[dict[str, Any]], look: Look) -> Iterator[Row]:
    """One for each token: what it is for, and how long it is good."""
    width = max((len(_audience(token)) for token in tokens), default=0)
    for number, token in enumerate(tokens):
        yield Row("" if number else "  tokens", f"{_audience(token):<{width}} {_life(token, look)}")


def _audience(token: dict[str, Any]) -> str:
    return str(token.get("audience") or token.get("registry") or " ".join(token["scopes"]))


def _life(token: dict[str, Any], look: Look) -> str:
    """How much of its life is left, when it is renewed, and who had it last. One that nobody used just lapses."""
    now, ends = time.time(), token["expires_at"]
    left, whole = ends - now, ends - token.get("issued_at", now)
    if left <= 0:
        return f"{look.bar(0)} expired, the next one is fetched when somebody asks"
    told = f"{look.bar(left / whole)} {validity(ends)}"
    if not token.get("used_at"):
        return told
    return f"{told}{_renewed(token, now)}; {SPOKEN.get(token['used_by'], token['used_by'])} {_ago(token['used_at'])}"


def _renewed(token: dict[str, Any], now: float) -> str:
    """Nothing where that takes what a caller brings along: a secret, a job's variables."""
    when = token["renew_at"]
    if when is None:
        return ""
    return ", is being renewed" if when <= now else f", renewed in {duration(when - now)}"


def _ago(moment: float) -> str:
    return f"{duration(time.time() - moment)} ago"
