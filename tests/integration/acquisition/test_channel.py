"""The acquisition channel with the real process: what it accepts, and what it keeps to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyturnd.messages.channel import LINE_LIMIT, Ack, Answer, encode_line
from keyturnd.messages.identities import Network
from keyturnd.messages.jobs import ReachJob
from keyturnd.messages.outcomes import Failure, Result
from keyturnd.messages.states import EntraState
from support.acquisition.driver import SECRET, Acquisition, Finished, job, run, seal_of, signed_in
from support.acquisition.processes import NOWHERE, PATIENCE, certificates, patched, rotating, silent

if TYPE_CHECKING:
    from support.acquisition.scripted_provider import ScriptedProvider


__all__ = ["certificates", "rotating", "silent"]


PLANTED_TOKEN = "planted-access-token"


def outcome_of(command: tuple[str, ...]) -> Finished:
    with Acquisition(command) as acquisition:
        acquisition.send(job(NOWHERE))
        return Finished(acquisition)


def failure(*lines: bytes) -> Failure:
    finished = run(*lines)
    assert isinstance(finished.outcome, Failure)
    assert finished.stderr == b""
    return finished.outcome


def test_another_version_of_the_channel_says_how_to_get_the_same() -> None:
    """An upgrade replaces the files of a daemon that goes on running."""
    told = failure(b'{"type":"whatever","version":2,"novelty":true}\n')
    assert (told.kind, told.hint) == ("bug", "keyturn daemon restart")
    assert "version 2" in told.sentence


@pytest.mark.parametrize(
    "line",
    [b"\n", b"nonsense\n", b"[]\n", b'{"version":1}\n', b'{"type":"ack"}\n', b'{"type":"token","version":1}\n'],
)
def test_a_line_that_is_no_job_is_a_typed_failure(line: bytes) -> None:
    assert failure(line).kind == "bug"


def test_an_ack_before_the_job_is_no_job() -> None:
    assert failure(b'{"type":"ack","version":1}\n').sentence == "the acquisition process was sent no job"


def test_an_endless_line_is_refused_before_it_ends() -> None:
    assert "more than 1 MiB" in failure(b"x" * (LINE_LIMIT + 1)).sentence


def test_a_line_of_exactly_the_limit_is_read() -> None:
    padded = encode_line(job(NOWHERE, flow="unheard-of"))[:-1]
    told = failure(padded + b" " * (LINE_LIMIT - len(padded) - 1) + b"\n")
    assert "unheard-of" in told.sentence


def test_an_unexpected_exception_shows_its_class_and_place_only() -> None:
    finished = outcome_of(patched(f"raise ValueError({SECRET!r})"))
    assert isinstance(finished.outcome, Failure)
    assert finished.outcome.kind == "bug"
    assert "ValueError" in finished.outcome.sentence
    assert SECRET.encode() not in finished.raw + finished.stderr


def test_an_exception_in_a_thread_ends_it_too() -> None:
    thread = "threading.Thread(target=lambda: {}['planted']).start(); threading.Event().wait()"
    finished = outcome_of(patched(thread))
    assert isinstance(finished.outcome, Failure)
    assert "KeyError" in finished.outcome.sentence
    assert b"planted" not in finished.raw + finished.stderr


@pytest.mark.parametrize("user", ["", "alice:planted@"])
def test_the_proxy_that_failed_is_named_without_its_password(user: str) -> None:
    network = Network(proxy=f"http://{user}127.0.0.1:1")
    finished = run(ReachJob("https://login.example", network, PATIENCE))
    assert isinstance(finished.outcome, Failure)
    assert finished.outcome.sentence == "cannot connect to the proxy http://127.0.0.1:1: connection refused"
    assert b"planted" not in finished.raw + finished.stderr


def test_a_library_that_prints_does_not_disturb_the_channel() -> None:
    noise = ("print('noise', flush=True)", "os.write(1, b'noise')", "os.system('echo noise')")
    finished = outcome_of(patched(*noise, "return Failure('state', 'work is done')"))
    assert finished.outcome == Failure("state", "work is done")
    assert b"noise" not in finished.raw + finished.stderr


def test_a_library_that_logs_or_warns_is_not_heard() -> None:
    noise = (
        "import logging, warnings",
        "logging.getLogger('msal').error('noise'); logging.critical('noise'); warnings.warn('noise')",
    )
    finished = outcome_of(patched(*noise, "return Failure('state', 'work is done')"))
    assert finished.outcome == Failure("state", "work is done")
    assert finished.stderr == b""


def test_an_echoed_secret_is_cut_out_of_the_failure() -> None:
    finished = outcome_of(patched("return Failure('state', 'it said ' + job.secret, 'try ' + job.secret)"))
    assert finished.outcome == Failure("state", "it said …", "try …")


def test_it_leaves_no_core_is_not_dumpable_and_has_no_environment() -> None:
    facts = (
        "import ctypes, resource",
        "core, dumpable = resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)",
        "return Failure('state', repr([dumpable, core, os.umask(0), dict(os.environ), os.getcwd()]))",
    )
    assert outcome_of(patched(*facts)).outcome == Failure("state", "[0, (0, 0), 63, {}, '/']")


def test_nothing_secret_is_to_be_seen_from_outside(silent: ScriptedProvider) -> None:
    with Acquisition() as acquisition:
        acquisition.send(job(silent.authority, silent.ca_file, deadline=600.0))
        silent.wait_for_post()
        assert SECRET in silent.posts[0].form["client_secret"]
        for name in ("cmdline", "environ"):
            assert SECRET.encode() not in _readable(f"/proc/{acquisition.pid}/{name}")


def _readable(path: str) -> bytes:
    """The file's bytes; none where the kernel refuses, as it does for a process that is not dumpable."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - of /proc
            return file.read()
    except PermissionError:
        return b""


def test_the_new_refresh_token_is_durable_before_the_result_leaves(rotating: ScriptedProvider) -> None:
    with Acquisition() as acquisition:
        acquisition.send(signed_in(rotating.authority, rotating.ca_file))
        state = seal_of(acquisition).state
        assert acquisition.silent()
        acquisition.send(Ack())
        finished = Finished(acquisition)
    assert isinstance(finished.outcome, Result)
    assert state == EntraState("planted-refresh-token.0123456789+", "alice@contoso.example", "u.t")
    assert finished.outcome.access_token == PLANTED_TOKEN


def test_a_late_answer_is_not_taken_for_an_ack(rotating: ScriptedProvider) -> None:
    with Acquisition() as acquisition:
        acquisition.send(signed_in(rotating.authority, rotating.ca_file))
        seal_of(acquisition)
        acquisition.send(Answer(7, "late"))
        assert acquisition.silent()
        acquisition.send(Ack())
        assert isinstance(Finished(acquisition).outcome, Result)


def test_a_question_is_answered_by_its_id() -> None:
    ask = "return Failure('state', channel.ask('password', 'which') + channel.ask('password', 'and'))"
    with Acquisition(patched(ask)) as acquisition:
        acquisition.send(job(NOWHERE))
        for message in (Answer(99, "stale"), Answer(1, "one "), Answer(1, "stale"), Answer(2, "two")):
            acquisition.send(message)
        finished = Finished(acquisition)
    assert finished.outcome == Failure("state", "one two")
    assert len(finished.seen) == 3


@pytest.mark.parametrize("answer", ["'x' * (1 << 20)", r"chr(0xD800)"])
def test_an_answer_that_no_line_holds_is_told_as_that(answer: str) -> None:
    """It ended with status 0 and without a word: what tells of an exception waited for the outcome to be sent."""
    finished = outcome_of(patched(f"return Told({answer})"))
    assert isinstance(finished.outcome, Failure)
    assert finished.outcome.kind == "provider-refused"
    assert "longer than the 1 MiB" in finished.outcome.sentence
