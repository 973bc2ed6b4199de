"""What the emulator tells whoever started it: addresses, registrations, and a configuration for keyturn."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keyturn_emulator import certificates
from keyturn_emulator.federation import routes as federation_routes
from keyturn_emulator.identity import routes as identity_routes
from keyturn_emulator.kubernetes import kubeconfig

if TYPE_CHECKING:
    from keyturn_emulator.world import World

CONFIG = """[profile.ci]
provider = "entra"
flow = "client-secret"
tenant = "{tenant}"
application_id = "{service}"
authority = "{authority}"
ca_file = "{ca_file}"

[profile.me]
provider = "entra"
flow = "device-code"
tenant = "{tenant}"
application_id = "{device}"
authority = "{authority}"
ca_file = "{ca_file}"

[targets.git]
"{git}/contoso" = {{ profile = "ci", service = "azure-devops" }}
"{git}/fabrikam" = {{ profile = "me", service = "azure-devops" }}

[targets.docker]
"{registry}" = {{ profile = "ci", service = "acr" }}

[targets.kube]
"{cluster}" = {{ profile = "ci", service = "aks" }}
"""

HELP = """the keyturn emulator serves until Ctrl-C

  Entra ID    {authority}/{tenant}  ({domain})
  git         {git}/contoso/demo/_git/app
              {git}/fabrikam/demo/_git/app
  registry    {registry}
  cluster     {cluster}
  AWX         {controller}  (user alice, password {awx_users[alice]})
  gateway     {gateway}  (the same)
              {gateway_2026}  (as of 2026)
  CA          {ca_file}
  secret      {secret_file}
  identity    {environments[app-service][IDENTITY_ENDPOINT]}  (and IMDS, Arc, Machine Learning, Cloud Shell)
  controls    {control}  (header "Authorization: Bearer {control_key}")

write this to ~/.config/keyturn/config.toml:

{config}{awx_config}
then, in another terminal, git:

  keyturn secret set ci - < {secret_file}
  keyturn setup git
  git clone -c http.sslCAInfo={ca_file} {git}/contoso/demo/_git/app

the cluster:

  keyturn setup kube --kubeconfig {kubeconfig_file}
  kubectl --kubeconfig {kubeconfig_file} get namespaces

the registry, for podman and skopeo (docker's engine looks in /etc/docker/certs.d instead):

  mkdir -p ~/.config/containers/certs.d/{registry}
  cp {ca_file} ~/.config/containers/certs.d/{registry}/ca.crt
  keyturn setup docker
  skopeo --insecure-policy copy {image} docker://{registry}/team/app:1

AWX and the gateway:

  echo '{awx_users[alice]}' | keyturn secret set tower -
  echo '{awx_users[alice]}' | keyturn secret set aap -
  keyturn run tower -- sh -c 'curl --silent --cacert {ca_file} \\
      --header "Authorization: Bearer $CONTROLLER_OAUTH_TOKEN" "$CONTROLLER_HOST/api/v2/me/"'

the second organisation signs in as a person: keyturn shows a code, which you approve at
{authority}/common/oauth2/deviceauth (your browser will warn: it does not know this CA)

  git clone -c http.sslCAInfo={ca_file} {git}/fabrikam/demo/_git/app personal

and when you have seen enough:

  keyturn setup kube --undo --kubeconfig {kubeconfig_file}
  keyturn setup git --undo && keyturn setup docker --undo
  keyturn logout --all
  keyturn daemon stop
"""


@dataclass(frozen=True)
class Ready:
    """The facts of the ready line. `clients`, `awx_users` and `control_key` hold secrets, all invented here.

    image: a small one, as skopeo names it. environments: the variables that lead a program to a managed identity or a
    CI job's issuer, by kind; they hold secrets, too. identities: client_id, object_id and resource_id of the
    machine's own and of the assigned one.
    """

    authority: str
    git: str
    registry: str
    registry_port: int
    cluster: str
    control: str
    control_key: str = dataclasses.field(repr=False)
    directory: str
    ca_file: str
    secret_file: str
    tenant: str
    domain: str
    organization: str
    organizations: list[str]
    repository: str
    clients: dict[str, dict[str, str]] = dataclasses.field(repr=False)
    user: str
    users: list[str]
    config: str
    kubeconfig: str
    kubeconfig_file: str
    image: str
    controller: str
    gateway: str
    gateway_2026: str
    awx_users: dict[str, str] = dataclasses.field(repr=False)
    awx_applications: dict[str, dict[str, str | int]]
    awx_config: str
    environments: dict[str, dict[str, str]] = dataclasses.field(repr=False)
    identities: dict[str, dict[str, str]]
    service_connection: str

    def to_json(self) -> str:
        """One line."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, line: str | bytes) -> Ready:
        """The facts of a ready line; ValueError or TypeError if it is none."""
        facts: dict[str, Any] = json.loads(line)
        return cls(**facts)

    def help(self) -> str:
        """The text for people."""
        return HELP.format(**dataclasses.asdict(self))


def describe(world: World, organizations: tuple[str, ...], repository: str, secret_file: str) -> Ready:
    """The facts of `world`."""
    registry, ca_file = world.registry, str(world.certificates.ca_file)
    service, device = registry.service, registry.device
    awx = world.awx.facts(world.certificates.ca_file)
    addresses = {
        "authority": world.authority,
        "git": world.git,
        "registry": world.login_server,
        "cluster": world.cluster,
        "ca_file": ca_file,
        "tenant": registry.tenant.id,
    }
    return Ready(
        **addresses,
        registry_port=world.registry_port,
        control=f"{world.authority}/emulator",
        control_key=world.control_key,
        directory=str(world.directory),
        secret_file=str(world.directory / secret_file),
        domain=registry.tenant.domain,
        organization=organizations[0],
        organizations=list(organizations),
        repository=f"{world.git}/{organizations[0]}/{repository}",
        clients={
            "service": {"application_id": service.id, "secret": service.secret or ""},
            "device": {"application_id": device.id},
        },
        user=registry.users[0].upn,
        users=[user.upn for user in registry.users],
        config=CONFIG.format(service=service.id, device=device.id, **addresses),
        kubeconfig=kubeconfig.text(world.cluster, world.certificates.ca_file),
        kubeconfig_file=str(world.directory / kubeconfig.FILE),
        image=world.image,
        controller=awx.urls["controller"],
        gateway=awx.urls["gateway"],
        gateway_2026=awx.urls["gateway-2026"],
        awx_users=awx.users,
        awx_applications=awx.applications,
        awx_config=awx.config,
        environments=_environments(world),
        identities={
            one.application.name: {
                "client_id": one.application.id,
                "object_id": one.application.object_id,
                "resource_id": one.resource_id,
            }
            for one in (registry.machine, registry.assigned)
        },
        service_connection=world.issuers.service_connection,
    )


def _environments(world: World) -> dict[str, dict[str, str]]:
    thumbprint = certificates.thumbprint(world.certificates)
    return {
        **identity_routes.environments(world.machine, world.identity, world.jobs, thumbprint),
        **federation_routes.environments(world.issuers, world.jobs),
    }
