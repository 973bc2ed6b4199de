"""Real kubectl, with the same service principal's token for the cluster."""

from __future__ import annotations

import shutil

from keyturn.verbs.demo.step import Step
from keyturn.verbs.demo.verdicts import Skipped, check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keyturn.verbs.demo.stage import Stage


def set_up(stage: Stage) -> str:
    _need_kubectl()
    directory = stage.home / ".kube"
    directory.mkdir(mode=0o700)
    (directory / "config").write_text(stage.emulator.ready.kubeconfig, encoding="utf-8")
    stage.run("keyturn", "setup", "kube")
    return "the kubeconfig's user asks keyturn; what it was before can be had back with --undo"


def namespaces(stage: Stage) -> str:
    _need_kubectl()
    _list(stage)
    before = stage.token_requests()
    _list(stage)
    check(stage.token_requests() == before, "the second time took a token request")
    return "the cluster took the token for its own audience; the second time it came from memory"


def _list(stage: Stage) -> None:
    listed = stage.run("kubectl", "get", "namespaces").output or ""
    check("kube-system" in listed, "kubectl lists no namespaces")


def _need_kubectl() -> None:
    if shutil.which("kubectl") is None:
        raise Skipped("kubectl is not installed")


STEPS = (
    Step("kubectl learns whom to ask", set_up),
    Step("kubectl get namespaces, twice", namespaces),
)
