"""A person signs in with a device code; the demo plays the person and the browser."""

from __future__ import annotations

from contextlib import ExitStack

from keyturn.verbs.demo.step import Step
from keyturn.verbs.demo.terminal import Terminal
from keyturn.verbs.demo.verdicts import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.verbs.demo.stage import Stage


def nobody_there(stage: Stage) -> str:
    failed = stage.run("git", "clone", _repository(stage), "personal", status=128)
    check("keyturn login me" in (failed.output or ""), "git's output does not name the command to run")
    check(stage.emulator.control.count("device.started") == 0, "a sign-in was started that nobody could see")
    return "without a terminal nobody can sign in: git fails at once, with the command to run"


def login(stage: Stage) -> str:
    control, user = stage.emulator.control, stage.emulator.ready.user
    control.settings(device_interval=1)  # Entra has its clients ask every 5 s, most of which would be waiting
    stage.show(stage.home, "keyturn login me")
    with ExitStack() as stack:
        with stage.interruption.put_off():
            terminal = stack.enter_context(Terminal(("keyturn", "login", "me"), stage.environment, stage.home))
        code = terminal.wait_for(lambda seen: _shown_code(stage, seen))
        stage.display.output(terminal.seen)
        stage.display.tell(f"(in a browser: {user} opens that page, enters {code}, and approves)")
        shown = len(terminal.seen)
        control.approve(code, user)
        status = terminal.end()
        stage.display.output(terminal.seen[shown:])
    check(status == 0, f"keyturn login me ended with status {status}")
    check(stage.profile("me")["signed_in"], "keyturn does not call the profile signed in")
    return f"signed in as {user}"


def person_clones(stage: Stage) -> str:
    stage.run("git", "clone", _repository(stage), "personal")
    check(stage.emulator.control.count("device.started") == 1, "that took another sign-in")
    return "the person's token for the person's organisation; one sign-in in all"


def _repository(stage: Stage) -> str:
    ready = stage.emulator.ready
    return ready.repository.replace(f"/{ready.organizations[0]}/", f"/{ready.organizations[1]}/")


def _shown_code(stage: Stage, seen: str) -> str | None:
    """A code that waits for a person, and that the terminal shows."""
    codes = (str(pending["user_code"]) for pending in stage.emulator.control.pending())
    return next((code for code in codes if code in seen), None)


STEPS = (
    Step("somebody else's repository", nobody_there),
    Step("a person signs in", login),
    Step("and gets in", person_clones),
)
