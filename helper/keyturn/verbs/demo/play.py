"""Plays the steps one after the other, and tells how that went."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field

from keyturn.signals import Interrupted
from keyturn.verbs.demo.interruption import Interruption
from keyturn.verbs.demo.stage import Stage
from keyturn.verbs.demo.steps import awx, docker, git, kube, setup, sign_in
from keyturn.verbs.demo.verdicts import Failed, Result, Skipped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from keyturn.verbs.demo.show import Display
    from keyturn.verbs.demo.step import Step
    from keyturn.verbs.demo.verdicts import State

STEPS: tuple[Step, ...] = (
    *setup.STEPS,
    *git.STEPS,
    *sign_in.STEPS,
    *kube.STEPS,
    *docker.STEPS,
    *awx.STEPS,
)


@dataclass
class Outcome:
    """What came of it. kept: the directory, if it was to stay. interrupted: the exit status of that, else None."""

    results: list[Result] = field(default_factory=list)
    seconds: float = 0.0
    kept: Path | None = None
    interrupted: int | None = None

    @property
    def failed(self) -> Result | None:
        """The step that failed; it was the last one played."""
        return next((result for result in self.results if result.state == "failed"), None)

    def exit_status(self) -> int:
        """0 if no step failed and all were played."""
        return self.interrupted if self.interrupted is not None else int(self.failed is not None)

    def summary(self) -> str:
        """One line, for people."""
        parts = ["interrupted"] if self.interrupted is not None else []
        parts.append(f"{sum(result.state == 'green' for result in self.results)} steps green")
        parts += [
            f"{result.state}: {result.title} ({result.finding})" for result in self.results if result.state != "green"
        ]
        if remaining := len(STEPS) - len(self.results):
            parts.append(f"{remaining} not played")
        place = "removed" if self.kept is None else f"kept: {self.kept}"
        return f"{', '.join(parts)}; {self.seconds:.1f} s; daemon and emulator stopped, directory {place}"

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "steps": [asdict(result) for result in self.results],
            "not_played": [step.title for step in STEPS[len(self.results) :]],
            "interrupted": self.interrupted is not None,
            "seconds": round(self.seconds, 3),
            "directory": None if self.kept is None else str(self.kept),
        }


def play(display: Display, *, keep: bool) -> Outcome:
    """Play all steps, up to the first that fails. When this returns nothing runs any more."""
    outcome, started = Outcome(), time.monotonic()
    with Interruption() as interruption, Stage(display, interruption, keep=keep) as stage:
        outcome.kept = stage.home if keep else None
        try:
            with interruption.heeded():
                _play_steps(stage, outcome)
        except Interrupted as interrupted:
            outcome.interrupted = interrupted.status
    outcome.seconds = time.monotonic() - started
    return outcome


def _play_steps(stage: Stage, outcome: Outcome) -> None:
    stage.display.tell(f"~ is {stage.home}, and everything happens in it; commands get a clean environment")
    for number, step in enumerate(STEPS, start=1):
        stage.display.heading(f"{number}. {step.title}")
        outcome.results.append(result := _result(stage, step))
        getattr(stage.display, result.state)(result.finding, result.seconds)
        if result.state == "failed":
            return


def _result(stage: Stage, step: Step) -> Result:
    started, before = time.monotonic(), len(stage.commands)
    state: State = "green"
    try:
        finding = step.play(stage)
    except Skipped as reason:
        state, finding = "skipped", str(reason)
    except (Failed, OSError) as reason:
        state, finding = "failed", str(reason)
    return Result(step.title, state, finding, round(time.monotonic() - started, 3), stage.commands[before:])
