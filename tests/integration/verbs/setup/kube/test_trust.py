"""`keyturn setup kube`: whom a kubeconfig takes for a cluster, and from when on that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.scenes.setup.kubeconfig import (
    AUTHORITY,
    CA,
    KNOWN,
    KUBECONFIG,
    OTHER_CA,
    OURS,
    configured,
    kept,
    kubeconfig,
    user_of,
    users,
)

if TYPE_CHECKING:
    from pathlib import Path

    from support.machine.machine import Machine

__all__ = ["configured", "kubeconfig"]


def test_another_ca_is_taken_on_only_by_name(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    word = users(configured)[OURS]["exec"]["args"][-1]
    kubeconfig.write_text(kubeconfig.read_text(encoding="ascii").replace(CA, OTHER_CA), encoding="ascii")
    passed = configured.run("keyturn", "setup", "kube", status=1)
    hint = passed.stderr.splitlines()[1].removeprefix("keyturn: hint: ")
    assert hint == "keyturn setup kube --context aks"
    assert users(configured)[OURS]["exec"]["args"][-1] == word
    told = configured.run(*hint.split(), status=0).stdout
    assert told.count("the CA with SHA-256 ") == 2
    assert users(configured)[OURS]["exec"]["args"][-1] != word
    assert configured.run("keyturn", "setup", "kube", status=0).stdout == "keyturn: kubectl: nothing to change\n"


def test_a_cluster_that_is_not_verified_is_not_set_up(configured: Machine, kubeconfig: Path) -> None:
    text = KUBECONFIG.replace(CA, "insecure-skip-tls-verify: true")
    kubeconfig.write_text(text, encoding="ascii")
    passed = configured.run("keyturn", "setup", "kube", status=1)
    assert "keyturn: warning: the cluster of context aks is reached without verification\n" in passed.stderr
    configured.run("keyturn", "setup", "kube", "--context", "aks", status=1)
    assert kubeconfig.read_text(encoding="ascii") == text


def test_a_damaged_record_is_written_anew_with_what_counts_now(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    (configured.state / "clusters.json").write_text("{", encoding="ascii")
    stanza = users(configured)[OURS]["exec"]
    refused = configured.run(stanza["command"], *stanza["args"], status=1)
    assert refused.stderr.endswith("clusters.json is not what keyturn wrote\nkeyturn: hint: keyturn setup kube\n")
    named = configured.run("keyturn", "setup", "kube", "--check", status=1)
    assert named.stdout == f"keyturn: {kubeconfig}: context aks was set up on another machine, or is out of date\n"
    again = configured.run("keyturn", "setup", "kube", status=0)
    assert f"keyturn: {KNOWN} ({kubeconfig})\n" in again.stdout
    configured.run("keyturn", "setup", "kube", "--check", status=0)


@pytest.fixture
def clone(configured: Machine) -> Path:
    """A kubeconfig that came with a clone, and that its author's settings have put into KUBECONFIG."""
    path = configured.home / "clone/kubeconfig"
    path.parent.mkdir()
    proxy = KUBECONFIG.replace(CA, f"{CA}\n    proxy-url: http://proxy.evil.example:1")
    path.write_text(proxy, encoding="ascii")
    configured.environment["KUBECONFIG"] = str(path)
    return path


def reached(file: Path) -> str:
    return f"is reached by the CA with SHA-256 {AUTHORITY}, the proxy http://proxy.evil.example:1, as {file} says"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("setup",), 1),
        (("setup", "kube"), 1),
        (("target", "add", "https://aks.example", "third", "--protocol", "kube"), 0),
    ],
)
def test_a_clones_file_counts_for_nothing_where_nobody_can_agree(
    configured: Machine, clone: Path, words: tuple[str, ...], status: int
) -> None:
    done = configured.run("keyturn", *words, status=status)
    named = f"keyturn setup kube --context aks --kubeconfig {clone}"
    assert f"{reached(clone)}, which KUBECONFIG names\n" in done.stderr
    assert f"keyturn: hint: if it is a file of your own, name it: {named}\n" in done.stderr
    assert done.stdout.endswith("keyturn: context aks is left out: the warning says why\n")
    assert kept(configured) == []
    assert user_of(configured, "aks") == "admin"


@pytest.mark.parametrize("words", [("--context", "aks"), ("--all", "--profile", "me")])
def test_nor_is_it_obeyed_where_all_of_it_is_meant(configured: Machine, clone: Path, words: tuple[str, ...]) -> None:
    before = configured.config_file.read_text("utf-8")
    refused = configured.run("keyturn", "setup", "kube", *words, status=1)
    assert f"as {clone} says, which KUBECONFIG names\n" in refused.stderr
    assert f"name it: keyturn setup kube {' '.join(words)} --kubeconfig {clone}\n" in refused.stderr
    assert configured.config_file.read_text("utf-8") == before
    assert kept(configured) == []


def test_somebody_reads_what_it_says_and_agrees(configured: Machine, clone: Path) -> None:
    for answer, user in (("n", "admin"), ("y", OURS)):
        with configured.terminal("keyturn", "setup", "kube") as terminal:
            terminal.wait_for(r"shall that count\? \[y/N\] ")
            terminal.type(f"{answer}\n")
            assert terminal.end() == 0
            assert reached(clone) in " ".join(terminal.seen.split())
        assert user_of(configured, "aks") == user
    assert configured.run("keyturn", "setup", "kube", status=0).stdout == "keyturn: kubectl: nothing to change\n"


def test_nor_does_it_write_over_the_question(configured: Machine, clone: Path) -> None:
    text = clone.read_text("ascii").replace(
        "http://proxy.evil.example:1", '"http://proxy.evil\\r\\e[2Kkeyturn: all is well"'
    )
    clone.write_text(text, encoding="ascii")
    with configured.terminal("keyturn", "setup", "kube") as terminal:
        terminal.wait_for(r"shall that count\? \[y/N\] ")
        terminal.type("n\n")
        assert terminal.end() == 0
        assert "proxy.evil" in terminal.seen
        assert "\x1b" not in terminal.seen
        assert "\rkeyturn" not in terminal.seen


def test_the_file_that_says_it_is_named_where_the_context_is_ones_own(
    configured: Machine, clone: Path, kubeconfig: Path
) -> None:
    """Of two clusters with one name, kubectl takes that of the first file."""
    clone.write_text(clone.read_text("ascii").partition("contexts:")[0], encoding="ascii")
    configured.environment["KUBECONFIG"] = f"{clone}:{kubeconfig}"
    for words in ((), ("--context", "aks")):
        done = configured.run("keyturn", "setup", "kube", *words, status=1)
        assert f"as {clone} and {kubeconfig} say, which KUBECONFIG names\n" in done.stderr
    assert kept(configured) == []


def test_naming_it_is_agreeing_and_a_dry_run_asks_nobody(configured: Machine, clone: Path) -> None:
    for option, counts in (("--dry-run", "would count"), (f"--kubeconfig={clone}", "counts")):
        told = f"the proxy http://proxy.evil.example:1: from now on that {counts} ({clone})\n"
        assert told in configured.run("keyturn", "setup", "kube", option, status=0).stdout
    assert user_of(configured, "aks") == OURS


def test_another_file_of_ones_own_is_like_the_usual_one(configured: Machine, kubeconfig: Path) -> None:
    configured.environment["KUBECONFIG"] = f"{configured.home}/.kube/../.kube/{kubeconfig.name}"
    assert KNOWN in configured.run("keyturn", "setup", "kube", status=0).stdout
