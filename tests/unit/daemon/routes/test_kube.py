"""What a kubectl gets: between real processes and a fake provider."""

from __future__ import annotations

import pytest

from keyturn.configuration.config import parse
from keyturn.errors import ConfigError, Refused, SignInNeeded, UsageError
from keyturn.protocols import kubectl
from keyturnd.callers.complaints import MEMORY
from keyturnd.routes import exec_plugins, kube
from keyturnd.server.http import Response
from support.daemon.brokers import Person
from support.daemon.kube_desk import CONFIG, SERVER, Client, Desk, desk, document, helpers
from support.descriptors import none_left
from support.scenes.cluster import exec_info, record

__all__ = ["desk", "helpers"]


PERSONAL = exec_info("https://personal.example", interactive=True)


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
async def test_an_answer_in_the_clients_version_with_the_true_expiry(desk: Desk, version: str) -> None:
    answer = document(await desk.ask(0, exec_info(SERVER, version=version)))
    assert answer["apiVersion"] == f"client.authentication.k8s.io/{version}"
    assert answer["status"] == {"expirationTimestamp": "2027-01-15T09:00:00Z", "token": "access-1"}
    assert desk.bench.provider.jobs[0].scopes == ("6dae42f8-4368-4678-94ff-3960e28e3630/.default",)


async def test_a_cluster_that_is_no_target_gets_nothing_whatever_profile_it_names(desk: Desk) -> None:
    for arguments in ((), ("--profile", "ci")):
        with pytest.raises(Refused, match="no target"):
            await desk.ask(0, exec_info("https://aks.example.attacker.example"), *arguments)
    assert desk.bench.provider.started == 0


async def test_a_server_id_is_not_the_callers_to_choose(desk: Desk) -> None:
    with pytest.raises(Refused, match="server id"):
        await desk.ask(0, exec_info(SERVER), "--server-id", "https://management.azure.com")
    await desk.ask(0, exec_info(SERVER), "--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630")


async def test_whose_answer_could_not_be_written_was_handed_nothing(
    desk: Desk, helpers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else asking again would count as a refusal, and cost a token."""
    info = exec_info(SERVER)
    with monkeypatch.context() as broken:
        broken.setattr(kubectl, "answer", lambda *_: (_ for _ in ()).throw(ValueError("no answer")))
        for helper in helpers[:2]:
            with pytest.raises(ValueError, match="no answer"):
                await desk.ask(helper, info)
            with pytest.raises(ValueError, match="no answer"):
                kube.at_once(desk.services, desk.request(helper, info))
    assert await desk.token(helpers[2], info) == "access-1"


async def test_a_stranger_with_a_ca_of_its_own_gets_nothing_where_nothing_was_set_up(desk: Desk) -> None:
    (desk.services.state_directory / "clusters.json").unlink()
    with pytest.raises(Refused, match="nobody has set up this cluster"):
        await desk.ask(0, exec_info(SERVER), "--profile", "ci")
    with pytest.raises(Refused, match="nothing tells which cluster"):
        await desk.ask(0, "", "--profile", "ci")
    assert desk.bench.provider.started == 0


async def test_a_damaged_record_answers_nobody(desk: Desk) -> None:
    (desk.services.state_directory / "clusters.json").write_text("{", "ascii")
    for info in (exec_info(SERVER), exec_info(SERVER, authority=b""), ""):
        with pytest.raises(Refused, match="is not what keyturn wrote") as caught:
            await desk.ask(0, info, *desk.own)
        assert caught.value.hint == "keyturn setup kube"


async def test_a_record_that_cannot_be_read_for_a_moment_is_no_final_no(desk: Desk) -> None:
    info = exec_info(SERVER)
    assert await desk.token(0, info, *desk.own) == "access-1"
    record(desk.services.state_directory, "https://another.example", "ci")
    with none_left(), pytest.raises(ConfigError, match="cannot be read: too many open files") as caught:
        await desk.ask(0, info, *desk.own)
    assert caught.value.passes
    assert await desk.token(0, info, *desk.own) == "access-1"


async def test_the_same_words_mean_the_same_only_while_the_configuration_stays(desk: Desk) -> None:
    words = exec_info(SERVER), *desk.own
    assert await desk.token(0, *words) == await desk.token(0, *words) == "access-1"
    desk.config = parse(desk.config.source, CONFIG.replace(f'"{SERVER}" = "ci"\n', "").encode())
    with pytest.raises(Refused, match="no target"):
        await desk.ask(0, *words)


async def test_the_same_words_mean_the_same_only_while_the_records_stay(desk: Desk) -> None:
    words = exec_info(SERVER), *desk.own
    assert await desk.token(0, *words) == await desk.token(0, *words) == "access-1"
    record(desk.services.state_directory, SERVER, "ci", b"another")
    with pytest.raises(Refused, match="another CA"):
        await desk.ask(0, *words)


async def test_no_words_pass_for_others(desk: Desk) -> None:
    """Least of all those in which arguments hold what stands for the end of them (percent-encoded: %00)."""
    info = exec_info(SERVER)
    await desk.token(0, info, *desk.own)
    moved = (*desk.own[:-1], f"{desk.own[-1]}')\0{info}"), (f"{desk.own}\0{info}",), desk.own[:-1]
    for arguments in moved:
        for body in ("", info):
            with pytest.raises((Refused, UsageError)):
                await desk.ask(0, body, *arguments)


async def test_what_is_understood_is_forgotten_when_it_is_much(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exec_plugins, "UNDERSTOOD", 2)
    for version in ("v1", "v1beta1"):
        for body in (exec_info(SERVER, version=version), ""):
            await desk.ask(0, body, *desk.own)
            assert len(desk.services.understood) <= 2


async def test_nonsense_is_the_users_to_set_right(desk: Desk) -> None:
    with pytest.raises(UsageError):
        await desk.ask(0, "{")


async def test_a_failure_is_told_once_per_kubectl(desk: Desk, helpers: list[int]) -> None:
    first, second, third = helpers
    with pytest.raises(SignInNeeded):
        await desk.ask(first, PERSONAL)  # the native helper
    with pytest.raises(SignInNeeded):
        await desk.ask(first, PERSONAL)  # the twin it became
    for repeated in (second, third):
        assert await desk.ask(repeated, PERSONAL) == Response(exit_status=3)


async def test_another_kubectl_is_told_as_well(desk: Desk, helpers: list[int]) -> None:
    with pytest.raises(SignInNeeded):
        await desk.ask(helpers[0], PERSONAL)
    with Client() as other, pytest.raises(SignInNeeded):
        await desk.ask(other, PERSONAL)


async def test_a_long_lived_client_is_told_again_later(desk: Desk, helpers: list[int]) -> None:
    with pytest.raises(SignInNeeded):
        await desk.ask(helpers[0], PERSONAL)
    desk.bench.clock.advance(MEMORY + 1)
    with pytest.raises(SignInNeeded):
        await desk.ask(helpers[1], PERSONAL)


async def test_a_repeated_call_begins_no_sign_in(desk: Desk, helpers: list[int]) -> None:
    with pytest.raises(SignInNeeded):
        await desk.ask(helpers[0], PERSONAL)
    assert await desk.ask(helpers[1], PERSONAL, person=Person()) == Response(exit_status=3)
    assert desk.bench.provider.started == 0


async def test_a_repeated_call_gets_the_token_that_came_meanwhile(desk: Desk, helpers: list[int]) -> None:
    with pytest.raises(SignInNeeded):
        await desk.ask(helpers[0], PERSONAL)
    with Client() as other:
        await desk.ask(other, PERSONAL, person=Person())
    assert await desk.token(helpers[1], PERSONAL) == "access-1"


async def test_a_person_signs_in(desk: Desk, helpers: list[int]) -> None:
    person = Person()
    assert await desk.token(helpers[0], PERSONAL, person=person) == "access-1"
    assert [event["code"] for event in person.seen] == ["CODE1"]


async def test_nobody_is_asked_where_the_client_says_that_nobody_is_there(desk: Desk, helpers: list[int]) -> None:
    with pytest.raises(SignInNeeded) as caught:
        await desk.ask(helpers[0], exec_info("https://personal.example"), person=Person())
    assert caught.value.hint == "keyturn login me"
    assert desk.bench.provider.started == 0


@pytest.mark.parametrize("word", ["__complete", "__completeNoDesc"])
async def test_pressing_tab_begins_no_sign_in(desk: Desk, word: str) -> None:
    with Client(word, "get", "ns", "") as helper, pytest.raises(SignInNeeded):
        await desk.ask(helper, PERSONAL, person=Person())
    assert desk.bench.provider.started == 0
    with Client("get", "ns") as helper:
        await desk.ask(helper, PERSONAL, person=Person())


def test_patience_ends_before_kubectls_own_of_32_seconds() -> None:
    patience = exec_plugins.Kubectl(Person(), None, asking=True).patience
    assert patience is not None
    assert patience < 30
