"""The stand-in for kubelogin: whose secret goes where, for how long, and which answers it is good for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from keyturn.configuration.kubelogin.identities import names_begin
from keyturn.errors import KeyturnError, Refused, UsageError, VariablesWanted
from keyturnd.messages.outcomes import Failure
from keyturnd.routes import kubelogin
from keyturnd.routes.api import Api
from keyturnd.routes.daemon.profile_states import token_facts
from support.daemon.brokers import Person
from support.daemon.kubelogin_desk import Desk
from support.scenes.cluster import exec_info

if TYPE_CHECKING:
    from pathlib import Path

AKS = "6dae42f8-4368-4678-94ff-3960e28e3630"
FLAGS = (
    "--login", "spn", "--server-id", AKS, "--tenant-id", "contoso.example",
    "--client-id", "11111111-2222-3333-4444-555555555555",
)  # fmt: skip
NAMES = ("AAD_SERVICE_PRINCIPAL_CLIENT_SECRET", "AZURE_CLIENT_SECRET")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def told(secret: str) -> dict[str, str]:
    """What the twin sends once it has been asked."""
    return dict(zip(NAMES, ("", secret), strict=True))


async def test_a_secret_is_asked_for_where_a_token_has_to_be_fetched_and_only_there(desk: Desk) -> None:
    for _ in range(2):  # a question is no complaint: the second one asks, too
        with pytest.raises(VariablesWanted) as asked:
            await desk.token(*FLAGS)
        assert asked.value.names == NAMES
    assert await desk.token(*FLAGS, **told("planted")) == "access-1"
    assert await desk.token(*FLAGS) == "access-1"
    assert [job.secret for job in desk.bench.provider.jobs] == ["planted"]
    assert kubelogin.at_once(desk.services, desk.request(*FLAGS)) is not None


async def test_a_secret_among_the_flags_gives_way_to_the_environment(desk: Desk) -> None:
    assert await desk.token(*FLAGS, "--client-secret", "flag", **told("variable")) == "access-1"
    assert await desk.token(*FLAGS, "--client-secret", "flag", "--cache-dir", "/x", **told("")) == "access-2"
    alone = ("--client-secret", "flag", "--disable-environment-override", "--cache-dir", "/y")
    assert await desk.token(*FLAGS, *alone) == "access-3", "nothing of the environment would count"
    assert [job.secret for job in desk.bench.provider.jobs] == ["variable", "flag", "flag"]
    with pytest.raises(UsageError, match="client secret cannot be empty"):
        await desk.token(*FLAGS, "--cache-dir", "/z", **told(""))
    with pytest.raises(UsageError, match="the secret is not UTF-8"):
        await desk.token(*FLAGS, "--client-secret", "\udce9", *alone[2:3], "--cache-dir", "/z")


async def test_nothing_is_renewed_without_a_caller(desk: Desk) -> None:
    await desk.token(*FLAGS, **told("planted"))
    desk.bench.clock.advance(45 * 60)
    assert await desk.token(*FLAGS) == "access-1", "due, and still good"
    assert desk.bench.broker.memory.due_for_renewal() == []
    (held,) = desk.bench.broker.memory.held.values()
    assert token_facts(held)["renew_at"] is None, "and so says status"
    assert desk.bench.provider.started == 1
    desk.bench.clock.advance(10 * 60)
    with pytest.raises(VariablesWanted):
        await desk.token(*FLAGS)


async def test_another_secret_is_not_told_the_failure_of_the_first(desk: Desk) -> None:
    desk.bench.provider.failure = Failure("provider-refused", "wrong secret of profile x", "ask")
    with pytest.raises(KeyturnError, match="wrong secret"):
        await desk.token(*FLAGS, **told("wrong"))
    desk.bench.provider.failure = None
    assert await desk.token(*FLAGS, **told("right")) == "access-2"


@pytest.mark.parametrize(
    ("advice", "told_instead"),
    [
        ("check `tenant` and `environment` of [profile.{}]", "check --tenant-id and --environment"),
        ("check `application_id` and `tenant` of [profile.{}]", "check --client-id and --tenant-id"),
        ("set `tenant` of [profile.{}] to the one the application lives in", "check --tenant-id"),
        ("keyturn secret set {}", "export AAD_SERVICE_PRINCIPAL_CLIENT_SECRET or AZURE_CLIENT_SECRET"),
    ],
)
async def test_what_to_do_is_told_in_kubelogins_words(advice: str, told_instead: str, desk: Desk) -> None:
    profile = kubelogin._asked(desk.services, desk.request(*FLAGS))[0].want.profile.name
    desk.bench.provider.failure = Failure("provider-refused", "no", advice.format(profile))
    with pytest.raises(KeyturnError) as refused:
        await desk.token(*FLAGS, **told("planted"))
    assert str(refused.value.hint).startswith(f"in the kubeconfig: {told_instead}")


async def test_the_secret_is_gone_once_its_request_is_answered(desk: Desk) -> None:
    await desk.token(*FLAGS, **told("planted"))
    want = kubelogin._asked(desk.services, desk.request(*FLAGS))[0].want
    assert desk.bench.fetcher.loans.of(want.profile.name) is None
    assert "planted" not in repr(vars(desk.bench.fetcher.loans)) + repr(desk.services.understood)


async def test_a_client_that_asks_again_after_a_refusal_gets_another_token(desk: Desk) -> None:
    """client-go tells no more than that; the second process is another helper of the same kubectl."""
    info = exec_info(version="v1beta1")
    assert await desk.token(*FLAGS, info=info, **told("planted")) == "access-1"
    handed = desk.services.handed._handed
    handed.update({key: replace(handing, helper=1) for key, handing in handed.items()})
    with pytest.raises(VariablesWanted):
        await desk.token(*FLAGS, info=info)
    assert await desk.token(*FLAGS, info=info, **told("planted")) == "access-2"


async def test_what_was_said_without_a_secret_is_recalled(desk: Desk) -> None:
    api, flag = Api(desk.services, lambda: None), ("--client-secret", "flag")
    await desk.token(*FLAGS, **told("planted"))
    requests = {b"plain": desk.request(*FLAGS), b"flag": desk.request(*FLAGS, *flag)}
    requests[b"variable"] = desk.request(*FLAGS, **told("planted"))
    for said, request in requests.items():
        assert api.at_once(request, said) is not None
    assert [said for said, request in requests.items() if api.recall(said, request.peer)] == [b"plain"]


async def test_nothing_is_recalled_for_a_client_that_may_be_refused(desk: Desk) -> None:
    api, said = Api(desk.services, lambda: None), b"the bytes of that request"
    await desk.token(*FLAGS, **told("planted"))
    request = desk.request(*FLAGS, info=exec_info(version="v1beta1"))
    assert api.at_once(request, said) is not None
    assert api.recall(said, request.peer) is not None
    handed = desk.services.handed._handed
    handed.update({key: replace(handing, helper=1) for key, handing in handed.items()})
    assert api.recall(said, request.peer) is None


async def test_a_cluster_that_is_no_target_gets_nothing(desk: Desk) -> None:
    with pytest.raises(Refused, match="no target"):
        await desk.token(*FLAGS, info=exec_info("https://aks.example"), **told("planted"))
    assert desk.bench.provider.started == 0


async def test_remove_cache_dir_forgets_by_the_directory(desk: Desk) -> None:
    await desk.token(*FLAGS, **told("planted"))
    await desk.token(*FLAGS, "--cache-dir", "/x", **told("planted"))
    assert (
        await kubelogin.remove_cache_dir(desk.services, desk.request(*FLAGS, "--cache-dir=/x"), Person(), "")
    ).status == 200
    left = {record.profile for record in desk.bench.vault.names()}
    assert [name for name in left if name.startswith(names_begin("/x"))] == []
    assert await desk.token(*FLAGS) == "access-1"
