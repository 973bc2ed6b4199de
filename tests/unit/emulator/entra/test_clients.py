"""Who a client says it is, and how it may prove it."""

from __future__ import annotations

import base64
from urllib.parse import quote_plus

import pytest
from starlette.datastructures import Headers

from keyturn_emulator.entra.directory.principals import Application
from keyturn_emulator.entra.directory.registry import Registry
from keyturn_emulator.entra.refusals import EntraError
from keyturn_emulator.entra.requests.clients import authenticate, find_client, find_tenant

REGISTRY = Registry()
SERVICE, DEVICE = REGISTRY.service, REGISTRY.device
SECRET = str(SERVICE.secret)


def basic(text: str) -> Headers:
    return Headers({"authorization": f"Basic {base64.b64encode(text.encode()).decode()}"})


def no_assertion(_assertion: str, _client: Application) -> None:
    raise AssertionError("there is no assertion to verify")


def number(headers: Headers, form: dict[str, str]) -> int:
    with pytest.raises(EntraError) as caught:
        authenticate(headers, form, REGISTRY.tenant, REGISTRY, no_assertion)
    return caught.value.kind.number


def test_both_methods_lead_to_the_same_application() -> None:
    posted = authenticate(Headers(), {"client_id": SERVICE.id, "client_secret": SECRET}, None, REGISTRY, no_assertion)
    header = basic(f"{SERVICE.id}:{quote_plus(SECRET)}")
    assert posted is authenticate(header, {}, None, REGISTRY, no_assertion) is SERVICE


def test_a_secret_that_was_not_form_encoded_in_the_header() -> None:
    """RFC 6749 section 2.3.1: a `+` that was not encoded has become a space."""
    assert "+" in SECRET
    assert number(basic(f"{SERVICE.id}:{SECRET}"), {}) == 7000215


@pytest.mark.parametrize(
    ("headers", "form", "expected"),
    [
        (Headers(), {}, 900144),
        (Headers(), {"client_id": SERVICE.id}, 7000218),
        (Headers(), {"client_id": SERVICE.id, "client_secret": "wrong"}, 7000215),
        (Headers(), {"client_id": SERVICE.id, "client_secret": SECRET.lower()}, 7000215),
        (Headers(), {"client_id": DEVICE.id, "client_secret": SECRET}, 700025),
        (Headers(), {"client_id": "11111111-1111-1111-1111-111111111111"}, 700016),
        (basic(f"{SERVICE.id}:{quote_plus(SECRET)}"), {"client_secret": SECRET}, 9002313),
        (basic(f"{SERVICE.id}:{quote_plus(SECRET)}"), {"client_id": DEVICE.id}, 9002313),
        (basic(f"{DEVICE.id}:{quote_plus(SECRET)}"), {}, 700025),
        (basic(SERVICE.id), {}, 9002313),
        (basic(f"{SERVICE.id}:"), {}, 9002313),
        (basic(f":{quote_plus(SECRET)}"), {}, 9002313),
        (Headers({"authorization": "Basic %%%"}), {}, 9002313),
        (Headers({"authorization": "Bearer x"}), {"client_id": DEVICE.id}, 9002313),
        (Headers({"authorization": ""}), {"client_id": DEVICE.id}, 9002313),
        (Headers(raw=[(b"authorization", b"Basic eDp5")] * 2), {}, 9002313),
    ],
)
def test_refusals(headers: Headers, form: dict[str, str], expected: int) -> None:
    assert number(headers, form) == expected


def test_tenants_by_id_and_domain_in_any_case() -> None:
    tenant = REGISTRY.tenant
    for name in (tenant.id, tenant.id.upper(), tenant.domain, "Contoso.Example"):
        assert find_tenant(name, REGISTRY) is tenant
    for name in ("common", "organizations"):
        assert find_tenant(name, REGISTRY) is None
    for name in ("consumers", "contoso.example.evil.example", "11111111-1111-1111-1111-111111111111"):
        with pytest.raises(EntraError) as caught:
            find_tenant(name, REGISTRY)
        assert caught.value.kind.number == 90002


def test_a_single_tenant_application_does_not_sign_in_by_common() -> None:
    registry = Registry()
    single = Application("single", "22222222-2222-2222-2222-222222222222", "x", registry.tenant)
    registry.applications.append(single)
    assert find_client(single.id, registry.tenant, registry) is single
    with pytest.raises(EntraError) as caught:
        find_client(single.id, None, registry)
    assert caught.value.kind.number == 50194


def test_a_secret_is_in_no_repr() -> None:
    assert SECRET not in repr(SERVICE)
