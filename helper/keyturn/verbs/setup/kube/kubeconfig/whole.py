"""A kubeconfig read as YAML without kubectl's help, and written anew as a whole where its form cannot be edited."""

from __future__ import annotations

from typing import Any

import yaml

from keyturn.verbs.setup.kube.kubeconfig.form import is_kubeconfig
from keyturn.verbs.setup.kube.kubeconfig.scalars import is_plain
from keyturn.verbs.setup.kube.kubeconfig.text import Document, Unreadable

BOOLEANS = "tag:yaml.org,2002:bool"
NULL = "tag:yaml.org,2002:null"
TEXT = "tag:yaml.org,2002:str"


class Plain(str):
    """A text that stood without quotes, and goes on to mean what it does: `8080` is a number to some readers."""

    __slots__ = ()


class Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types
    """Texts, booleans and nothing else, as a kubeconfig has them: `1.20` is no number, `2024-01-01` no date.

    No aliases: a few lines of them are gigabytes, and nobody writes kubeconfigs so. No key twice: readers differ.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """One node. Raises YAMLError for an alias."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's
        """One mapping. Raises YAMLError for a key that is there twice."""
        keys = [key.value for key, _ in node.value]
        if len(set(map(str, keys))) != len(keys):
            raise yaml.YAMLError("a key twice")
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found

    def construct_text(self, node: yaml.ScalarNode) -> str:
        """One text, and whether it was quoted."""
        return str(node.value) if node.style else Plain(node.value)


class Dumper(yaml.SafeDumper):  # type: ignore[misc]  # see above
    """Quotes each text that is new, or had quotes, and that a reader could take for something else.

    PyYAML itself writes `1e3` without: Go's readers find a number there, and end at it.
    """

    def represent_text(self, text: str) -> yaml.Node:
        """One text."""
        style = None if isinstance(text, Plain) or is_plain(text) else '"'
        return self.represent_scalar(TEXT, str(text), style)


Loader.add_constructor(TEXT, Loader.construct_text)
Dumper.add_representer(str, Dumper.represent_text)
Dumper.add_representer(Plain, Dumper.represent_text)
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag in {BOOLEANS, NULL}]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Dumper.yaml_implicit_resolvers = Loader.yaml_implicit_resolvers


def load(text: str) -> dict[str, Any]:
    """The kubeconfig `text`, the empty one where there is none. Raises Unreadable for what is no kubeconfig."""
    try:
        document = yaml.load(text, Loader)  # noqa: S506 - a SafeLoader with less
    except (yaml.YAMLError, RecursionError, ValueError):
        raise Unreadable from None
    found = {} if document is None else document
    if not is_kubeconfig(found):
        raise Unreadable
    return dict(found)


class Whole(Document):
    """A kubeconfig in any form; what is written is in the form that kubectl writes, without comments."""

    def __init__(self, text: str) -> None:
        self._document = load(text)

    @property
    def text(self) -> str:
        """All of it, as it is now."""
        return str(yaml.dump(self._document, Dumper=Dumper, sort_keys=False, width=1 << 16))
