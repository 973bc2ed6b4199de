"""A kubeconfig as `az aks get-credentials` writes it, with keyturn's helper under the name of Azure's kubelogin."""

from __future__ import annotations

import json
import re
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import yaml

from support.emulator.certified import certified
from support.emulator.client import EntraClient, claims_of
from support.needs import need

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from keyturn_emulator.launch import Emulator
    from support.machine.machine import Machine

AKS = "6dae42f8-4368-4678-94ff-3960e28e3630"
V1BETA1 = "client.authentication.k8s.io/v1beta1"
PYTHONS = json.dumps({"apiVersion": V1BETA1, "kind": "ExecCredential", "spec": {"interactive": False}})
"""With blanks: Python's client, whose asking again is no sign of a refusal."""


class StandIn:
    """A machine with `kubelogin` on PATH, no target and no secret, and the emulator's cluster in its kubeconfig."""

    def __init__(self, machine: Machine, emulator: Emulator) -> None:
        self.machine, self.emulator, self.ready = machine, emulator, emulator.ready
        self.kubectl_program = need("kubectl")
        bin_directory = machine.home / ".local/bin"
        bin_directory.mkdir(parents=True)
        machine.environment["PATH"] = f"{bin_directory}:{machine.environment['PATH']}"
        emulator.control.settings(device_interval=1)
        machine.configure(_without_targets(emulator.ready.config))
        machine.run("keyturn", "setup", "kube", "--as-kubelogin", status=0)
        self.program = bin_directory / "kubelogin"
        self.kubeconfig = machine.home / ".kube/config"
        self.kubeconfig.parent.mkdir(mode=0o700)
        self.kubeconfig.write_text(emulator.ready.kubeconfig, encoding="ascii")

    def flags(self, *more: str, client: str = "service") -> list[str]:
        """What the kubeconfig of `az` pins, with the emulator's place."""
        application = self.ready.clients[client]["application_id"]
        place = ["--authority-host", f"{self.ready.authority}/", "--tenant-id", self.ready.tenant]
        return ["--server-id", AKS, "--client-id", application, *place, *more]

    def get_token(self, *flags: str, info: str = PYTHONS, secret: str = "") -> CompletedProcess[str]:
        """The program as a client runs it; `secret` stands in its environment."""
        variables: dict[str, Any] = {"KUBERNETES_EXEC_INFO": info}
        if secret:
            variables["AZURE_CLIENT_SECRET"] = secret
        return self.machine.run(str(self.program), "get-token", *flags, **variables)

    def twin(self, *flags: str) -> CompletedProcess[str]:
        """What the program becomes where it needs more than the daemon's answer."""
        return self.machine.run("keyturn", "helper", "kubelogin", "get-token", *flags, KUBERNETES_EXEC_INFO=PYTHONS)

    def token(self, *flags: str, info: str = PYTHONS) -> dict[str, Any]:
        done = self.get_token(*flags, info=info)
        assert (done.returncode, done.stderr) == (0, ""), done
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    def convert(self, *flags: str, status: int = 0) -> CompletedProcess[str]:
        return self.machine.run(str(self.program), "convert-kubeconfig", *flags, status=status)

    def kubectl(self, *argv: str) -> CompletedProcess[str]:
        return self.machine.run(self.kubectl_program, *argv, status=0)

    def use(self, *flags: str) -> None:
        """Have the user of the context be what az writes, with these flags."""
        document = yaml.safe_load(self.ready.kubeconfig)
        stanza = {
            "apiVersion": V1BETA1,
            "command": "kubelogin",
            "args": ["get-token", *flags],
            "provideClusterInfo": False,
        }
        document["users"].append({"name": "az", "user": {"exec": stanza}})
        for context in document["contexts"]:
            context["context"]["user"] = "az"
        document["current-context"] = "contoso-aks"
        self.kubeconfig.write_text(json.dumps(document), encoding="ascii")

    def flags_in_use(self) -> list[str]:
        """What the user that az wrote has now."""
        users = yaml.safe_load(self.kubeconfig.read_text("ascii"))["users"]
        found: list[str] = next(user["user"]["exec"]["args"] for user in users if user["name"] == "az")
        return found[1:]

    @property
    def secret(self) -> str:
        return self.ready.clients["service"]["secret"]


def _without_targets(config: str) -> str:
    tables = re.split(r"^(?=\[)", config, flags=re.MULTILINE)
    return "".join(table for table in tables if not table.startswith("[targets."))


@pytest.fixture
def stand_in(machine: Machine, emulator: Emulator) -> StandIn:
    return StandIn(machine, emulator)


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


def as_az_writes_it(stand_in: StandIn) -> None:
    """What `az aks get-credentials` leaves: devicecode, and AKS's own application for people."""
    place = ("--environment", "AzurePublicCloud", "--tenant-id", stand_in.ready.tenant)
    application = stand_in.ready.clients["service"]["application_id"]
    stand_in.use(*place, "--server-id", AKS, "--client-id", application, "--login", "devicecode")


def at_the_emulator(stand_in: StandIn) -> list[str]:
    """What convert-kubeconfig wrote, led to the emulator in place of the public cloud."""
    kept = stand_in.flags_in_use()
    return kept if "--authority-host" in kept else [*kept, "--authority-host", f"{stand_in.ready.authority}/"]


def test_each_login_method_as_az_and_convert_kubeconfig_leave_it(stand_in: StandIn) -> None:
    """All that need nobody, one after the other; what the emulator is told must be true of each of them."""
    ready, control = stand_in.ready, stand_in.emulator.control
    app, home = certified("app"), stand_in.machine.home
    control.register_certificate(app.pem)
    files = {name: home / name for name in ("app.pem", "app.pfx", "token")}
    for file in files.values():
        file.touch(mode=0o600)
    files["app.pem"].write_text(app.key_pem + app.pem)
    files["app.pfx"].write_bytes(app.pfx("planted passphrase"))
    files["token"].write_text(control.federated_token())
    service = ready.clients["service"]["application_id"]
    authority = ("--authority-host", f"{ready.authority}/")
    pod = (
        "--client-id",
        service,
        "--tenant-id",
        ready.tenant,
        *authority,
        "--federated-token-file",
        str(files["token"]),
    )
    password = ("--client-certificate-password", "planted passphrase")
    methods: list[tuple[tuple[str, ...], dict[str, Any]]] = [
        (("spn", "--client-secret", stand_in.secret), {}),
        (("spn",), {"AZURE_CLIENT_SECRET": stand_in.secret, "KUBECACHEDIR": "/apart"}),
        (("spn", "--client-certificate", str(files["app.pem"])), {}),
        (("spn", "--client-certificate", str(files["app.pfx"]), *password), {}),
        (("workloadidentity", *pod), {}),
        (("msi",), ready.environments["app-service"]),
    ]
    tokens = set()
    for method, variables in methods:
        as_az_writes_it(stand_in)
        stand_in.convert("--login", *method)
        given = stand_in.machine.run(str(stand_in.program), "get-token", *at_the_emulator(stand_in), **variables)
        assert (given.returncode, given.stderr) == (0, ""), method
        tokens.add(json.loads(given.stdout)["status"]["token"])
    assert {claims_of(token)["aud"] for token in tokens} == {AKS}
    assert len(tokens) == len(methods)


AZ = """#!/bin/sh
printf '%s\\n' "$@" "HOME=$HOME" "AZURE_CONFIG_DIR=$AZURE_CONFIG_DIR" >"{home}/az-words"
env | grep -c SECRET >"{home}/az-secrets"
cat "{home}/az-answer" 2>/dev/null && exit 0
echo "ERROR: Please run 'az login' to setup account." >&2
exit 1
"""


def test_whoever_is_signed_in_with_az(stand_in: StandIn) -> None:
    """Az by the daemon's PATH, once for each of its sign-ins; az logout counts."""
    home = stand_in.machine.home
    az = stand_in.program.with_name("az")
    az.write_text(AZ.format(home=home))
    az.chmod(0o755)
    (home / ".azure").mkdir()
    flags = ["--login", "azurecli", "--server-id", AKS, "--subscription", "production"]
    lacking = stand_in.get_token(*flags, secret="planted")
    assert lacking.returncode == 1
    assert lacking.stderr == (
        "Error: az is not signed in for this: Please run 'az login' to setup account.\n"
        "keyturn: hint: sign in: az login\n"
    )
    with EntraClient(stand_in.emulator) as client:
        token = client.service_token(f"{AKS}/.default")
    answer = {"accessToken": token, "expires_on": int(time.time()) + 3600, "tenant": stand_in.ready.tenant}
    (home / "az-answer").write_text(json.dumps(answer))
    (home / ".azure/azureProfile.json").write_text("{}")  # somebody has signed in
    assert stand_in.token(*flags)["status"]["token"] == token
    assert (home / "az-words").read_text().splitlines() == [
        "account",
        "get-access-token",
        "--output=json",
        f"--resource={AKS}",
        "--subscription=production",
        f"HOME={home}",
        "AZURE_CONFIG_DIR=",
    ]
    assert (home / "az-secrets").read_text() == "0\n"
    (home / "az-answer").unlink()
    assert stand_in.token(*flags)["status"]["token"] == token, "held"
    (home / ".azure/azureProfile.json").write_text("{ }")  # somebody has signed out
    assert stand_in.get_token(*flags).returncode == 1


def test_a_certificate_and_its_passphrase(stand_in: StandIn) -> None:
    app = certified("app")
    stand_in.emulator.control.register_certificate(app.pem)
    file = stand_in.machine.home / "app.pfx"
    file.write_bytes(app.pfx("planted passphrase"))
    file.chmod(0o600)
    flags = stand_in.flags("--login", "spn", "--client-certificate", str(file))
    lacking = stand_in.get_token(*flags)
    assert lacking.stderr.startswith("Error: a passphrase protects")
    assert "export AAD_SERVICE_PRINCIPAL_CLIENT_CERTIFICATE_PASSWORD or AZURE_CLIENT" in lacking.stderr
    stand_in.machine.environment["AZURE_CLIENT_CERTIFICATE_PASSWORD"] = "planted passphrase"
    assert claims_of(stand_in.token(*flags)["status"]["token"])["aud"] == AKS


def test_a_certificate_and_its_key_in_one_file(stand_in: StandIn) -> None:
    """PEM, which comes before a secret where both are given, and needs neither that nor a passphrase."""
    app = certified("app")
    stand_in.emulator.control.register_certificate(app.pem)
    file = stand_in.machine.home / "app.pem"
    file.write_text(app.key_pem + app.pem)
    file.chmod(0o600)
    stand_in.machine.environment |= {
        "AZURE_CLIENT_CERTIFICATE_PATH": str(file),
        "AZURE_CLIENT_SECRET": "not-this-one",
    }
    stand_in.use("--login", "spn", *stand_in.flags())
    assert "namespace/default" in stand_in.kubectl("get", "namespaces", "--output=name").stdout
    assert stand_in.emulator.control.count("token") == 1


def test_a_pods_token_file(stand_in: StandIn) -> None:
    """As the webhook of AKS sets it up: three variables, and a file that the cluster replaces."""
    place = stand_in.flags("--login", "workloadidentity")
    file = stand_in.machine.home / "token"
    stand_in.machine.environment["AZURE_FEDERATED_TOKEN_FILE"] = str(file)
    absent = stand_in.get_token(*place)
    assert (absent.returncode, absent.stdout) == (1, "")
    assert absent.stderr.startswith(f"Error: cannot read the federated token in {file}: ")
    file.write_text(stand_in.emulator.control.federated_token())
    file.chmod(0o600)
    stand_in.use("--login", "workloadidentity", *stand_in.flags())
    assert "namespace/default" in stand_in.kubectl("get", "namespaces", "--output=name").stdout
    file.write_text("not a token at all")
    assert stand_in.token(*place), "the token that there is does not need it"
    refused = stand_in.get_token(*place, "--cache-dir", "/other")
    assert (refused.returncode, refused.stdout) == (1, "")


def test_jobs_and_pods(stand_in: StandIn) -> None:
    """GitHub's job comes before a pod's file, as in kubelogin; a job is sent only where a profile lets it."""
    machine, environments = stand_in.machine, stand_in.ready.environments
    github: dict[str, Any] = environments["github-actions"]
    place = stand_in.flags("--login", "workloadidentity")
    refused = machine.run(str(stand_in.program), "get-token", *place, **github)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("Error: ")
    hosts = [urlsplit(github["ACTIONS_ID_TOKEN_REQUEST_URL"]).netloc]
    profile = f"""[profile.job]
provider = "entra"
flow = "workload-identity"
tenant = "contoso.example"
application_id = "11111111-2222-3333-4444-555555555555"
oidc_hosts = {json.dumps(hosts)}
"""
    machine.configure(machine.config_file.read_text() + profile)
    machine.environment |= github
    token = stand_in.token(*place)["status"]["token"]
    assert claims_of(token)["aud"] == AKS
    assert stand_in.emulator.control.count("oidc.github") == 1
    pipelines = stand_in.flags("--login", "azurepipelines")
    machine.environment |= environments["azure-pipelines"]
    machine.environment["AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"] = stand_in.ready.service_connection
    assert claims_of(stand_in.token(*pipelines)["status"]["token"])["aud"] == AKS


def test_a_machine_of_azures(stand_in: StandIn) -> None:
    """Its own identity, and one that was assigned to it; each machine has its own tokens."""
    machine, environments = stand_in.machine, stand_in.ready.environments
    machine.environment |= environments["app-service"]
    flags = ["--login", "msi", "--server-id", AKS]
    own = claims_of(stand_in.token(*flags)["status"]["token"])
    assert own["aud"] == AKS
    assigned = stand_in.ready.identities["assigned"]
    named = claims_of(stand_in.token(*flags, "--client-id", assigned["client_id"])["status"]["token"])
    by_resource = claims_of(
        stand_in.token(*flags, "--identity-resource-id", assigned["resource_id"])["status"]["token"]
    )
    assert (named["oid"], by_resource["oid"]) == (assigned["object_id"], assigned["object_id"])
    assert own["oid"] != named["oid"]
