"""The cluster's namespaces: read only, as objects or as the Table that `kubectl get` prints."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from keyturn_emulator.kubernetes import refusals
from keyturn_emulator.kubernetes.negotiation import TABLE, Form
from keyturn_emulator.kubernetes.pages import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyturn_emulator.clock import Clock

NAMES = ("default", "demo", "kube-node-lease", "kube-public", "kube-system", "monitoring")
COLUMNS = (
    ("Name", "name", "Name must be unique within a cluster."),
    ("Status", "", "The status of the namespace"),
    ("Age", "", "How long ago the namespace was created."),
)
NOT_SERVED = ("watch", "labelSelector", "fieldSelector")

Object = dict[str, object]


class Namespaces:
    """Those of one run: they exist since its start and never change."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._created = clock.now()
        self._revision = str(int(self._created))
        self._identifiers = {name: str(uuid.uuid4()) for name in NAMES}

    def listed(self, asked: Mapping[str, str], form: Form) -> Object:
        """A page of them. Raises Refusal."""
        for parameter in NOT_SERVED:
            if asked.get(parameter, "") not in {"", "0", "false"}:
                raise refusals.bad_request(f"this emulator has no {parameter}")
        found, metadata = page([(name, name) for name in NAMES], asked, self._revision)
        if form == TABLE:
            return self._table(found, metadata, asked.get("includeObject", "Metadata"))
        items = [self._object(name) for name in found]
        return {"kind": "NamespaceList", "apiVersion": "v1", "metadata": metadata, "items": items}

    def one(self, name: str, asked: Mapping[str, str], form: Form) -> Object:
        """The one called `name`. Raises Refusal."""
        if name not in NAMES:
            raise refusals.no_such_object("namespaces", name)
        if form == TABLE:
            metadata: Object = {"resourceVersion": self._revision}
            return self._table([name], metadata, asked.get("includeObject", "Metadata"))
        return self._object(name)

    def _object(self, name: str) -> Object:
        return {
            "kind": "Namespace",
            "apiVersion": "v1",
            "metadata": self._metadata(name),
            "spec": {"finalizers": ["kubernetes"]},
            "status": {"phase": "Active"},
        }

    def _metadata(self, name: str) -> Object:
        return {
            "name": name,
            "uid": self._identifiers[name],
            "resourceVersion": self._revision,
            "creationTimestamp": datetime.fromtimestamp(self._created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "labels": {"kubernetes.io/metadata.name": name},
        }

    def _table(self, names: list[str], metadata: Object, included: str) -> Object:
        columns = [
            {"name": name, "type": "string", "format": kind, "description": text, "priority": 0}
            for name, kind, text in COLUMNS
        ]
        age = _age(max(0.0, self._clock.now() - self._created))
        rows = [{"cells": [name, "Active", age], **self._included(name, included)} for name in names]
        head = {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata}
        return {**head, "columnDefinitions": columns, "rows": rows}

    def _included(self, name: str, what: str) -> Object:
        if what == "None":
            return {}
        if what == "Object":
            return {"object": self._object(name)}
        kind = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
        return {"object": {**kind, "metadata": self._metadata(name)}}


def _age(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"
