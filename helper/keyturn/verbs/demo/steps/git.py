"""Real git, with a service principal's token: fetched once, then from memory, through a crash, until revoked."""

from __future__ import annotations

from statistics import median
from urllib.parse import urlsplit

from keyturn.verbs.demo.processes import ended_within, kill
from keyturn.verbs.demo.step import Step
from keyturn.verbs.demo.verdicts import Failed, Skipped, check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from keyturn.verbs.demo.stage import Stage

ANSWERS = 20


def clone(stage: Stage) -> str:
    stage.run("git", "clone", stage.emulator.ready.repository)
    check(stage.token_requests() == 1, f"it took {stage.token_requests()} token requests instead of one")
    check(stage.emulator.control.count("git.authorized"), "git was let in without a token")
    return "one token requested, and the server accepted it"


def first_push(stage: Stage) -> str:
    return _push_from_memory(stage, "the same token, from the daemon's memory: still 1 token request")


def second_push(stage: Stage) -> str:
    return _push_from_memory(stage, "and again: still 1 token request")


def warm_answer(stage: Stage) -> str:
    helper = stage.programs / "git-credential-keyturn"
    if helper.read_bytes().startswith(b"#!"):
        raise Skipped("no C compiler worked when keyturn was installed: the helper is a script")
    server = urlsplit(stage.emulator.ready.repository)
    request = stage.home / "request"
    request.write_text(f"protocol=https\nhost={server.netloc}\npath={server.path[1:]}\n", encoding="utf-8")
    before = stage.token_requests()
    took = [stage.run(helper.name, "get", source=request, secret=True).seconds]
    took += [stage.time(helper.name, "get", source=request) for _ in range(ANSWERS - 1)]
    check(stage.token_requests() == before, "an answer took a token request")
    return f"{median(took) * 1000:.1f} ms for the whole process (median of {ANSWERS}); its output is a secret"


def daemon_killed(stage: Stage) -> str:
    pid = stage.status()["pid"]
    stage.show(stage.home, f"kill -9 {pid}")
    kill(pid)
    check(ended_within(pid, 10), f"the daemon {pid} survived")
    finding = _push_from_memory(stage, "a new daemon opened the vault: still 1 token request")
    check(stage.status()["pid"] != pid, "that was the old daemon")
    return finding


def token_revoked(stage: Stage) -> str:
    """Before 2.46 git asks once per command, so the first command fails; later ones can replace the token in it."""
    count, before = stage.emulator.control.revoke_all(), stage.token_requests()
    stage.display.tell(f"(the provider revokes every token that it has issued so far: {count})")
    _commit(stage)
    attempts = 1
    if stage.run("git", "push", status=None, directory=_work(stage)).status != 0:
        stage.display.tell("(this git asks for a token once per command; it has told keyturn which one was refused)")
        stage.run("git", "push", directory=_work(stage))
        attempts = 2
    check(stage.emulator.control.count("git.refused.revoked"), "the server accepted the revoked token")
    gained = stage.token_requests() - before
    check(gained == 1, f"it took {gained} new token requests instead of one")
    return f"one new token; {'the repeated command' if attempts == 2 else 'the same command'} succeeded"


def all_arrived(stage: Stage) -> str:
    stage.run("git", "clone", "--quiet", stage.emulator.ready.repository, "fresh")
    theirs, ours = (
        stage.run("git", "rev-parse", "HEAD", directory=stage.home / name).output for name in ("fresh", "app")
    )
    check(theirs == ours, "the server does not have our last commit")
    return "a fresh clone ends in the same commit"


def _push_from_memory(stage: Stage, finding: str) -> str:
    before, pushes = stage.token_requests(), stage.emulator.control.count("git.receive-pack")
    _commit(stage)
    stage.run("git", "push", directory=_work(stage))
    check(stage.emulator.control.count("git.receive-pack") > pushes, "nothing was pushed")
    if (gained := stage.token_requests() - before) != 0:
        raise Failed(f"the push took {gained} token requests")
    return finding


def _commit(stage: Stage) -> None:
    file = _work(stage) / "notes.txt"
    new = not file.exists()
    with file.open("a", encoding="utf-8") as notes:
        notes.write("one more line\n")
    if new:
        stage.run("git", "add", file.name, directory=file.parent)
    stage.run("git", "commit", "--quiet", "--all", "--message", "One more line", directory=file.parent)


def _work(stage: Stage) -> Path:
    return stage.home / "app"


STEPS = (
    Step("git clone: a token is fetched", clone),
    Step("git push: the token is there already", first_push),
    Step("another push", second_push),
    Step("how long a warm answer takes", warm_answer),
    Step("the daemon is killed with -9", daemon_killed),
    Step("the token is revoked", token_revoked),
    Step("did everything arrive?", all_arrived),
)
