"""`keyturn setup kube`: what it writes, what kubectl makes of it, and the way back."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from support.machine.machine import PROGRAMS, Machine
from support.needs import need

if TYPE_CHECKING:
    from pathlib import Path

HELPER = PROGRAMS / "kube-credential-keyturn"
CONFIG = """
[profile.me]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"

[profile.other]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"
protocols = ["token"]

[profile.third]
provider = "entra"
application_id = "11111111-2222-3333-4444-555555555555"
flow = "device-code"

[targets.kube]
"https://aks.example" = "me"
"https://second.example:6443" = "me"
"""
KUBECONFIG = """# by hand
apiVersion: v1
kind: Config
current-context: aks
clusters:
- name: aks
  cluster:
    server: https://AKS.example:443
    certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==
- name: elsewhere
  cluster:
    server: https://elsewhere.example
contexts:
- name: aks
  context:
    cluster: aks
    user: admin # for now
- name: elsewhere
  context:
    cluster: elsewhere
    user: admin
users:
- name: admin
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: kubelogin
      args: [get-token, --server-id, 6dae42f8-4368-4678-94ff-3960e28e3630]
      env:
      - {name: AAD_SERVICE_PRINCIPAL_CLIENT_SECRET, value: planted-secret}
    token: planted-token
"""
OURS = "keyturn/me:admin"
AUTHORITY = hashlib.sha256(b"-----BEGIN CERTIFICATE-----\n").hexdigest()
KNOWN = f"the cluster of context aks is reached by the CA with SHA-256 {AUTHORITY}: from now on that counts"


@pytest.fixture
def configured(machine: Machine) -> Machine:
    need("kubectl")
    machine.configure(CONFIG)
    (machine.home / ".kube").mkdir(mode=0o700)
    return machine


@pytest.fixture
def kubeconfig(configured: Machine) -> Path:
    path = configured.home / ".kube/config"
    path.write_text(KUBECONFIG, encoding="ascii")
    path.chmod(0o640)
    return path


def users(machine: Machine, *options: str) -> dict[str, Any]:
    """The users by kubectl's word."""
    shown = machine.run(need("kubectl"), *options, "config", "view", "--raw", "--output=json", status=0)
    return {user["name"]: user["user"] for user in json.loads(shown.stdout)["users"]}


def kept(machine: Machine) -> list[str]:
    """What is recorded of clusters and kubeconfigs."""
    return [path.name for path in machine.state.glob("*.json")]


def arguments_of(profile: str) -> list[str]:
    """All but the word."""
    version = ["--api-version", "v1beta1"]
    return ["get-token", "--profile", profile, *version, "--server", "https://aks.example", "--word"]


def shown_by_kubectl(machine: Machine) -> object:
    """All that kubectl reads."""
    done = machine.run(need("kubectl"), "config", "view", "--raw", "--output=json", status=0)
    return json.loads(done.stdout)


def user_of(machine: Machine, context: str, *options: str) -> str:
    """A context's user by kubectl's word."""
    shown = machine.run(need("kubectl"), *options, "config", "view", "--raw", "--output=json", status=0)
    found = {each["name"]: each["context"]["user"] for each in json.loads(shown.stdout)["contexts"]}
    return str(found[context])


def test_the_context_gets_a_user_that_asks_keyturn_and_the_former_stays(
    configured: Machine, kubeconfig: Path
) -> None:
    before = users(configured)
    done = configured.run("keyturn", "setup", "kube", status=0)
    assert done.stdout == f"keyturn: {kubeconfig}: context aks with user {OURS} instead of admin\nkeyturn: {KNOWN}\n"
    assert done.stderr == ""
    assert user_of(configured, "aks") == OURS
    assert user_of(configured, "elsewhere") == "admin"
    after = users(configured)
    stanza = after.pop(OURS)["exec"]
    assert after == before
    *arguments, word = stanza["args"]
    assert (stanza["command"], arguments) == (str(HELPER), arguments_of("me"))
    assert len(word) == 32
    assert stanza["provideClusterInfo"] is True
    assert stanza["apiVersion"] == "client.authentication.k8s.io/v1beta1"


def test_nothing_else_changes_and_undo_brings_back_every_byte(configured: Machine, kubeconfig: Path) -> None:
    text = KUBECONFIG.replace(" # for now", "")
    kubeconfig.write_text(text, encoding="ascii")
    configured.run("keyturn", "setup", "kube", status=0)
    changed = kubeconfig.read_text(encoding="ascii")
    assert set(text.splitlines()) - set(changed.splitlines()) == set()
    assert kubeconfig.stat().st_mode & 0o777 == 0o640
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert kubeconfig.read_text(encoding="ascii") == text
    again = configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert again.stdout == "keyturn: kubectl: nothing to change\n"
    assert kept(configured) == [], "nothing is kept either"


@pytest.mark.parametrize("written", ["", "users: [] # nobody\n", "users:\n"])
def test_a_list_of_users_with_nobody_in_it_comes_back_as_it_was(
    configured: Machine, kubeconfig: Path, written: str
) -> None:
    text = KUBECONFIG.partition("users:")[0].replace(" # for now", "") + written
    kubeconfig.write_text(text, encoding="ascii")
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run("keyturn", "setup", "kube", status=0)
    assert OURS in users(configured)
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert kubeconfig.read_text(encoding="ascii") == text
    assert kept(configured) == []


def test_what_another_kubeconfig_still_needs_is_kept(configured: Machine, kubeconfig: Path) -> None:
    other = configured.home / "other"
    other.write_text(KUBECONFIG, encoding="ascii")
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run("keyturn", "setup", "kube", "--kubeconfig=other", status=0)
    configured.run("keyturn", "setup", "kube", "--undo", "--kubeconfig=.kube/config", status=0)
    assert kubeconfig.read_text(encoding="ascii") == KUBECONFIG.replace(" # for now", "")
    assert configured.run("keyturn", "setup", "kube", "--check", "--kubeconfig=other", status=0).stderr == ""


def test_a_kubeconfig_that_was_named_once_is_known_from_then_on(configured: Machine, kubeconfig: Path) -> None:
    """By --check, doctor and --undo; but what was chosen for it stays as it is."""
    other = configured.home / "other"
    other.write_text(KUBECONFIG, encoding="ascii")
    kubeconfig.unlink()
    configured.configure(CONFIG.replace('"https://second.example:6443" = "me"\n', ""))
    configured.run("keyturn", "setup", "kube", "--kubeconfig=other", "--profile=third", status=0)
    ours = other.read_text(encoding="ascii")
    assert configured.run("keyturn", "setup", "kube", status=0).stdout == "keyturn: kubectl: nothing to change\n"
    assert configured.run("keyturn", "setup", "--check", status=0).stderr == ""
    assert "kube asks keyturn for all of its targets" in configured.run("keyturn", "doctor", "--offline").stdout
    assert other.read_text(encoding="ascii") == ours
    (configured.state / "clusters.json").write_text(
        (configured.state / "clusters.json").read_text().replace("third", "me")
    )
    again = f"keyturn setup kube --kubeconfig {other}\n"
    checked = configured.run("keyturn", "setup", "kube", "--check", status=1)
    assert checked.stdout == f"keyturn: {other}: context aks has a word that keyturn does not keep\n"
    assert checked.stderr == f"keyturn: hint: {again}"
    told = configured.run("keyturn", "doctor", "--offline").stdout
    assert f"kube: {other}: context aks has a word that keyturn does not keep" in told
    assert again in told
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert other.read_text(encoding="ascii") == KUBECONFIG.replace(" # for now", "")
    assert kept(configured) == []


def test_a_policy_of_kubectls_own_is_told_and_never_set_up_again(configured: Machine, kubeconfig: Path) -> None:
    """kuberc, since kubectl 1.35: only its owner can allow what it forbids."""
    configured.configure(CONFIG.replace('"https://second.example:6443" = "me"\n', ""))
    policy = kubeconfig.with_name("kuberc")
    policy.write_text("credentialPluginPolicy: DenyAll\n")
    told = configured.run("keyturn", "setup", "kube", status=0)
    assert told.stderr.startswith("keyturn: warning: kubectl's policy (kuberc) forbids keyturn's helper\n")
    assert f"command={HELPER} (with kubectl 1.35, put `- name: {HELPER}` under" in told.stderr
    checked = configured.run("keyturn", "setup", "kube", "--check", status=1)
    assert f"context aks may not run {HELPER}: kubectl's policy forbids it" in checked.stdout
    assert checked.stderr.count("keyturn: hint: ") == 1
    assert configured.run("keyturn", "setup", "--check", status=0).stderr == ""
    found = configured.run("keyturn", "doctor", "--offline", status=0).stdout
    assert "kube: kubectl's policy (kuberc) forbids keyturn's helper" in found
    policy.write_text(f"credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- name: {HELPER}\n")
    configured.run("keyturn", "setup", "kube", "--check", status=0)


def test_what_az_has_overwritten_is_named(configured: Machine, kubeconfig: Path) -> None:
    """One context of two, by `az aks get-credentials --overwrite-existing`."""
    other = KUBECONFIG.replace("elsewhere", "second").replace("https://second.example", "https://second.example:6443")
    kubeconfig.write_text(other, encoding="ascii")
    configured.run("keyturn", "setup", "kube", status=0)
    assert "is up to date" in configured.run("keyturn", "setup", "kube", "--check", status=0).stdout
    kubectl = need("kubectl")
    configured.run(kubectl, "config", "set-context", "second", "--user=admin", status=0)
    checked = configured.run("keyturn", "setup", "kube", "--check", status=1)
    assert checked.stdout == f"keyturn: {kubeconfig}: context second does not ask keyturn\n"
    assert checked.stderr == "keyturn: hint: keyturn setup kube\n"
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run("keyturn", "setup", "kube", "--check", status=0)


def test_a_stanza_that_somebody_has_edited_is_undone_all_the_same(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    text = kubeconfig.read_text(encoding="ascii")
    kubeconfig.write_text(text.replace("      - https://aks.example", "      - nonsense"), encoding="ascii")
    named = configured.run("keyturn", "setup", "kube", "--check", status=1)
    assert "context aks has a word that keyturn does not keep" in named.stdout
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert user_of(configured, "aks") == "admin"


def test_a_damaged_record_is_written_anew_with_what_counts_now(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    (configured.state / "clusters.json").write_text("{", encoding="ascii")
    stanza = users(configured)[OURS]["exec"]
    refused = configured.run(stanza["command"], *stanza["args"], status=1)
    assert refused.stderr.endswith("clusters.json is not what keyturn wrote\nkeyturn: hint: keyturn setup kube\n")
    named = configured.run("keyturn", "setup", "kube", "--check", status=1)
    assert named.stdout == f"keyturn: {kubeconfig}: context aks has a word that keyturn does not keep\n"
    again = configured.run("keyturn", "setup", "kube", status=0)
    assert f"keyturn: {KNOWN}\n" in again.stdout
    configured.run("keyturn", "setup", "kube", "--check", status=0)


def test_a_second_time_changes_nothing(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    before = kubeconfig.read_bytes()
    assert configured.run("keyturn", "setup", "kube", status=0).stdout == "keyturn: kubectl: nothing to change\n"
    assert kubeconfig.read_bytes() == before


def test_what_kubectl_rewrites_is_still_ours(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run(need("kubectl"), "config", "set-context", "aks", "--namespace=demo", status=0)
    assert configured.run("keyturn", "setup", "kube", status=0).stdout == "keyturn: kubectl: nothing to change\n"
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert user_of(configured, "aks") == "admin"
    assert set(users(configured)) == {"admin"}


@pytest.mark.parametrize("undo", [False, True])
def test_a_dry_run_changes_nothing_and_tells_what_would(configured: Machine, kubeconfig: Path, *, undo: bool) -> None:
    if undo:
        configured.run("keyturn", "setup", "kube", status=0)
    before = kubeconfig.read_bytes()
    shown = configured.run("keyturn", "setup", "kube", "--dry-run", *(["--undo"] if undo else []), status=0)
    assert shown.stdout.startswith(f"keyturn: would change {kubeconfig}: context aks with user ")
    assert (f"- name: {OURS}\n  user:\n    exec:\n" in shown.stdout) is not undo
    assert kubeconfig.read_bytes() == before


def test_json_and_no_secret_in_any_output(configured: Machine, kubeconfig: Path) -> None:
    told = configured.run("keyturn", "setup", "kube", "--json", status=0)
    document = json.loads(told.stdout)
    change = {"file": str(kubeconfig), "context": "aks", "before": "admin", "after": OURS}
    assert (document["dry_run"], document["changes"]) == (False, [change])
    assert document["users"][OURS]["command"] == str(HELPER)
    dry = configured.run("keyturn", "setup", "kube", "--undo", "--dry-run", "--json", status=0)
    for output in (told.stdout, told.stderr, dry.stdout, dry.stderr):
        assert "planted" not in output


def test_one_context_of_two(configured: Machine, kubeconfig: Path) -> None:
    second = "- name: second\n  context:\n    cluster: aks\n    user: admin\nusers:"
    kubeconfig.write_text(KUBECONFIG.replace("users:", second), encoding="ascii")
    configured.run("keyturn", "setup", "kube", "--context", "second", status=0)
    assert (user_of(configured, "aks"), user_of(configured, "second")) == ("admin", OURS)
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run("keyturn", "setup", "kube", "--undo", "--context", "second", status=0)
    assert (user_of(configured, "aks"), user_of(configured, "second")) == (OURS, "admin")
    assert OURS in users(configured)


def test_a_profile_of_ones_own_choice(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run("keyturn", "setup", "kube", "--profile", "third", status=0)
    assert user_of(configured, "aks") == "keyturn/third:admin"
    found = users(configured)
    assert set(found) == {"admin", "keyturn/third:admin"}
    assert found["keyturn/third:admin"]["exec"]["args"][:-1] == arguments_of("third")
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert user_of(configured, "aks") == "admin"


@pytest.mark.parametrize(("profile", "why"), [("nobody", "there is no profile nobody"), ("other", "leaves kube out")])
def test_a_profile_that_will_not_do(configured: Machine, kubeconfig: Path, profile: str, why: str) -> None:
    refused = configured.run("keyturn", "setup", "kube", "--profile", profile, status=2)
    assert why in refused.stderr
    assert kubeconfig.read_text(encoding="ascii") == KUBECONFIG


@pytest.mark.parametrize("place", ["data", "file"])
def test_a_ca_too_large_to_be_passed_on(configured: Machine, kubeconfig: Path, place: str) -> None:
    """No helper could be started: 128 KiB is all that fits into one variable."""
    large = "LS0t" * 31_000
    if place == "file":
        (kubeconfig.parent / "ca.pem").write_text("x" * 91_000, encoding="ascii")
        entry = "certificate-authority: ca.pem"
    else:
        entry = f"certificate-authority-data: {large}"
    line = "certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg=="
    kubeconfig.write_text(KUBECONFIG.replace(line, entry), encoding="ascii")
    configured.run("keyturn", "setup", "kube", status=0)
    assert users(configured)[OURS]["exec"]["provideClusterInfo"] is False


def test_several_files_each_keep_their_own(configured: Machine, kubeconfig: Path) -> None:
    other = configured.home / "other"
    other.write_text("contexts:\n- context:\n    cluster: aks\n    user: bob\n  name: bobs\n", encoding="ascii")
    configured.environment["KUBECONFIG"] = f"{kubeconfig}:{other}:{configured.home}/missing"
    done = configured.run("keyturn", "setup", "kube", status=0)
    assert done.stdout.count("instead of") == 2
    assert f"name: {OURS}" in kubeconfig.read_text(encoding="ascii")
    assert "- name: keyturn/me:bob\n" in other.read_text(encoding="ascii")
    assert user_of(configured, "bobs") == "keyturn/me:bob"
    assert not (configured.home / "missing").exists()


def test_a_file_named(configured: Machine, kubeconfig: Path) -> None:
    other = configured.home / "-weird file"
    other.write_text(KUBECONFIG, encoding="ascii")
    configured.run("keyturn", "setup", "kube", "--kubeconfig=-weird file", status=0)
    assert user_of(configured, "aks", f"--kubeconfig={other}") == OURS
    assert kubeconfig.read_text(encoding="ascii") == KUBECONFIG


def test_json_is_a_kubeconfig_too(configured: Machine, kubeconfig: Path) -> None:
    shown = configured.run(need("kubectl"), "config", "view", "--raw", "--output=json", status=0).stdout
    kubeconfig.write_text(shown, encoding="ascii")
    configured.run("keyturn", "setup", "kube", status=0)
    assert user_of(configured, "aks") == OURS
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert json.loads(kubeconfig.read_text(encoding="ascii")) == json.loads(shown)


@pytest.mark.parametrize("name", ["a b", "it's", 'say "hi"', "yes", "a: b", "#1", "ünï", "keyturn/me:x", "1e3"])
def test_users_with_strange_names(configured: Machine, kubeconfig: Path, name: str) -> None:
    text = KUBECONFIG.replace("user: admin # for now", f"user: {json.dumps(name, ensure_ascii=False)}")
    kubeconfig.write_text(text, encoding="utf-8")
    configured.run("keyturn", "setup", "kube", status=0)
    assert user_of(configured, "aks") == f"keyturn/me:{name}"
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert user_of(configured, "aks") == name


def test_a_form_that_cannot_be_edited_is_written_anew(configured: Machine, kubeconfig: Path) -> None:
    """As kubectl does it with any file that it changes; what it means stays."""
    text = KUBECONFIG.replace("    cluster: aks\n    user: admin # for now", "    {cluster: aks, user: admin}")
    kubeconfig.write_text(text, encoding="ascii")
    before = shown_by_kubectl(configured)
    told = configured.run("keyturn", "setup", "kube", status=0).stdout
    assert f"keyturn: {kubeconfig} was in a form that has to be written anew: its comments are gone\n" in told
    assert user_of(configured, "aks") == OURS
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert shown_by_kubectl(configured) == before


def test_aliases_stay_as_they_are(configured: Machine, kubeconfig: Path) -> None:
    text = KUBECONFIG.replace("    cluster: aks\n    user: admin # for now", "    {cluster: *aks, user: admin}")
    kubeconfig.write_text(text.replace("- name: aks\n  cluster:", "- name: &aks aks\n  cluster:"), encoding="ascii")
    before = kubeconfig.read_bytes()
    refused = configured.run("keyturn", "setup", "kube", status=1)
    assert "is written in a form that keyturn does not change" in refused.stderr
    assert kubeconfig.read_bytes() == before
    told = configured.run("keyturn", "setup", "kube", "--dry-run", status=0).stdout
    word = told.partition('- "--word"')[2].split()[1].strip('"')
    by_hand = (str(HELPER), *arguments_of("me"), word)
    assert "nobody is signed in for profile me" in configured.run(*by_hand, status=3).stderr, (
        "it is a word that counts"
    )


def test_what_looks_right_and_is_not_is_noticed_by_kubectl(configured: Machine, kubeconfig: Path) -> None:
    """A text in a text: the lines below are no users."""
    text = KUBECONFIG.replace("users:", "preferences:\n  colors: true\n  extensions: []\nusers: # those\n").replace(
        "# for now", "\n    user: admin"
    )
    kubeconfig.write_text(text, encoding="ascii")
    refused = configured.run("keyturn", "setup", "kube", status=1)
    assert kubeconfig.read_text(encoding="ascii") == text
    assert "keyturn: error: " in refused.stderr


def test_a_link_stays_a_link(configured: Machine, kubeconfig: Path) -> None:
    real = configured.home / "dotfiles"
    kubeconfig.rename(real)
    kubeconfig.symlink_to(real)
    configured.run("keyturn", "setup", "kube", status=0)
    assert kubeconfig.is_symlink()
    assert user_of(configured, "aks") == OURS


def test_another_program_that_is_changing_it(configured: Machine, kubeconfig: Path) -> None:
    lock = kubeconfig.with_name("config.lock")
    lock.touch()
    refused = configured.run("keyturn", "setup", "kube", status=1)
    assert f"keyturn: hint: if none runs: rm {lock}\n" in refused.stderr
    assert kubeconfig.read_text(encoding="ascii") == KUBECONFIG
    lock.unlink()
    configured.run("keyturn", "setup", "kube", status=0)
    assert not lock.exists()


def test_an_installation_that_moved(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    place = configured.home / "it's elsewhere"
    place.mkdir()
    (place / "keyturn").symlink_to(PROGRAMS / "keyturn")
    shutil.copy(HELPER, place)
    done = configured.run(str(place / "keyturn"), "setup", "kube", status=0)
    assert done.stdout == f"keyturn: {kubeconfig}: context aks with user {OURS}\n"
    assert users(configured)[OURS]["exec"]["command"] == str(place / HELPER.name)


def test_a_kubeconfig_that_was_fetched_anew_leaves_nothing_behind(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run(need("kubectl"), "config", "set-context", "aks", "--user=fresh", status=0)
    configured.run("keyturn", "setup", "kube", status=0)
    assert user_of(configured, "aks") == "keyturn/me:fresh"
    assert set(users(configured)) == {"admin", "keyturn/me:fresh"}


def test_somebody_elses_user_of_our_name(configured: Machine, kubeconfig: Path) -> None:
    text = f"{KUBECONFIG}- name: {OURS}\n  user:\n    token: planted-token\n"
    kubeconfig.write_text(text, encoding="ascii")
    refused = configured.run("keyturn", "setup", "kube", status=1)
    assert f"has a user {OURS} that is not keyturn's" in refused.stderr
    assert kubeconfig.read_text(encoding="ascii") == text


def test_a_context_that_is_no_target(configured: Machine, kubeconfig: Path) -> None:
    refused = configured.run("keyturn", "setup", "kube", "--context", "elsewhere", status=1)
    assert "the cluster of context elsewhere is no kube target" in refused.stderr
    assert 'add "https://elsewhere.example" = "PROFILE" to [targets.kube]' in refused.stderr


def test_a_context_that_is_not_there(configured: Machine, kubeconfig: Path) -> None:
    refused = configured.run("keyturn", "setup", "kube", "--context", "nowhere", status=2)
    assert f"there is no context nowhere in {kubeconfig}" in refused.stderr


TARGETS = "the kube targets are https://aks.example, https://second.example:6443"
FETCH = "az aks get-credentials --resource-group GROUP --name CLUSTER, then: keyturn setup kube\n"


def test_which_of_four_things_is_missing(configured: Machine, kubeconfig: Path) -> None:
    """With the servers that were found and the targets that were wanted."""
    config = configured.config_file
    elsewhere = KUBECONFIG.replace("https://AKS.example:443", "http://u:planted@plain.example")
    kubeconfig.write_text(elsewhere, encoding="ascii")
    found = "http://***@plain.example, https://elsewhere.example"
    told = configured.run("keyturn", "setup", "kube", status=2).stderr
    wanted = TARGETS.removeprefix("the kube targets are ")
    sentence = f"no context in {kubeconfig} is for a kube target: its servers are {found}; the targets are {wanted}"
    add = f'add "https://elsewhere.example" = "PROFILE" to [targets.kube] in {config}'
    assert told == f"keyturn: error: {sentence}\nkeyturn: hint: {add}\n"
    kubeconfig.write_text("apiVersion: v1\nkind: Config\n", encoding="ascii")
    told = configured.run("keyturn", "setup", "kube", status=2).stderr
    assert told.startswith(f"keyturn: error: {kubeconfig} has no contexts; {TARGETS}\n")
    assert told.endswith(FETCH)
    kubeconfig.unlink()
    told = configured.run("keyturn", "setup", "kube", status=2).stderr
    assert told.startswith(f"keyturn: error: there is no kubeconfig {kubeconfig}; {TARGETS}\n")
    assert told.endswith(FETCH)
    configured.configure(CONFIG.partition("[targets.kube]")[0])
    kubeconfig.write_text(elsewhere, encoding="ascii")
    told = configured.run("keyturn", "setup", "kube", status=2).stderr
    sentence = f"{config} has no kube targets; the servers in {kubeconfig} are {found}"
    assert told == f"keyturn: error: {sentence}\nkeyturn: hint: {add}\n"


@pytest.mark.parametrize("options", [[], ["--undo"], ["--check"], ["--dry-run"]])
def test_a_kubeconfig_that_is_not_there(configured: Machine, options: list[str]) -> None:
    refused = configured.run("keyturn", "setup", "kube", "--kubeconfig", "nowhere", *options, status=2)
    assert (
        refused.stderr == f"keyturn: error: there is no kubeconfig nowhere\nkeyturn: hint: ls -ld {configured.home}\n"
    )
    assert (
        configured.run("keyturn", "setup", "kube", "--undo", status=0).stdout
        == "keyturn: kubectl: nothing to change\n"
    )


def test_a_kubeconfig_that_kubectl_cannot_read(configured: Machine, kubeconfig: Path) -> None:
    kubeconfig.write_text("contexts: planted-secret\n", encoding="ascii")
    refused = configured.run("keyturn", "setup", "kube", status=1)
    assert refused.stderr.startswith(f"keyturn: error: kubectl cannot read {kubeconfig}\n")
    assert "planted" not in refused.stderr


def test_all_clusters_of_aks_become_targets_first(configured: Machine, kubeconfig: Path) -> None:
    text = KUBECONFIG.replace("https://elsewhere.example", "https://b-1.hcp.westeurope.azmk8s.io:443")
    kubeconfig.write_text(text, encoding="ascii")
    config = configured.config_file.read_text(encoding="utf-8")
    told = configured.run("keyturn", "setup", "kube", "--discover", status=0).stdout
    assert told.endswith(
        f"keyturn target add https://b-1.hcp.westeurope.azmk8s.io PROFILE  # context elsewhere in {kubeconfig}\n"
    )
    every = ("setup", "kube", "--all", "--profile", "me")
    assert "would change" in configured.run("keyturn", *every, "--dry-run", status=0).stdout
    assert configured.config_file.read_text(encoding="utf-8") == config
    unknown = configured.run("keyturn", "setup", "kube", "--all", status=0).stderr
    assert "keyturn: warning: nothing tells the profile for https://b-1.hcp.westeurope.azmk8s.io" in unknown
    told = configured.run("keyturn", *every, status=0).stdout
    assert "keyturn: https://b-1.hcp.westeurope.azmk8s.io gets tokens of profile me\n" in told
    assert user_of(configured, "elsewhere").startswith("keyturn/me")
    assert '"https://b-1.hcp.westeurope.azmk8s.io" = "me"' in configured.config_file.read_text(encoding="utf-8")


def test_no_kubectl(configured: Machine, kubeconfig: Path) -> None:
    empty = configured.home / "empty"
    empty.mkdir()
    before = shown_by_kubectl(configured)
    configured.run("keyturn", "setup", "kube", status=0, PATH=str(empty))
    assert user_of(configured, "aks") == OURS
    configured.run("keyturn", "setup", "kube", "--undo", status=0, PATH=str(empty))
    assert shown_by_kubectl(configured) == before
    kubeconfig.write_text("contexts: &planted-secret []\nusers: *planted-secret\n", encoding="ascii")
    refused = configured.run("keyturn", "setup", "kube", status=1, PATH=str(empty))
    assert refused.stderr == (
        f"keyturn: error: {kubeconfig} is not a kubeconfig that can be read without kubectl\n"
        "keyturn: hint: install kubectl, or write the file without aliases, and each key once\n"
    )


def test_the_way_back_reads_like_success(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    undone = configured.run("keyturn", "setup", "kube", "--undo", status=0).stdout
    assert undone == f"keyturn: {kubeconfig}: context aks with user admin again\n"


def test_two_clusters_of_one_user_get_an_entry_each(configured: Machine, kubeconfig: Path) -> None:
    kubeconfig.write_text(
        KUBECONFIG.replace("https://elsewhere.example", "https://second.example:6443"), encoding="ascii"
    )
    configured.run("keyturn", "setup", "kube", status=0)
    assert (user_of(configured, "aks"), user_of(configured, "elsewhere")) == (OURS, "keyturn/me+2:admin")
    assert configured.run("keyturn", "setup", "kube", status=0).stdout == "keyturn: kubectl: nothing to change\n"
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert (user_of(configured, "aks"), user_of(configured, "elsewhere")) == ("admin", "admin")


def test_the_context_of_a_target_that_is_gone_gets_its_user_back(configured: Machine, kubeconfig: Path) -> None:
    """Az would have been asked for it before keyturn, and keyturn refuses it now."""
    kubeconfig.write_text(
        KUBECONFIG.replace("https://elsewhere.example", "https://second.example:6443"), encoding="ascii"
    )
    configured.run("keyturn", "setup", "kube", status=0)
    configured.configure(CONFIG.replace('"https://second.example:6443" = "me"\n', ""))
    for check in (["setup", "--check"], ["setup", "kube", "--check"]):
        told = configured.run("keyturn", *check, status=1)
        assert "context elsewhere asks keyturn, and its cluster is no target" in told.stdout
    configured.run("keyturn", "setup", "kube", status=0)
    assert (user_of(configured, "aks"), user_of(configured, "elsewhere")) == (OURS, "admin")
    assert "keyturn/me+2:admin" not in users(configured)
    assert configured.run("keyturn", "setup", "kube", "--check", status=0).stderr == ""
    configured.run("keyturn", "setup", "kube", "--undo", status=0)
    assert kept(configured) == []


OTHER_CA = "certificate-authority-data: b3RoZXI="
CA = "certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg=="


def test_another_ca_is_taken_on_only_by_name(configured: Machine, kubeconfig: Path) -> None:
    configured.run("keyturn", "setup", "kube", status=0)
    word = users(configured)[OURS]["exec"]["args"][-1]
    kubeconfig.write_text(kubeconfig.read_text(encoding="ascii").replace(CA, OTHER_CA), encoding="ascii")
    passed = configured.run("keyturn", "setup", "kube", status=0)
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
    passed = configured.run("keyturn", "setup", "kube", status=0)
    assert "keyturn: warning: the cluster of context aks is reached without verification\n" in passed.stderr
    configured.run("keyturn", "setup", "kube", "--context", "aks", status=1)
    assert kubeconfig.read_text(encoding="ascii") == text


def test_check_names_what_an_older_keyturn_set_up(configured: Machine, kubeconfig: Path) -> None:
    nothing = configured.run("keyturn", "setup", "kube", "--check", status=1)
    assert nothing.stdout == f"keyturn: {kubeconfig}: context aks does not ask keyturn\n"
    assert nothing.stderr == "keyturn: hint: keyturn setup kube\n"
    configured.run("keyturn", "setup", "kube", status=0)
    assert "is up to date" in configured.run("keyturn", "setup", "kube", "--check", status=0).stdout
    old = configured.run(
        need("kubectl"), "config", "set-credentials", OURS, f"--exec-command={HELPER}", "--exec-arg=get-token",
        "--exec-arg=--profile", "--exec-arg=me", "--exec-api-version=client.authentication.k8s.io/v1beta1",
    )  # fmt: skip
    assert old.returncode == 0, old
    text = kubeconfig.read_text(encoding="ascii")
    lines = [line for line in text.splitlines(keepends=True) if "--server" not in line and "--word" not in line]
    kubeconfig.write_text("".join(lines), encoding="ascii")
    named = configured.run("keyturn", "setup", "kube", "--check", status=1)
    assert named.stdout == f"keyturn: {kubeconfig}: context aks was set up by an older keyturn\n"
    assert named.stderr == "keyturn: hint: keyturn setup kube\n"
    configured.run("keyturn", "setup", "kube", status=0)
    configured.run("keyturn", "setup", "kube", "--check", status=0)
