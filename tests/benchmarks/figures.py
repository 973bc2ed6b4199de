"""The figures that README.md and guides/speed.md tell of the results, a row of a table each.

The rows stand in those pages among others. `--markdown PAGE` writes them anew, each in the place of the one that
begins alike, so that nobody copies a figure by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MISSING = "not measured"
CONDITIONS = "| measured on |"
"""How the row begins that says on what machine, and how."""


@dataclass(frozen=True)
class Figure:
    """One figure of each run, and what it should be.

    case, row: what was measured. peer: how the name of the row begins that it is divided by; empty: it is told as it
    is. of: median or p99. target: what it should not be above; empty where nobody set one.
    """

    what: str
    beside: str
    case: str
    row: str
    peer: str = ""
    of: str = "median"
    target: str = ""

    @property
    def start(self) -> str:
        """How its row begins on every page."""
        return f"| {self.what} | {self.beside} |"

    @property
    def has_limit(self) -> bool:
        """Whether the target is a number."""
        return self.target.replace(".", "", 1).isdigit()

    def line(self, document: Mapping[str, Any]) -> str:
        """Its row in Markdown, of what report.document gives."""
        found = [self._of_run(run["cases"]) for run in document["runs"]]
        said = MISSING if set(found) <= {MISSING} else ", ".join(found)
        return f"{self.start} {said} | {self.target}{self._missed(found)} |"

    def _missed(self, found: Sequence[str]) -> str:
        """A word where a run is above the target, so that nobody has to compare them by eye."""
        above = sum(float(value) > float(self.target) for value in found if value != MISSING) if self.has_limit else 0
        return f" (missed in {above} of {len(found)})" if above else ""

    def _of_run(self, cases: Mapping[str, Any]) -> str:
        rows = {row["name"]: row for row in cases.get(self.case, {"rows": []})["rows"]}
        if self.row not in rows:
            return MISSING
        if not self.peer:
            return f"{rows[self.row][self.of]:.1f}"
        ratios = rows[self.row]["ratios"].items()
        return next((_short(ratio[self.of]) for peer, ratio in ratios if peer.startswith(self.peer)), MISSING)


def _short(ratio: float) -> str:
    """With two decimals, or the first that is not 0."""
    return f"{ratio:.2f}" if ratio >= 0.005 else f"{ratio:.1g}"


CACHE, ECHO = "git credential-cache get", "a blocking server that answers the same bytes"
FIGURES = (
    Figure(
        "native helper, warm, whole process, git", f"`{CACHE}`",
        "warm-answer", "git, native", CACHE, target="0.25",
    ),
    Figure(
        "the daemon's share of a warm answer, one client", "the earlier build",
        "daemon-share", "daemon, 1 client", "daemon (earlier", target="0.35",
    ),
    Figure(
        "8 clients that ask twenty times a second each, p99", "one client alone",
        "load", "8 clients", "one client alone", "p99", "2",
    ),
    Figure(
        "one client during acquisitions, p99", "one client alone",
        "load", "during acquisitions", "one client alone", "p99", "2",
    ),
    Figure("8 clients in a closed loop, p99", ECHO, "daemon-share", "daemon, 8 clients", ECHO, "p99", "2"),
    Figure(
        "processor time of a warm kube answer, the daemon's share with it", "Azure's kubelogin",
        "kubelogin", "kube, native, processor, with the daemon's share", "kubelogin, Azure's", target="0.03",
    ),
    Figure(
        "no daemon, token in the vault, to git's answer", "the earlier build",
        "cold-start", "git, native, no daemon", "git, native, no daemon (earlier", target="0.5",
    ),
    Figure(
        "private dirty memory of the daemon in use, MiB", "-",
        "memory", "private dirty, after AWX's first use, too", target="14",
    ),
    Figure(
        "the same, more by 100 000 requests, MiB", "-",
        "memory", "private dirty, more by 100000 requests", target="flat",
    ),
    Figure(
        "processor time of a warm kube answer, the helper's alone", "Azure's kubelogin",
        "kubelogin", "kube, native, processor", "kubelogin, Azure's",
    ),
    Figure(
        "one client of a server in C during acquisitions, p99: the floor", "that server's client alone",
        "load", "an instant server in C, during acquisitions", "an instant server in C", "p99",
    ),
    Figure(
        "native helper, answered at once by a server in C: the floor", f"`{CACHE}`",
        "warm-answer", "git, native, answered by an instant server in C", CACHE,
    ),
    Figure("native helper, warm, whole process, git", "`/bin/true`", "warm-answer", "git, native", "/bin/true"),
    Figure(
        "the same", "`git-credential-oauth get`, which refreshes each time",
        "warm-answer", "git, native", "git-credential-oauth get",
    ),
    Figure(
        "native helper, warm, whole process, docker", "`docker-credential-pass get`",
        "warm-answer", "docker, native", "docker-credential-pass get",
    ),
    Figure(
        "the same", "`docker-credential-secretservice get`",
        "warm-answer", "docker, native", "docker-credential-secretservice get",
    ),
    Figure("`keyturn token`, warm", "`oidc-token`", "token", "keyturn token", "oidc-token"),
    Figure("the same", "`az account get-access-token`", "az", "keyturn token", "az account get-access-token"),
    Figure(
        "keyturn as kubelogin, warm", "Azure's kubelogin",
        "kubelogin", "kubelogin, keyturn's", "kubelogin, Azure's",
    ),
    Figure(
        "8 such callers at once and no token: requests to Entra ID", "Azure's kubelogin",
        "kubelogin", "kubelogin, keyturn's, 8 without a token", "kubelogin, Azure's, 8 without a token",
    ),
    Figure(
        "one client beside 50 that say nothing, p99", "one client alone",
        "load", "beside 50 that say nothing", "one client alone", "p99",
    ),
    Figure(
        "8 clients in a closed loop, answers a second", ECHO,
        "daemon-share", "daemon, 8 clients, answers a second", ECHO,
    ),
    Figure(
        "64 clients in a closed loop, answers a second", ECHO,
        "daemon-share", "daemon, 64 clients, answers a second", ECHO,
    ),
    Figure(
        "`git ls-remote` with keyturn", "with a token in git's configuration",
        "end-to-end", "git ls-remote", "git ls-remote,",
    ),
    Figure(
        "`kubectl get namespaces` with keyturn", "with a token in its kubeconfig",
        "end-to-end", "kubectl get namespaces", "kubectl get namespaces,",
    ),
)  # fmt: skip
"""In the order of the pages; those with a target first."""


def tells(page: str) -> bool:
    """Whether any of the rows stands in `page`."""
    return any(figure.start in page for figure in FIGURES)


def rewritten(page: str, document: Mapping[str, Any]) -> str:
    """`page` with the rows of `document`."""
    return "".join(f"{_rewritten(line, document)}\n" for line in page.splitlines())


def _rewritten(line: str, document: Mapping[str, Any]) -> str:
    if line.startswith(CONDITIONS):
        return _conditions(document)
    return next((figure.line(document) for figure in FIGURES if line.startswith(figure.start)), line)


def _conditions(document: Mapping[str, Any]) -> str:
    machine = document["machine"]
    load = ", ".join(f"{run['load']:.1f}" for run in document["runs"])
    where = f"{machine['cores']} processors ({machine['architecture']}), Linux {machine['kernel'].partition('-')[0]}"
    how = f"priority {machine['priority']}, {document['rounds']} rounds, load in the end {load}"
    return f"{CONDITIONS} {where}, Python {machine['python']} | {how} |  |"
