"""What can be done to Entra: decide for a person, revoke, and what only an administrator or Microsoft could."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509

from keyturn_emulator.control.verbs import NOTHING
from keyturn_emulator.entra.directory.credentials import CertificateAuthority, rsa_key
from keyturn_emulator.federation.issuers import CLUSTER_LIFE

if TYPE_CHECKING:
    from keyturn_emulator.control.verbs import Given
    from keyturn_emulator.entra.directory.principals import User
    from keyturn_emulator.entra.directory.resources import Resource
    from keyturn_emulator.world import World


async def devices(world: World, _given: Given) -> object:
    """GET /devices: who waits for a person. The device codes themselves stay secret."""
    now = world.clock.now()
    return [
        {
            "user_code": code.user_code,
            "client": code.client.name,
            "scope": code.asked.answered(),
            "expires_in": int(code.expires - now),
        }
        for code in world.entra.devices.waiting()
    ]


async def approve(world: World, given: Given) -> object:
    """POST /devices/approve {user_code, user?}."""
    user = _user(world, given)
    if not world.entra.devices.decide(str(given["user_code"]), user):
        raise ValueError("no such code waits for an answer")
    world.ledger.count("device.approved")
    return NOTHING


async def decline(world: World, given: Given) -> object:
    """POST /devices/decline {user_code}."""
    if not world.entra.devices.decide(str(given["user_code"]), None):
        raise ValueError("no such code waits for an answer")
    world.ledger.count("device.declined")
    return NOTHING


async def revoke_tokens(world: World, given: Given) -> object:
    """POST /tokens/revoke {all: true} or {jti} or {token}."""
    if given.get("all") is True:
        return {"revoked": world.tokens.revoke_all()}
    found = (
        world.tokens.revoke(str(given["jti"])) if "jti" in given else world.tokens.revoke_text(str(given["token"]))
    )
    if not found:
        raise ValueError("no such token was issued here, or it is revoked already")
    return {"revoked": 1}


async def revoke_refresh_tokens(world: World, given: Given) -> object:
    """POST /refresh-tokens/revoke {all: true} or {token}."""
    if given.get("all") is True:
        return {"revoked": world.entra.refresh_tokens.revoke_all()}
    if not world.entra.refresh_tokens.revoke(str(given["token"])):
        raise ValueError("no such token was issued here")
    return {"revoked": 1}


async def change_secret(world: World, given: Given) -> object:
    """POST /clients/service/secret {secret?}: another secret for the confidential client."""
    return {"secret": world.change_secret(str(given["secret"]) if "secret" in given else None)}


async def sign_ins(world: World, _given: Given) -> object:
    """GET /sign-ins: who sits before a page, and what the client said about whom it wants."""
    return [
        {
            "client": request.client.name,
            "scope": request.asked.answered(),
            "redirect_uri": request.redirect_uri,
            "response_mode": request.destination.response_mode,
            "prompt": sorted(request.prompts),
            "login_hint": request.login_hint,
            "domain_hint": request.domain_hint,
        }
        for request in (sign_in.request for sign_in in world.entra.sign_ins.waiting())
    ]


async def revoke_account(world: World, given: Given) -> object:
    """POST /accounts/revoke {user?}: every session of that user; how many access tokens are challenged at once."""
    return {"challenged": world.entra.revoke_account(_user(world, given))}


async def demand(world: World, given: Given) -> object:
    """POST /resources/demand {audience, claims, interactive?}: a resource takes only tokens got with these claims."""
    interactive = given.get("interactive") is True
    world.entra.policy.demand(_resource(world, given), str(given["claims"]), interactive=interactive)
    return NOTHING


async def refuse(world: World, given: Given) -> object:
    """POST /resources/refuse {audience, number}: AADSTS `number` for whoever asks for it, nothing for the others."""
    world.entra.policy.refuse(_resource(world, given), int(str(given["number"])))
    return NOTHING


async def allow(world: World, given: Given) -> object:
    """POST /resources/allow {audience}: take back what was demanded and refused."""
    world.entra.policy.allow(_resource(world, given))
    return NOTHING


async def throttle(world: World, given: Given) -> object:
    """POST /throttle {seconds, as_loop?}: 429 and Retry-After to every token request until then."""
    world.entra.policy.throttle(float(str(given["seconds"])), as_loop=given.get("as_loop") is True)
    return NOTHING


async def register_certificate(world: World, given: Given) -> object:
    """POST /clients/service/certificates {certificate, subject?}: PEM; with a subject, that of its authority."""
    certificate = x509.load_pem_x509_certificate(str(given["certificate"]).encode())
    rsa_key(certificate)
    service = world.registry.service
    if "subject" in given:
        service.authorities.append(CertificateAuthority(certificate, str(given["subject"])))
    else:
        service.certificates.append(certificate)
    return NOTHING


async def federated_token(world: World, given: Given) -> object:
    """POST /federation/token {subject?, audience?, lifetime?}: what the cluster would put into a pod's file."""
    wanted = {name: str(given[name]) for name in ("subject", "audience") if name in given}
    lifetime = int(str(given.get("lifetime", CLUSTER_LIFE)))
    return {"token": world.issuers.cluster_token(**wanted, lifetime=lifetime)}


def _user(world: World, given: Given) -> User:
    user = world.registry.find_user(str(given.get("user", world.registry.users[0].upn)))
    if user is None:
        raise ValueError("there is no such user")
    return user


def _resource(world: World, given: Given) -> Resource:
    resource = world.registry.tenant.find_resource(str(given["audience"]))
    if resource is None:
        raise ValueError("there is no such resource")
    return resource
