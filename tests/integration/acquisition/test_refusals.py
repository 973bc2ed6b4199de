"""Every refusal that Entra ID is known for, through daemon and acquisition process: what a person is told and keeps.

The rows are in tests/vectors/entra/refusals.toml. One daemon and one emulator serve them all; each row asks for a
resource that nobody has a token of.
"""

from __future__ import annotations

import json
import tomllib
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from keyturn.errors import KeyturnError
from keyturn.reach import client, launch
from keyturn_emulator.browser import visit
from keyturnd.acquire.entra import aadsts
from support.daemon import wire
from support.emulator.certified import certified
from support.emulator.client import EntraClient
from support.machine.machine import Machine
from support.places import VECTORS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyturn_emulator.launch import Emulator

VAULT = "https://vault.azure.net"
STORAGE = "https://storage.azure.com"
ROWS: list[dict[str, Any]] = tomllib.loads((VECTORS / "entra/refusals.toml").read_text("utf-8"))["refusal"]
SIGNED_IN = ("me", "heir")
NOT_TOLD = frozenset({50011, 900971, 70016})
"""Two that only the browser shows, and one at which the waiting goes on."""
PEOPLE = {"me": "device-code", "heir": "refresh-token", "screen": "device-code", "web": "browser"}
PROFILE = """
[profile.{name}]
provider = "entra"
flow = "{flow}"
tenant = "{tenant}"
application_id = "{application}"
authority = "{authority}"
ca_file = "{ca_file}"
audiences = {audiences}
{more}
"""


class Told(NamedTuple):
    """What a person is told, how the command ends, and what the provider was asked meanwhile."""

    status: int
    error: str
    hint: str | None
    token_requests: int


class Askers:
    """A profile of each kind, by the names that the rows use."""

    def __init__(self, machine: Machine, emulator: Emulator, entra: EntraClient) -> None:
        self.machine, self.emulator, self.entra = machine, emulator, entra
        app = certified()
        key, pod = machine.home / "app.pem", machine.home / "pod"
        key.touch(mode=0o600)
        key.write_text(app.pem + app.key_pem, "ascii")
        pod.write_text(emulator.control.federated_token(), "ascii")
        emulator.control.register_certificate(app.pem)
        emulator.control.settings(device_interval=0)
        self.names = {
            "thumbprint": app.thumbprint(),
            "authority": entra.tenant_url,
            "service": entra.service,
            "device": entra.device,
        }
        machine.configure(
            self._profile("ci", "client-secret")
            + self._profile("certificate", "client-certificate", f'certificate = "{key}"')
            + self._profile("pod", "workload-identity", f'federated_token_file = "{pod}"')
            + "".join(self._profile(name, flow) for name, flow in PEOPLE.items())
        )
        machine.run("keyturn", "secret", "set", "ci", "-", input=entra.secret, status=0)
        self.inherit()
        self._ask("/v1/login", {"profile": "me"}, waits=True)

    def inherit(self) -> None:
        """Entrust `heir` a living refresh token."""
        token = self.entra.sign_in(self.emulator)["refresh_token"]
        self._ask("/v1/secret", {"profile": "heir", "secret": token})

    def is_signed_in(self, asker: str) -> bool | None:
        """As `keyturn status` has it; None where nobody signs in."""
        profiles = wire.status(self.machine.socket)["profiles"]
        return next((found["signed_in"] for found in profiles if found["name"] == asker), None)

    def refused(self, asker: str) -> Told:
        """What `asker` hears who asks for VAULT."""
        self.machine.change_network()  # what was refused a moment ago is asked for anew
        ask = self._asking(asker)
        before = self.emulator.control.count("token")
        with pytest.raises(KeyturnError) as caught:
            ask()
        asked = self.emulator.control.count("token") - before
        return Told(caught.value.exit_status, caught.value.sentence, caught.value.hint, asked)

    def granted(self, asker: str) -> None:
        """Get `asker` a token of VAULT."""
        self._asking(asker)()

    def _asking(self, asker: str) -> Callable[[], None]:
        if asker == "behalf":
            return partial(self._ask, "/v1/azure/new-token", self._on_behalf())
        if asker in {"screen", "web"}:
            return partial(self._ask, "/v1/login", {"profile": asker}, waits=True)
        return partial(self._ask, "/v1/token", {"profile": asker, "audience": VAULT})

    def _ask(self, path: str, body: dict[str, Any], *, waits: bool = False) -> None:
        """Raises KeyturnError. Whoever waits for a sign-in signs in at once."""
        request = client.Request("POST", path, body=json.dumps(body).encode(), waits=waits, browser=waits)
        client.exchange(launch.running(str(self.machine.socket)), request, self._sign_in)

    def _sign_in(self, event: client.Event) -> None:
        if event["event"] == "device-code":
            self.emulator.control.approve(event["code"])
        elif event["event"] == "browser":
            visit(event["url"], self.emulator.ready.ca_file, {})

    def _on_behalf(self) -> dict[str, Any]:
        service = self.entra.service
        sent = self.entra.sign_in(self.emulator, f"openid api://{service}/access_as_user")["access_token"]
        table = tomllib.loads(self._profile("behalf", "client-secret"))["profile"]["behalf"]
        table |= {"audiences": [VAULT]}
        return {"profile": table, "secret": self.entra.secret, "assertion": sent}

    def _profile(self, name: str, flow: str, more: str = "") -> str:
        ready = self.emulator.ready
        application = self.entra.device if name in PEOPLE else self.entra.service
        # A sign-in is for the first of them.
        audiences = [VAULT] if name in {"screen", "web"} else [STORAGE, VAULT]
        return PROFILE.format(
            name=name, flow=flow, tenant=ready.tenant, application=application, authority=ready.authority,
            ca_file=ready.ca_file, audiences=json.dumps(audiences), more=more,
        )  # fmt: skip


@pytest.fixture(scope="module")
def askers(tmp_path_factory: pytest.TempPathFactory, emulator_process: Emulator) -> Iterator[Askers]:
    emulator_process.control.reset()
    with Machine(tmp_path_factory.mktemp("askers")) as machine, EntraClient(emulator_process) as entra:
        yield Askers(machine, emulator_process, entra)


@pytest.mark.parametrize(("number", "row"), [(number, row) for row in ROWS for number in row["numbers"]])
def test_a_refusal(askers: Askers, number: int, row: dict[str, Any]) -> None:
    asker = row["asks"]
    askers.emulator.control.refuse(VAULT, number)
    heard = askers.refused(asker)
    assert f"AADSTS{number}: " in heard.error or row.get("says", "?") in heard.error
    assert (heard.status, heard.hint) == (row["exit"], row["hint"].format(**askers.names))
    assert heard.token_requests == row.get("requests", 1)
    if asker in SIGNED_IN:
        assert askers.is_signed_in(asker) is not row.get("ends_sign_in", False)
    if row.get("ends_sign_in"):
        askers.inherit()


def test_whoever_was_refused_goes_on_where_that_ends(askers: Askers) -> None:
    """Nobody signs in again, and nobody entrusts anything: the sign-ins are those from before all refusals."""
    askers.emulator.control.allow(VAULT)
    askers.machine.change_network()
    before = askers.emulator.control.count("devicecode")
    for asker in ("ci", "certificate", "pod", *SIGNED_IN):
        askers.granted(asker)
    assert askers.emulator.control.count("devicecode") == before


def test_every_number_that_has_a_hint_has_a_row() -> None:
    listed = [number for row in ROWS for number in row["numbers"]]
    assert {*listed, *NOT_TOLD} == set(aadsts.HINTS)
