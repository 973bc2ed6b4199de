"""Every kind of managed identity against the emulator's endpoints, with their quirks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from keyturn.configuration.profiles.credentials.managed import ManagedIdentity
from keyturn.protocols.surroundings import MACHINE
from keyturnd.acquire.entra.managed import arc
from keyturnd.acquire.failed import Failed
from keyturnd.messages.identities import Network
from keyturnd.messages.outcomes import Failure, Result
from support.acquisition.driver import Acquisition, Finished, job, run
from support.descriptors import none_left
from support.emulator.client import AZURE_DEVOPS, claims_of

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from keyturnd.messages.jobs import TokenJob

OWN = ManagedIdentity()
SOURCES = ("app-service", "imds", "azure-ml", "service-fabric", "cloud-shell")


def of_machine(emulator: Emulator, source: str, identity: ManagedIdentity = OWN, **changes: str) -> TokenJob:
    """In the surroundings of `source`, behind a proxy that nobody may be sent to."""
    variables = dict.fromkeys(MACHINE, "") | emulator.ready.environments[source] | changes
    members: dict[str, Any] = {"profile": "vm", "application_id": "", "network": Network(proxy="http://127.0.0.1:1")}
    authority = "https://login.microsoftonline.com/managed-identity"
    return job(authority, flow="managed-identity", credential=identity, variables=variables, **members)


def failed(job: TokenJob) -> Failure:
    finished = run(job)
    assert isinstance(finished.outcome, Failure), finished.seen
    assert finished.stderr == b""
    for name in ("IDENTITY_HEADER", "MSI_SECRET"):
        assert not job.variables[name] or job.variables[name] not in repr(finished.outcome)
    return finished.outcome


@pytest.mark.parametrize("source", SOURCES)
def test_the_machines_own_identity(source: str, emulator: Emulator) -> None:
    result = run(of_machine(emulator, source)).outcome
    assert isinstance(result, Result), result
    claims, own = claims_of(result.access_token), emulator.ready.identities["machine"]
    assert claims["aud"] == AZURE_DEVOPS
    assert result.account == (own["client_id"] if source != "cloud-shell" else claims["appid"])
    assert abs(result.expires_at - claims["exp"]) <= 2
    assert emulator.control.count(f"identity.{source}") == 1


def test_an_assigned_identity(emulator: Emulator) -> None:
    ids = emulator.ready.identities["assigned"]
    result = run(of_machine(emulator, "imds", ManagedIdentity(resource_id=ids["resource_id"].upper()))).outcome
    assert isinstance(result, Result), result
    assert result.account == ids["client_id"]
    told = failed(
        of_machine(emulator, "app-service", ManagedIdentity(object_id="33333333-3333-3333-3333-333333333333"))
    )
    assert (told.kind, told.hint) == (
        "provider-refused",
        "assign the identity to this machine or app, or name another one in the profile",
    )
    assert "(status 400: No User Assigned or Delegated Managed Identity found" in told.sentence


def test_a_resource_that_does_not_exist(emulator: Emulator) -> None:
    """App Service tells no more than a 500, which is asked for twice."""
    unknown = ("https://nobody.example/.default",)
    wanted = of_machine(emulator, "app-service")
    told = failed(type(wanted)(wanted.identity, unknown, wanted.network, 20.0, variables=wanted.variables))
    assert (told.kind, told.sentence) == ("provider-unreachable", "App Service gave no token (status 500)")
    assert told.beside, "Entra ID, whom all others ask, has not been asked"
    assert str(told.hint).startswith("check the audience")


def test_throttled_for_as_long_as_it_says(emulator: Emulator) -> None:
    emulator.control.throttle(60)
    told = failed(of_machine(emulator, "imds"))
    assert told.kind == "provider-unreachable"
    assert 0 < (told.retry_after or 0) <= 60
    assert told.beside


def test_another_certificate_of_service_fabric_gets_no_secret(emulator: Emulator) -> None:
    told = failed(of_machine(emulator, "service-fabric", IDENTITY_SERVER_THUMBPRINT="00" * 20))
    assert told.kind == "provider-unreachable"
    assert "it is not the one whose thumbprint is known" in told.sentence
    assert emulator.control.count("identity.service-fabric") == 0


def test_off_azure_it_is_said(emulator: Emulator) -> None:
    told = failed(of_machine(emulator, "imds", AZURE_POD_IDENTITY_AUTHORITY_HOST="http://127.0.0.1:1"))
    assert told.sentence.startswith("no managed identity: cannot connect to 127.0.0.1:1")
    assert str(told.hint).startswith("this flow works on Azure's own machines")


def ask_arc(emulator: Emulator, identity: ManagedIdentity = OWN) -> Result | str:
    """The token, or why there is none. The real agent's directory is root's, so that this process has another."""
    directory = str(Path(emulator.ready.directory) / "azcmagent/tokens")
    program = "import sys; from keyturnd.acquire import __main__; from keyturnd.acquire.entra.managed import arc"
    code = f"{program}; arc.KEYS = {directory!r}; __main__.main()"
    with Acquisition((sys.executable, "-E", "-P", "-c", code)) as acquisition:
        acquisition.send(of_machine(emulator, "arc", identity))
        outcome = Finished(acquisition).outcome
    assert isinstance(outcome, Result | Failure)
    return outcome if isinstance(outcome, Result) else outcome.sentence


def test_azure_arc(emulator: Emulator) -> None:
    ids, control = emulator.ready.identities, emulator.control
    assigned = ManagedIdentity(ids["assigned"]["client_id"])
    for identity, name in ((OWN, "machine"), (assigned, "assigned")):
        found = ask_arc(emulator, identity)
        assert isinstance(found, Result), found
        assert found.account == ids[name]["client_id"]
    control.settings(arc_ignores_identity=True)
    assert ask_arc(emulator, assigned) == "Azure Arc answered for another identity than the profile's"
    control.settings(arc_key_size=5000)
    assert "larger than 4 KiB" in str(ask_arc(emulator))
    control.settings(arc_key_size=64, arc_key_elsewhere=True)
    assert "names a key that is none of its own" in str(ask_arc(emulator))


def test_a_key_of_arc_that_cannot_be_read_for_a_moment_is_no_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.key").write_text("a key\n")
    monkeypatch.setattr(arc, "KEYS", str(tmp_path))
    challenge = f"Basic realm={tmp_path}/a.key"
    with none_left(), pytest.raises(Failed) as caught:
        arc._key(challenge)
    assert caught.value.failure.kind == "state"
    assert arc._key(challenge) == "a key"


@pytest.mark.parametrize(
    "challenge",
    [
        "", "Bearer realm=/var/opt/azcmagent/tokens/a.key", "Basic realm=/etc/shadow", "Basic realm=a.key",
        "Basic realm=/var/opt/azcmagent/tokens/../../../../etc/a.key", "Basic realm=/var/opt/azcmagent/tokens/a",
        "Basic realm=/var/opt/azcmagent/tokens/.key\n", "Basic realm=/var/opt/azcmagent/tokens//a.key",
    ],
)  # fmt: skip
def test_no_other_file_is_read_for_arc(challenge: str) -> None:
    with pytest.raises(Failed, match=r"names a key that is none of its own|cannot read"):
        arc._key(challenge)
