"""`keyturn profile explain`: what has to be done in Entra ID and at the services before a profile can sign in.

Printed as a script of `sh`: comments say where it is in the portal, what is below does it with az. The source is
Microsoft's documentation ("Register an application", "az ad app", "Service Principal Entitlements - Add"); it could
not be tried from here.
"""

from __future__ import annotations

import sys
from shlex import quote
from typing import NamedTuple

from keyturn.configuration.audiences import targets_of
from keyturn.configuration.named import profile_named
from keyturn.configuration.profiles.clouds import EVERYWHERE
from keyturn.configuration.profiles.credentials.certificates import Certificate
from keyturn.configuration.profiles.credentials.federation import Federation
from keyturn.configuration.profiles.identity import PRESETS
from keyturn.configuration.profiles.profile import AwxProfile
from keyturn.configuration.targets.docker import DockerTarget
from keyturn.console.configured import configuration
from keyturn.folding import folded, width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyturn.configuration.profiles.profile import EntraProfile
    from keyturn.configuration.targets.target import Target

DESCRIPTION = """\
Tell what has to be done in Entra ID, and at the services, before a profile can sign in as an application of your own:
where it is in the portal, and as commands of az, in one script. Nothing is changed by telling it.

Without PROFILE it tells what any application of your own needs, with --machine a service principal.
"""
PERMISSIONS = {
    "azure-devops": ("Azure DevOps", "user_impersonation"),
    "aks": ("Azure Kubernetes Service AAD Server", "user.read"),
    "acr": ("Azure Container Registry", "user_impersonation"),
}
"""What a person's application has to be allowed: the service's name in the portal, and the delegated permission."""
ASSIGN = 'az role assignment create --assignee "$APP"'
PUBLIC_CLIENT = "--public-client-redirect-uris http://localhost --is-fallback-public-client true"
OF_NOBODY = "keyturn"
"""What an application is called that no profile has yet."""


class Step(NamedTuple):
    """What is to be done, where it is in the portal, and the commands that do it."""

    what: str
    portal: str
    commands: tuple[str, ...]


class Wanted(NamedTuple):
    """An application as a profile needs it. application_id: empty while there is none of one's own."""

    profile: str = ""
    application_id: str = ""
    is_machine: bool = False
    proof: type | None = None
    """The kind of credential that it proves itself with, None for a secret."""
    services: tuple[str, ...] = tuple(PERMISSIONS)
    places: tuple[str, ...] = ("https://dev.azure.com/ORGANIZATION", "REGISTRY.azurecr.io")


def explain(name: str | None, *, machine: bool) -> None:
    """Print the script. Raises ConfigError for a profile that there is not."""
    wanted = Wanted(is_machine=machine) if name is None else _wanted(name)
    width = width_of(sys.stdout)
    if wanted is None:
        print(f"# profile {name} signs in to an AWX: nothing has to be done in Entra ID")
        return
    print(folded("# Microsoft's documentation has it so; see what it does before you run it.\n", width, "# "))
    for number, step in enumerate(steps(wanted), 1):
        print(folded(f"# {number}. {step.what}", width, "#    "))
        print(folded(f"#    portal: {step.portal}", width, "#    "))
        print(*step.commands, "", sep="\n")


def _wanted(name: str) -> Wanted | None:
    config = configuration()
    profile = profile_named(config, name)
    if isinstance(profile, AwxProfile):
        return None
    targets = list(targets_of(config, name))
    services = tuple(dict.fromkeys(target.service for target in targets if target.service in PERMISSIONS))
    return Wanted(
        name, _own_application(profile), profile.flow.for_application, type(profile.flow.credential),
        services or Wanted().services, tuple(map(_place, targets)) or Wanted().places,
    )  # fmt: skip


def _own_application(profile: EntraProfile) -> str:
    """Empty where the profile signs in as one of Microsoft's own, or as no application at all."""
    return "" if profile.application_id in PRESETS.values() else profile.application_id or ""


def _place(target: Target) -> str:
    return target.login_server if isinstance(target, DockerTarget) else target.url


def steps(wanted: Wanted) -> Iterator[Step]:
    """In the order in which they are to be done."""
    yield _registration(wanted)
    yield from _machine(wanted) if wanted.is_machine else _person(wanted)
    if wanted.profile and not wanted.application_id:
        edit = f'keyturn profile edit {quote(wanted.profile)} application_id="$APP"'
        yield Step("let the profile use it", "not there", (edit,))


def _registration(wanted: Wanted) -> Step:
    if wanted.application_id:
        return Step(
            f"the application {wanted.application_id}", "App registrations", (f"APP={quote(wanted.application_id)}",)
        )
    name = quote(wanted.profile or OF_NOBODY)
    create = f"APP=$(az ad app create --display-name {name} --query appId --output tsv)"
    return Step(
        "register an application, and create its service principal in your tenant",
        "App registrations, New registration",
        (create, 'az ad sp create --id "$APP"'),
    )


def _person(wanted: Wanted) -> Iterator[Step]:
    yield Step(
        "let people sign in to it with a browser and with a code",
        "Authentication: platform Mobile and desktop applications with the redirect URI http://localhost, and "
        "Allow public client flows",
        (f'az ad app update --id "$APP" {PUBLIC_CLIENT}',),
    )
    for service in wanted.services:
        api, permission = PERMISSIONS[service]
        resource = f"az ad sp show --id {EVERYWHERE[service]} --output tsv"
        yield Step(
            f"allow it {permission} of {api}",
            f"API permissions, Add a permission, {api}, Delegated permissions, {permission}",
            (
                f"API=$({resource} --query appId)",
                f"SCOPE=$({resource} --query \"oauth2PermissionScopes[?value=='{permission}'].id\")",
                'az ad app permission add --id "$APP" --api "$API" --api-permissions "$SCOPE=Scope"',
            ),
        )
    yield Step(
        "consent for everybody, which takes an administrator; without it each person is asked once, if policy allows",
        "API permissions, Grant admin consent",
        ('az ad app permission admin-consent --id "$APP"',),
    )


def _machine(wanted: Wanted) -> Iterator[Step]:
    yield _proof(wanted)
    yield from (step for service in wanted.services for step in _rights(service, wanted.places))


def _proof(wanted: Wanted) -> Step:
    name = quote(wanted.profile or "PROFILE")
    portal = "Certificates & secrets"
    if wanted.proof is Federation:
        command = 'az ad app federated-credential create --id "$APP" --parameters @credential.json'
        return Step("trust the issuer of its tokens, as credential.json describes it", portal, (command,))
    if wanted.proof is Certificate:
        command = 'az ad app credential reset --id "$APP" --cert @certificate.pem --append'
        return Step("upload its certificate, without the key", portal, (command,))
    reset = 'az ad app credential reset --id "$APP" --append --query password --output tsv'
    return Step(
        "give it a secret, which goes into the vault unseen", portal, (f"{reset} | keyturn secret set {name} -",)
    )


def _rights(service: str, places: Sequence[str]) -> Iterator[Step]:
    if service == "azure-devops":
        yield from (_member(place) for place in places if place.startswith("https://dev.azure.com/"))
    elif service == "aks":
        role = (
            'az role assignment create --assignee "$APP" --role "Azure Kubernetes Service RBAC Reader" --scope "$AKS"'
        )
        cluster = "AKS=$(az aks show --resource-group GROUP --name CLUSTER --query id --output tsv)"
        yield Step("give it a role in the cluster", "the cluster, Access control (IAM)", (cluster, role))
    else:
        yield from (_puller(place) for place in places if place.endswith(".azurecr.io"))


def _member(place: str) -> Step:
    organization = place.removeprefix("https://dev.azure.com/").partition("/")[0]
    url = f"https://vsaex.dev.azure.com/{organization}/_apis/serviceprincipalentitlements?api-version=7.1-preview.1"
    body = (
        '{"accessLevel":{"accountLicenseType":"express"},"servicePrincipal":{"origin":"aad","originId":"\'"$ID"\'",'
        '"subjectKind":"servicePrincipal"}}'
    )
    return Step(
        f"add it to the organization {organization} as a user, and to what it shall read or write there",
        "Azure DevOps, Organization settings, Users, Add users: the application by its name",
        ('ID=$(az ad sp show --id "$APP" --query id --output tsv)',
         f"az rest --method post --resource {EVERYWHERE['azure-devops']} --url {quote(url)} --body '{body}'"),
    )  # fmt: skip


def _puller(place: str) -> Step:
    name = place.removesuffix(".azurecr.io")
    return Step(
        f"let it pull from {place}; AcrPush to push as well",
        "the registry, Access control (IAM)",
        (f"ACR=$(az acr show --name {quote(name)} --query id --output tsv)",
         f'{ASSIGN} --role AcrPull --scope "$ACR"'),
    )  # fmt: skip
