"""A kubeconfig as `az aks get-credentials` writes it, with keyturn's helper under the name of Azure's kubelogin."""

from __future__ import annotations

import json
import re
import sys

from support.emulator.client import claims_of
from support.scenes.stand_in import AKS, V1BETA1, StandIn, stand_in

__all__ = ["stand_in"]


def test_kubectl_with_a_secret_in_the_environment(stand_in: StandIn) -> None:
    """The recipe of kubelogin's book for pipelines: the environment over the devicecode that the file pins."""
    stand_in.use("--login", "devicecode", *stand_in.flags())
    variables = stand_in.machine.environment
    variables |= {"AAD_LOGIN_METHOD": "spn", "AZURE_CLIENT_SECRET": stand_in.secret}
    shown = stand_in.kubectl("get", "namespaces", "--output=name")
    assert "namespace/default" in shown.stdout
    assert shown.stderr == ""
    del variables["AZURE_CLIENT_SECRET"]  # the token is held: nothing but a new one takes the secret
    stand_in.kubectl("get", "namespaces")
    assert stand_in.emulator.control.count("token") == 1
    assert stand_in.secret not in stand_in.machine.run("keyturn", "log", status=0).stdout
    (identity,) = stand_in.machine.json("status")["identities"]
    assert identity["application_id"] == stand_in.ready.clients["service"]["application_id"]
    assert (identity["flow"], len(identity["tokens"])) == ("client-secret", 1)
    assert "kubelogin    client-secret, " in stand_in.machine.run("keyturn", "status", status=0).stdout
    stand_in.machine.run("keyturn", "logout", identity["name"], status=0)
    assert stand_in.machine.json("status")["identities"] == []


def test_a_secret_among_the_flags_and_answers_as_kubelogin_gives_them(stand_in: StandIn) -> None:
    flags = stand_in.flags("--login", "spn", "--client-secret", stand_in.secret)
    document = stand_in.token(*flags, info="")
    native, twin = stand_in.get_token(*flags), stand_in.twin(*flags)
    assert (twin.stdout, twin.stderr) == (native.stdout, ""), "the same bytes, as they are held"
    assert document["apiVersion"] == V1BETA1
    assert claims_of(document["status"]["token"])["aud"] == AKS
    lacking = stand_in.get_token(*stand_in.flags("--login", "spn", "--cache-dir", "/other"))
    assert lacking.returncode == 1
    assert lacking.stderr.startswith("Error: client secret cannot be empty\n")
    wrong = stand_in.get_token(*flags, "--cache-dir", "/other", secret="not-this-one")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert re.match(r"Error: [^\n]+\nkeyturn: hint: [^\n]+\n\Z", wrong.stderr), wrong.stderr
    assert "kubelogin:" not in wrong.stderr
    assert stand_in.token(*flags, "--cache-dir", "/other"), "another secret is not told the failure of the first"


def test_remove_cache_dir_forgets_those_with_that_directory(stand_in: StandIn) -> None:
    flags = stand_in.flags("--login", "spn", "--client-secret", stand_in.secret)
    first, other = stand_in.token(*flags), stand_in.token(*flags, "--cache-dir=/other")
    stand_in.machine.run(str(stand_in.program), "remove-cache-dir", "--cache-dir=/other", status=0)
    assert stand_in.token(*flags) == first
    assert stand_in.token(*flags, "--cache-dir=/other") != other
    assert stand_in.emulator.control.count("token") == 3


def test_a_person_signs_in_once_for_several_at_a_terminal(stand_in: StandIn) -> None:
    flags = stand_in.flags("--login", "devicecode", client="device")
    alone = stand_in.get_token(*flags)
    assert alone.returncode == 1
    assert alone.stderr == (
        "Error: nobody is signed in for --login devicecode\n"
        "keyturn: hint: run the same kubectl command at a terminal\n"
    )
    stand_in.use("--login", "devicecode", *flags)
    with stand_in.machine.terminal(stand_in.kubectl_program, "get", "namespaces", "--output=name") as terminal:
        code = terminal.wait_for(r"code:? +([A-Z0-9-]{8,})")[1]
        stand_in.emulator.control.approve(code)
        terminal.wait_for("namespace/default")
        assert terminal.end() == 0
    assert stand_in.token(*flags)
    assert stand_in.emulator.control.count("devicecode") == 1


def test_a_person_signs_in_with_the_browser(stand_in: StandIn) -> None:
    ca_file = stand_in.ready.ca_file
    person = f"{sys.executable} -m keyturn_emulator.browser --ca-file {ca_file} --answer user=bob@contoso.example"
    flags = stand_in.flags("--login", "interactive", "--login-hint", "alice@contoso.example", client="device")
    elsewhere = stand_in.get_token(*flags, "--redirect-url", "https://elsewhere.example/")
    assert elsewhere.stderr.startswith("Error: --redirect-url is another address")
    with stand_in.machine.terminal(str(stand_in.program), "get-token", *flags, BROWSER=person) as terminal:
        terminal.wait_for("to sign in .kubelogin, tenant ")
        terminal.wait_for(V1BETA1)
        assert terminal.end() == 0
    token = stand_in.token(*flags, "--timeout", "10s")["status"]["token"]
    assert claims_of(token)["upn"] == "bob@contoso.example", "a hint binds nobody"


def test_convert_and_use_as_azs_own_recipe_has_it(stand_in: StandIn) -> None:
    stand_in.use("--login", "devicecode", *stand_in.flags())
    stand_in.convert("-l", "spn", "--client-secret", stand_in.secret)
    stanza = json.loads(stand_in.kubectl("config", "view", "--raw", "--minify", "-o", "json").stdout)["users"][0]
    args = stanza["user"]["exec"]["args"]
    assert args[:5] == ["get-token", "--login", "spn", "--server-id", AKS]
    assert "--authority-host" not in args, "spn takes none along"
    assert args[-2:] == ["--client-secret", stand_in.secret]
    told = stand_in.machine.run("keyturn", "setup", "kube", "--check").stderr
    assert f"keyturn: warning: {stand_in.kubeconfig}: user az holds a secret" in told
    assert stand_in.secret not in told
    found = stand_in.machine.run("keyturn", "doctor", "--offline").stdout
    assert f"kubelogin is {stand_in.program}, which asks keyturn" in found
    assert f"kube: {stand_in.kubeconfig}: user az holds a secret" in found, "though there is no target"
    assert stand_in.secret not in found
    missing = stand_in.convert("--context", "nowhere", status=1)
    assert missing.stderr.startswith('Error: no context exists with the name: "nowhere"\n')
