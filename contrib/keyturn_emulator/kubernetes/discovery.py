"""What the API server offers, in both forms: a document per group and version, or two that hold everything.

kubectl asks for the second since 1.26 (v2beta1; v2 since 1.30) and takes the first where that is all there is.
"""

from __future__ import annotations

from dataclasses import dataclass

from keyturn_emulator.kubernetes.negotiation import PLAIN, Form

AGGREGATED = tuple(Form("APIGroupDiscoveryList", "apidiscovery.k8s.io", version) for version in ("v2", "v2beta1"))

VERSION = {
    "major": "1",
    "minor": "32",
    "gitVersion": "v1.32.0",
    "gitCommit": "0" * 40,
    "gitTreeState": "clean",
    "buildDate": "2024-12-11T18:00:00Z",
    "goVersion": "go1.23.3",
    "compiler": "gc",
    "platform": "linux/amd64",
}

Document = dict[str, object]


@dataclass(frozen=True)
class Resource:
    """A kind of object of the cluster as a whole, and what may be done with it."""

    name: str
    singular: str
    kind: str
    verbs: tuple[str, ...]
    short_names: tuple[str, ...] = ()

    def plain(self) -> Document:
        """As an APIResource."""
        return {
            "name": self.name,
            "singularName": self.singular,
            "namespaced": False,
            "kind": self.kind,
            "verbs": list(self.verbs),
            **({"shortNames": list(self.short_names)} if self.short_names else {}),
        }

    def aggregated(self) -> Document:
        """As an APIResourceDiscovery."""
        return {
            "resource": self.name,
            "responseKind": {"group": "", "version": "", "kind": self.kind},
            "scope": "Cluster",
            "singularResource": self.singular,
            "verbs": list(self.verbs),
            **({"shortNames": list(self.short_names)} if self.short_names else {}),
        }


def _review(kind: str) -> Resource:
    return Resource(f"{kind.lower()}s", kind.lower(), kind, ("create",))


CORE = (Resource("namespaces", "namespace", "Namespace", ("get", "list"), ("ns",)),)
GROUPS = {
    "authentication.k8s.io": (_review("SelfSubjectReview"),),
    "authorization.k8s.io": (_review("SelfSubjectAccessReview"),),
}
"""Every group has the one version v1."""


def document(path: str, form: Form) -> Document | None:
    """What `path` answers in `form`; None where it has nothing to discover."""
    if form != PLAIN:
        return _aggregated(path, form)
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
    if path == "/apis":
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(name) for name in GROUPS]}
    if path == "/api/v1":
        return _resources("v1", CORE)
    group, _, version = path.removeprefix("/apis/").partition("/")
    if group not in GROUPS or version not in {"", "v1"}:
        return None
    return _resources(f"{group}/v1", GROUPS[group]) if version else {**_group(group), **_head("APIGroup", "v1")}


def _aggregated(path: str, form: Form) -> Document | None:
    if path == "/api":
        groups = [_discovered("", CORE)]
    elif path == "/apis":
        groups = [_discovered(name, resources) for name, resources in GROUPS.items()]
    else:
        return None
    return {**_head(form.kind, f"{form.group}/{form.version}"), "metadata": {}, "items": groups}


def _discovered(name: str, resources: tuple[Resource, ...]) -> Document:
    version = {"version": "v1", "resources": [each.aggregated() for each in resources], "freshness": "Current"}
    return {"metadata": {"creationTimestamp": None, **({"name": name} if name else {})}, "versions": [version]}


def _group(name: str) -> Document:
    version = {"groupVersion": f"{name}/v1", "version": "v1"}
    return {"name": name, "versions": [version], "preferredVersion": version}


def _resources(group_version: str, resources: tuple[Resource, ...]) -> Document:
    listed = [resource.plain() for resource in resources]
    return {**_head("APIResourceList", "v1"), "groupVersion": group_version, "resources": listed}


def _head(kind: str, version: str) -> Document:
    return {"kind": kind, "apiVersion": version}
