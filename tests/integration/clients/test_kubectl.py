"""The whole job: real kubectl over TLS, a token that the daemon fetched, and everything that may happen to it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.emulator.client import claims_of
from support.scenes.cluster import CONTEXT, ClusterScene, cluster_scene, exec_info, personal_cluster

if TYPE_CHECKING:
    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine
    from support.machine.terminal import Terminal

__all__ = ["cluster_scene", "personal_cluster"]

NAMESPACES = [
    f"namespace/{name}" for name in ("default", "demo", "kube-node-lease", "kube-public", "kube-system", "monitoring")
]
AKS = "6dae42f8-4368-4678-94ff-3960e28e3630"
UNAUTHORIZED_STATUS = json.dumps(
    {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Unauthorized", "code": 401}
)
NOT_SIGNED_IN = "keyturn: error: nobody is signed in for profile me\nkeyturn: hint: keyturn login me\n"
UNAUTHORIZED = "You must be logged in to the server"


def test_namespaces_in_pages_with_one_token(cluster_scene: ClusterScene) -> None:
    assert cluster_scene.namespaces() == NAMESPACES
    paged = cluster_scene.kubectl("get", "namespaces", "--chunk-size=2")
    assert paged.stderr == ""
    assert [line.split()[:2] for line in paged.stdout.splitlines()[1:]] == [
        [name.removeprefix("namespace/"), "Active"] for name in NAMESPACES
    ]
    assert cluster_scene.tokens_issued() == 1


def test_the_cluster_knows_who_asks(cluster_scene: ClusterScene) -> None:
    token = json.loads(cluster_scene.machine.run("keyturn", "token", "ci", "--json", "--audience", AKS).stdout)
    assert cluster_scene.user() == claims_of(token["access_token"])["oid"]
    shown = cluster_scene.kubectl("auth", "whoami", "--output=json", status=None)
    if shown.returncode == 0:  # kubectl 1.27 has the command, 1.28 the version that a cluster of today serves
        assert json.loads(shown.stdout)["status"]["userInfo"]["username"] == cluster_scene.user()
    assert cluster_scene.kubectl("auth", "can-i", "list", "namespaces").stdout == "yes\n"
    assert cluster_scene.kubectl("auth", "can-i", "delete", "namespaces", status=1).stdout == "no\n"


def test_kubectl_keeps_its_own_stdin(cluster_scene: ClusterScene) -> None:
    """`create --filename=-` reads a document there, while the plugin runs."""
    assert cluster_scene.user()


def test_twenty_kubectls_at_once_cost_one_token(cluster_scene: ClusterScene) -> None:
    running = [cluster_scene.start("get", "namespaces", "--output=name") for _ in range(20)]
    outcomes = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0] * 20
    assert {output.decode() for output, _ in outcomes} == {"\n".join(NAMESPACES) + "\n"}
    assert cluster_scene.tokens_issued() == 1


def test_a_revoked_token_fails_at_most_once_and_is_replaced(cluster_scene: ClusterScene) -> None:
    """client-go returns the first 401 and asks its plugin again: the next command has another token."""
    cluster_scene.namespaces()
    cluster_scene.emulator.control.revoke_all()
    first = cluster_scene.kubectl("get", "namespaces", status=None)
    assert first.returncode == 0 or UNAUTHORIZED in first.stderr
    assert cluster_scene.namespaces() == NAMESPACES
    assert cluster_scene.tokens_issued() == 2


def test_a_cluster_that_refuses_every_token_does_not_cost_one_per_command(cluster_scene: ClusterScene) -> None:
    cluster_scene.namespaces()
    cluster_scene.emulator.control.fault("kube", "status", times=1000, status=401, body=UNAUTHORIZED_STATUS)
    for _ in range(3):
        assert UNAUTHORIZED in cluster_scene.kubectl("get", "namespaces", status=1).stderr
    assert cluster_scene.tokens_issued() == 2


def test_a_token_that_expired_by_the_clusters_clock_is_replaced(cluster_scene: ClusterScene) -> None:
    cluster_scene.namespaces()
    cluster_scene.emulator.control.advance(3700)
    cluster_scene.kubectl("get", "namespaces", status=None)
    assert cluster_scene.emulator.control.count("kube.refused.expired") > 0
    assert cluster_scene.namespaces() == NAMESPACES


def test_the_expiry_is_the_truth_in_whole_seconds(cluster_scene: ClusterScene) -> None:
    """Never later than the token's own; and hardly earlier: Entra tells it in seconds from now."""
    ready = cluster_scene.emulator.ready
    answer = cluster_scene.machine.run(
        "kube-credential-keyturn", "get-token", status=0,
        KUBERNETES_EXEC_INFO=exec_info(ready.cluster, authority=Path(ready.ca_file).read_bytes()),
    )  # fmt: skip
    status = json.loads(answer.stdout)["status"]
    told = datetime.strptime(status["expirationTimestamp"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert 0 <= claims_of(status["token"])["exp"] - told.timestamp() <= 2
    assert answer.stderr == ""


def test_an_outage_of_the_provider_is_told_once(machine: Machine, emulator: Emulator) -> None:
    emulator.control.fault("token", "status", times=1000, status=503)
    scene = ClusterScene(machine, emulator)
    scene.set_up()
    failed = scene.kubectl("get", "namespaces", status=1)
    assert failed.stderr.count("keyturn: error: ") == 1
    assert emulator.control.count("kube.authorized") == 0
    emulator.control.clear_faults()
    machine.run("keyturn", "login", "ci", status=0)
    assert scene.namespaces() == NAMESPACES


def test_a_token_in_hand_outlives_an_outage_even_if_it_is_doubted(cluster_scene: ClusterScene) -> None:
    cluster_scene.namespaces()
    cluster_scene.emulator.control.fault("token", "status", times=1000, status=503)
    cluster_scene.emulator.control.fault("kube", "status", status=401, body=UNAUTHORIZED_STATUS)
    cluster_scene.kubectl("get", "namespaces", status=None)
    assert cluster_scene.namespaces() == NAMESPACES
    assert cluster_scene.emulator.control.count("token.issued") == 1


def test_a_killed_daemon_costs_no_token(cluster_scene: ClusterScene) -> None:
    cluster_scene.namespaces()
    cluster_scene.machine.kill_daemon()
    assert cluster_scene.namespaces() == NAMESPACES
    assert cluster_scene.tokens_issued() == 1


def test_another_cluster_gets_no_token(cluster_scene: ClusterScene) -> None:
    """The same user, another server: a kubeconfig may be somebody else's."""
    before = cluster_scene.emulator.control.count("kube.authorized")
    text = cluster_scene.kubeconfig.read_text(encoding="ascii")
    cluster_scene.kubeconfig.write_text(text.replace("https://127.0.0.1:", "https://localhost:"), encoding="ascii")
    refused = cluster_scene.kubectl("get", "namespaces", status=1)
    assert refused.stderr.count("keyturn: error: the cluster of this kubeconfig is no target\n") == 1
    counts = cluster_scene.emulator.control.counts()
    assert counts.get("kube.authorized", 0) == before
    assert "kube.refused" not in counts


def test_a_sign_in_that_is_needed_is_told_once_however_often_kubectl_asks(personal_cluster: ClusterScene) -> None:
    failed = personal_cluster.kubectl("get", "namespaces", status=1)
    assert failed.stderr.count(NOT_SIGNED_IN) == failed.stderr.count("keyturn: ") // 2 == 1
    assert "getting credentials: exec: " in failed.stderr
    again = personal_cluster.kubectl("get", "namespaces", status=1)
    assert again.stderr.count(NOT_SIGNED_IN) == 1
    assert personal_cluster.emulator.control.count("devicecode") == 0


def test_somebody_at_a_terminal_signs_in(personal_cluster: ClusterScene) -> None:
    with personal_cluster.at_terminal("get", "namespaces", "--output=name") as terminal:
        if not personal_cluster.tells_interactive:
            terminal.wait_for("keyturn login me")
            assert terminal.end() == 1
            return
        approve(personal_cluster, terminal)
        terminal.wait_for("namespace/monitoring")
        assert terminal.end() == 0
    assert personal_cluster.user() == "alice@contoso.example"
    assert personal_cluster.emulator.control.count("devicecode") == 1


def test_after_a_login_kubectl_needs_nobody(personal_cluster: ClusterScene) -> None:
    with personal_cluster.machine.terminal("keyturn", "login", "me") as terminal:
        approve(personal_cluster, terminal)
        assert terminal.end() == 0
    assert personal_cluster.user() == "alice@contoso.example"


def test_pressing_tab_begins_no_sign_in(personal_cluster: ClusterScene) -> None:
    with personal_cluster.at_terminal("__complete", "get", "namespaces", "") as terminal:
        terminal.end()
    assert personal_cluster.emulator.control.count("devicecode") == 0


@pytest.mark.parametrize("scene", ["cluster_scene", "personal_cluster"])
def test_the_helper_never_waits_for_stdin(scene: str, request: pytest.FixtureRequest) -> None:
    """The JavaScript client leaves an open pipe there."""
    made: ClusterScene = request.getfixturevalue(scene)
    process = made.machine.start("kube-credential-keyturn", *made.stanza()["args"])
    assert process.wait() == {"cluster_scene": 0, "personal_cluster": 3}[scene]


def test_a_kubeconfig_with_a_ca_of_its_own_gets_nothing(cluster_scene: ClusterScene) -> None:
    """The certificate would be good by it, so nothing but the record can tell."""
    authority = Path(cluster_scene.emulator.ready.ca_file).read_text(encoding="ascii")
    other = cluster_scene.machine.home / "other.pem"
    other.write_text(f"{authority}\n", encoding="ascii")
    cluster_scene.kubectl("config", "set-cluster", CONTEXT, f"--certificate-authority={other}", "--embed-certs")
    issued = cluster_scene.tokens_issued()  # some kubectls run the plugin to change a configuration, too
    refused = cluster_scene.kubectl("get", "namespaces", status=1)
    assert "keyturn: error: the kubeconfig reaches the cluster by another CA, proxy or name" in refused.stderr
    assert "keyturn: hint: keyturn setup kube\n" in refused.stderr
    assert cluster_scene.tokens_issued() == issued
    cluster_scene.machine.run("keyturn", "setup", "kube", "--context", CONTEXT, status=0)
    assert cluster_scene.namespaces() == NAMESPACES


def test_a_client_that_says_nothing_is_served_by_its_word_alone(cluster_scene: ClusterScene) -> None:
    """kr8s, fabric8 and client-node set no KUBERNETES_EXEC_INFO; fabric8 looks at the version."""
    machine, stanza = cluster_scene.machine, cluster_scene.stanza()
    answer = json.loads(machine.run(stanza["command"], *stanza["args"], status=0).stdout)
    assert answer["apiVersion"] == stanza["apiVersion"] == "client.authentication.k8s.io/v1beta1"
    *others, word = stanza["args"]
    for arguments in ([*others, "0" * len(word)], ["get-token", "--profile", "ci"], others[:-1]):
        refused = machine.run(stanza["command"], *arguments, status=1)
        assert refused.stdout == ""
        assert word not in refused.stderr


def approve(scene: ClusterScene, terminal: Terminal) -> None:
    """Read the code off the terminal and approve it, as a person with a browser would."""
    scene.emulator.control.approve(terminal.wait_for(r"enter the code (\S+)").group(1))
