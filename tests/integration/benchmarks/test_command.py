"""The benchmarks, each run once: that they measure what they say, not how fast this machine is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks import chart
from benchmarks.cases import BY_NAME, CASES
from benchmarks.peers import credential_oauth
from support import places
from support.installation import packages
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path


FIRST = ("warm-answer", "daemon-share", "cold-start", "memory")
"""Each of the others takes peers that are not everywhere, or minutes."""


def bench(directory: Path, *words: str) -> tuple[subprocess.CompletedProcess[str], Path]:
    """The command behind contrib/bench.sh, and the file it was told to write; one of the peers on PATH is too old."""
    file = directory / "results.json"
    (directory / "bin").mkdir()
    (directory / "bin/git-credential-oauth").symlink_to("/bin/true")
    environment = os.environ | {"PATH": f"{directory / 'bin'}:{os.environ['PATH']}"}
    written = ["--json", str(file), "--svg", str(directory / "a.svg")]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--rounds", "1", *written, *words],
        cwd=places.REPOSITORY / "tests", env=environment, check=False,
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    return done, file


def rows(cases: dict[str, Any], case: str) -> dict[str, Any]:
    """The ratios of each row of a case, by name."""
    return {row["name"]: row["ratios"] for row in cases[case]["rows"]}


def test_the_first_cases_run_beside_an_earlier_build(tmp_path: Path) -> None:
    need("git")
    sdist = packages.build(places.REPOSITORY, tmp_path / "sdist", "--sdist")
    (tmp_path / "source").mkdir()
    wheel = packages.build(packages.unpacked(sdist, tmp_path / "source"), tmp_path / "wheel", "--wheel")
    done, file = bench(tmp_path, *FIRST, "--against", str(wheel))
    assert (done.returncode, done.stderr) == (0, ""), done
    (run,) = json.loads(file.read_text())["runs"]
    cases = run["cases"]
    assert tuple(cases) == FIRST
    earlier = f"earlier {wheel.stem.split('-py3-')[0]}"
    beside_git = {"git credential-cache get", "git credential-store get", "/bin/true", f"git, native ({earlier})"}
    assert set(rows(cases, "warm-answer")["git, native"]) == beside_git
    assert set(rows(cases, "warm-answer")["kube, native"]) == {"/bin/true", f"kube, native ({earlier})"}
    assert f"daemon ({earlier}), 8 clients" in rows(cases, "daemon-share")["daemon, 8 clients"]
    assert list(rows(cases, "cold-start")["git, native, no daemon"]) == [f"git, native, no daemon ({earlier})"]
    assert list(rows(cases, "memory")["PSS, at its start"]) == [f"PSS, at its start ({earlier})"]
    assert (tmp_path / "a.svg").read_text() == chart.draw(json.loads(file.read_text()))
    assert "is too old" in cases["warm-answer"]["absent"][credential_oauth.NAME]
    assert f"absent: {credential_oauth.NAME}: " in done.stdout


@pytest.mark.long
@pytest.mark.timeout(600)
def test_every_case_runs(tmp_path: Path) -> None:
    done, file = bench(tmp_path, "--runs", "2")
    assert (done.returncode, done.stderr) == (0, ""), done
    runs = json.loads(file.read_text())["runs"]
    assert [set(run["cases"]) for run in runs] == [set(CASES) - set(BY_NAME)] * 2


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("warmth",), "there is no case warmth: choose from warm-answer,"),
        (("--rounds", "0"), "from 1 on"),
        (("--runs", "0"), "from 1 on"),
        (("--markdown", "/dev/null"), "has none of the rows"),
    ],
)
def test_what_cannot_be_measured_is_refused(tmp_path: Path, words: tuple[str, ...], complaint: str) -> None:
    done, file = bench(tmp_path, *words)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert not file.exists()
