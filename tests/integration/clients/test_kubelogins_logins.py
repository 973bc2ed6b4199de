"""Each login method of Azure's kubelogin, with keyturn's helper under that name."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlsplit

from support.emulator.certified import certified
from support.emulator.client import EntraClient, claims_of
from support.scenes.stand_in import AKS, StandIn, stand_in

__all__ = ["stand_in"]


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
